/**
 * Editing for the Studio: the source of a chart, drafts of it, and writing one. Whoever may write code may run
 * it, so all of this is for the author's own machine: it is off in production unless it is asked for, and takes
 * no request that a page of another origin has made.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ChartWatch } from "../draft/chart-watch.ts";
import { SagaError } from "../errors.ts";
import { readObject } from "../http/json-body.ts";
import { httpLimits } from "../http/limits.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { DraftAnswer, EditDesk } from "./edit-desk.ts";
import { assertMayEdit } from "./may-edit.ts";
import type { SagaFolder } from "./saga-folder.ts";

export type { DraftAnswer } from "./edit-desk.ts";

/** Pages that may listen for changes on disk. */
const LISTENERS_MAX = 32;

interface SagaRequest {
  Params: { saga: string };
}

export function editRoutes(
  app: FastifyInstance,
  { runtime, folder }: { runtime: Runtime; folder: SagaFolder | null },
): void {
  const mayEdit = folder?.isWritable === true;
  const isKnown = (saga: string): boolean =>
    runtime.sagas().some((chart) => chart.saga.name === saga);
  app.get("/studio/api/editing", async () => ({
    mayEdit,
    waiting: mayEdit ? folder.charts().filter((saga) => !isKnown(saga)) : [],
  }));
  if (folder === null) return;
  const watch = new ChartWatch(folder.machinesPath);
  let desk: Promise<EditDesk> | undefined;
  // The parser and all that edits with it would be a good part of a start, and hardly any server ever edits.
  const openDesk = (): Promise<EditDesk> =>
    (desk ??= import("./edit-desk.ts").then(
      (loaded) => new loaded.EditDesk({ runtime, folder, isKnown }),
    ));
  app.addHook("onClose", async () => {
    (await desk)?.close();
    watch.close();
  });
  const guarded = {
    preHandler: async (request: FastifyRequest) => assertMayEdit(request, mayEdit),
  };

  app.post<SagaRequest>(
    "/studio/api/drafts/:saga",
    guarded,
    async ({ params, body }): Promise<DraftAnswer> =>
      (await openDesk()).draft(params.saga, operationsOf(body)),
  );
  app.post<SagaRequest>("/studio/api/drafts/:saga/check", guarded, async ({ params, body }) =>
    (await openDesk()).check(params.saga, operationsOf(body)),
  );
  app.post<SagaRequest>("/studio/api/drafts/:saga/types", guarded, async ({ params, body }) =>
    (await openDesk()).types(params.saga, operationsOf(body)),
  );
  app.put<SagaRequest>("/studio/api/drafts/:saga", guarded, async ({ params, body, headers }) => {
    const operations = operationsOf(body);
    const sha = readMatch(headers["if-match"]);
    return (await openDesk()).save(params.saga, operations, sha);
  });
  app.post("/studio/api/drafts", guarded, async ({ body }, reply) => {
    const { planned, isWritten } = (await openDesk()).create(body);
    return isWritten ? reply.code(201).send(planned) : planned;
  });
  changeRoute(app, watch, runtime);
}

function operationsOf(body: unknown): unknown {
  return readObject(body, ["operations"])["operations"];
}

function readMatch(value: string | undefined): string {
  const [, sha] = /^"([0-9a-f]{64})"$/.exec(value ?? "") ?? [];
  if (sha !== undefined) return sha;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    'If-Match is missing; give the "sha" of the file that was edited, in quotes',
  );
}

const nothing = (): void => {};

/** Names of sagas whose chart changes on disk, as server-sent events. */
function changeRoute(app: FastifyInstance, watch: ChartWatch, { clock }: Runtime): void {
  const open = new Set<FastifyReply>();
  app.addHook("preClose", async () => {
    for (const reply of open) reply.raw.end();
  });
  app.get("/studio/api/changes", (_, reply) => {
    if (open.size >= LISTENERS_MAX) {
      throw new SagaError("SAGA_STREAMS_FULL", "too many pages listen for changes; close some");
    }
    reply.hijack();
    open.add(reply);
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      connection: "close",
      "x-accel-buffering": "no",
    });
    raw.write(": begins\n\n");
    const unlisten = watch.listen((saga) =>
      raw.write(`event: change\ndata: ${JSON.stringify({ saga })}\n\n`),
    );
    let cancel = nothing;
    const beat = (): void => {
      raw.write("event: heartbeat\ndata: {}\n\n");
      cancel = clock.schedule(httpLimits.streamHeartbeatMs, beat);
    };
    cancel = clock.schedule(httpLimits.streamHeartbeatMs, beat);
    raw.once("close", () => {
      cancel();
      unlisten();
      open.delete(reply);
    });
  });
}
