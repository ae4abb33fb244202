/**
 * The world of the workflows, in the process that nobody kills: it writes down each call once by its key, then lets
 * the caller wait, so that kills fall between an effect and the knowledge of it; and some calls it does not take.
 */
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

export interface Call {
  readonly kind: "action" | "activity";
  readonly call: string;
  readonly idempotencyKey: string;
  readonly facts: { readonly id: string; readonly n?: number };
}

export interface CallLedger {
  readonly url: string;
  /** One for each key, in the order in which they were first asked for. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Calls that came again under their key. */
  readonly repeated: () => number;
  /** Keys that came again with something else: there must be none. */
  readonly reused: readonly string[];
  readonly close: () => void;
}

const REFUSED_SHARE = 0.08;
const ANSWER_MS_MAX = 60;
/** Between two mails of an inbox. */
const MAIL_EVERY_MS = 600;

export async function openLedger(random: () => number): Promise<CallLedger> {
  const calls = new Map<string, Call>();
  const reused: string[] = [];
  const firstAskedAtMs = new Map<string, number>();
  let repeated = 0;

  const take = async (body: string): Promise<number> => {
    if (random() < REFUSED_SHARE) return 503;
    const asked = JSON.parse(body) as Call;
    const known = calls.get(asked.idempotencyKey);
    if (known === undefined) calls.set(asked.idempotencyKey, asked);
    else if (JSON.stringify(known) === JSON.stringify(asked)) repeated += 1;
    else reused.push(asked.idempotencyKey);
    await setTimeout(random() * ANSWER_MS_MAX);
    return 204;
  };

  const unread = (inbox: string): readonly number[] => {
    const sinceMs = firstAskedAtMs.get(inbox) ?? Date.now();
    firstAskedAtMs.set(inbox, sinceMs);
    const acknowledged = new Set(
      [...calls.values()]
        .filter(({ call, facts }) => call === "acknowledge" && facts.id === inbox)
        .map(({ facts }) => facts.n),
    );
    const sent = 1 + Math.floor((Date.now() - sinceMs) / MAIL_EVERY_MS);
    return Array.from({ length: sent }, (_, index) => index + 1).filter(
      (n) => !acknowledged.has(n),
    );
  };

  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await read(request);
      if (request.method === "POST") {
        response.writeHead(await take(body)).end();
        return;
      }
      const inbox = request.url?.split("/").at(-1) ?? "";
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(unread(inbox)));
    };
    // The caller died over its request.
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    repeated: () => repeated,
    reused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
