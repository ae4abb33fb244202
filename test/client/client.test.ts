/** The client against a real server: what it sends, what it gives, and what it does when the network fails. */
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createClient, SagaHttpError } from "../../src/client/client.ts";
import type { Client, ClientOptions } from "../../src/client/client.ts";
import type { defineBooking } from "../http/booking.ts";
import { serve } from "../http/booking.ts";
import type { Served } from "../http/booking.ts";

interface Sagas extends Record<string, ReturnType<typeof defineBooking>> {
  booking: ReturnType<typeof defineBooking>;
}

interface Connected extends Served {
  readonly client: Client<Sagas>;
  readonly baseUrl: string;
  /** Ms of each pause that the client made. */
  readonly pauses: number[];
}

/** A client of a server that listens; it does not sleep, but notes that it would. */
async function connect(options: Partial<ClientOptions> = {}): Promise<Connected> {
  const served = await serve();
  await served.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = served.app.server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/`;
  const pauses: number[] = [];
  const client = createClient<Sagas>({
    baseUrl,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
    },
    ...options,
  });
  return { ...served, client, baseUrl, pauses };
}

async function errorOf(call: Promise<unknown>): Promise<SagaHttpError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SagaHttpError);
  return error as SagaHttpError;
}

/** `fetch`, of whose answers those at `lost` never arrive. Notes the key of each request. */
function losing(lost: readonly number[], keys: (string | null)[]): typeof fetch {
  let count = 0;
  return async (url, init) => {
    keys.push(new Headers(init?.headers).get("idempotency-key"));
    const response = await fetch(url, init);
    if (lost.includes(count++)) throw new TypeError("terminated");
    return response;
  };
}

test("starts, sends, reads and searches instances", async () => {
  const { client } = await connect();

  const started = await client.start("booking", {
    id: "b 1/é",
    input: { seats: 2 },
    attributes: { customer: "c-7" },
    correlationId: "trace-1",
  });
  const noted = await client.send("booking", "b 1/é", { type: "NOTE", text: "window" });
  const read = await client.get("booking", "b 1/é");
  const journal = await client.journal("booking", "b 1/é", { after: 1, limit: 1 });
  const found = await client.search({
    saga: "booking",
    phase: ["forward"],
    attributes: { customer: "c-7" },
  });

  expect(started).toMatchObject({ id: "b 1/é", revision: 1, correlationId: "trace-1" });
  expect(noted.context.note).toBe("window");
  expect(read).toEqual(noted);
  expect(journal).toMatchObject({
    entries: [{ revision: 2, event: { type: "NOTE" } }],
    next: null,
  });
  expect(found).toMatchObject({ items: [{ id: "b 1/é", revision: 2 }], next: null });
});

test("an operator's action is taken with its reason, and what he suspended is found", async () => {
  const { client } = await connect();
  await client.start("booking", { id: "b-1", input: { seats: 2 } });

  const suspended = await client.operate("booking", "b-1", {
    operation: "suspend",
    reason: "check",
  });

  await client.start("booking", { id: "b-2", input: { seats: 2 } });
  const held = await client.search({ suspended: true });
  const others = await client.search({ suspended: false });

  expect(suspended.revision).toBe(2);
  expect(held.items).toMatchObject([{ id: "b-1", suspended: { reason: "check" } }]);
  expect(others.items).toMatchObject([{ id: "b-2", suspended: null }]);
});

test("a refusal is a SagaHttpError with the server's code, status and details", async () => {
  const { client, pauses } = await connect();
  await client.start("booking", { id: "b-1", input: { seats: 2 } });

  const error = await errorOf(client.send("booking", "b-1", { type: "saga.retry" }));

  expect(error).toMatchObject({
    name: "SagaHttpError",
    code: "SAGA_EVENT_NOT_ACCEPTED",
    status: 409,
    details: { why: "not-in-this-state", accepts: expect.any(Array) },
  });
  expect(error.message).toContain('takes no event "saga.retry"');
  // A refusal would be the same the next time.
  expect(pauses).toEqual([]);
});

test("an event whose answer got lost is sent again under the same key, and applied once", async () => {
  const keys: (string | null)[] = [];
  const { client, runtime, pauses } = await connect({ fetch: losing([1, 2], keys) });
  await client.start("booking", { id: "b-1", input: { seats: 2 } });

  const answer = await client.send("booking", "b-1", { type: "NOTE", text: "once" });

  expect(answer).toMatchObject({ revision: 2, context: { note: "once" } });
  expect((await runtime.get({ name: "booking" }, "b-1")).revision).toBe(2);
  expect(new Set(keys.slice(1)).size).toBe(1);
  expect(keys[1]).toMatch(/./);
  expect(pauses).toHaveLength(2);
});

test("a start without an id whose answer got lost makes one instance", async () => {
  const { client } = await connect({ fetch: losing([0], []) });

  const started = await client.start("booking", { input: { seats: 2 } });

  const { items } = await client.search();
  expect(items.map(({ id }) => id)).toEqual([started.id]);
});

test("two calls have two keys, and the caller's own key goes before", async () => {
  const keys: (string | null)[] = [];
  const { client } = await connect({ fetch: losing([], keys) });
  await client.start("booking", { id: "b-1", input: { seats: 2 }, idempotencyKey: "s-1" });
  const note = { type: "NOTE", text: "x" } as const;

  await client.send("booking", "b-1", note);
  await client.send("booking", "b-1", note);
  await client.send("booking", "b-1", note, { idempotencyKey: "e-17" });
  const last = await client.send("booking", "b-1", note, { idempotencyKey: "e-17" });

  expect([keys[0], ...keys.slice(3)]).toEqual(["s-1", "e-17", "e-17"]);
  expect(keys[1]).not.toBe(keys[2]);
  expect(last.revision).toBe(4);
});

test.each([429, 503])(
  "status %i is sent again after as long as the server asks",
  async (status) => {
    let count = 0;
    const busy: typeof fetch = async (url, init) => {
      count += 1;
      if (count > 2) return fetch(url, init);
      const headers = { "retry-after": count === 1 ? "3" : "86400" };
      return new Response("{}", { status, headers });
    };
    const { client, pauses } = await connect({ fetch: busy });

    await client.start("booking", { input: { seats: 2 } });

    // A server that asks for a day is asked again after a minute.
    expect(pauses).toEqual([3_000, 60_000]);
  },
);

test("what never succeeds is given up after the retries, each waiting longer", async () => {
  const { client, app, pauses } = await connect({ retriesMax: 4 });
  await app.close();

  const error = await errorOf(client.get("booking", "b-1"));

  expect(error).toMatchObject({ code: "SAGA_UNREACHABLE", status: 0 });
  expect(error.cause).toBeInstanceOf(Error);
  expect(pauses).toHaveLength(4);
  for (const [index, ms] of pauses.entries()) {
    expect(ms).toBeGreaterThanOrEqual(100 * 2 ** index);
    expect(ms).toBeLessThanOrEqual(200 * 2 ** index);
  }
});

test("an answer that is no problem of ours is told as such", async () => {
  const proxy: typeof fetch = async () => new Response("<h1>Bad Gateway</h1>", { status: 502 });
  const { client } = await connect({ fetch: proxy });

  expect(await errorOf(client.get("booking", "b-1"))).toMatchObject({
    code: "SAGA_UNEXPECTED_ANSWER",
    status: 502,
  });
});

test("an aborted call rejects with the reason, and is not sent again", async () => {
  const { client, pauses } = await connect();

  const call = client.get("booking", "b-1", { signal: AbortSignal.abort(new Error("enough")) });

  await expect(call).rejects.toThrow("enough");
  expect(pauses).toEqual([]);
});

test("headers are asked for before each request", async () => {
  const tokens: (string | null)[] = [];
  let count = 0;
  const { client } = await connect({
    headers: async () => ({ authorization: `Bearer ${(count += 1)}` }),
    fetch: (url, init) => {
      tokens.push(new Headers(init?.headers).get("authorization"));
      return fetch(url, init);
    },
  });

  await client.search();
  await client.search();

  expect(tokens).toEqual(["Bearer 1", "Bearer 2"]);
});

test("waiting ends when the condition is met", async () => {
  const { client } = await connect();
  await client.start("booking", { id: "b-1", input: { seats: 2 } });

  const waiting = client.waitFor("booking", "b-1", { phase: "compensated" });
  await client.send("booking", "b-1", { type: "CANCEL" });

  expect(await waiting).toMatchObject({ phase: "compensated", state: "cancelled" });
});

test("waiting for the output ends with it, or fails if the instance ended without one", async () => {
  const { client, runtime } = await connect();
  for (const id of ["b-1", "b-2"]) await client.start("booking", { id, input: { seats: 2 } });
  const terminate = { operation: "terminate", reason: "a duplicate", force: true } as const;

  const waiting = client.waitFor("booking", "b-1", { output: true });
  await client.send("booking", "b-1", { type: "CANCEL" });
  await runtime.operate({ name: "booking" }, "b-2", terminate);
  const ended = await errorOf(client.waitFor("booking", "b-2", { output: true }));

  expect((await waiting).output).toEqual({ seats: 2 });
  expect(ended).toMatchObject({ code: "SAGA_INSTANCE_ENDED" });
});

test("waiting fails if the instance ended otherwise, or the time is up", async () => {
  const { client } = await connect();
  await client.start("booking", { id: "b-1", input: { seats: 2 } });

  const late = await errorOf(client.waitFor("booking", "b-1", { tag: "x" }, { timeoutMs: 0 }));
  await client.send("booking", "b-1", { type: "CANCEL" });
  const ended = await errorOf(client.waitFor("booking", "b-1", { phase: "completed" }));

  expect(late).toMatchObject({ code: "SAGA_WAIT_TIMEOUT", details: { instance: { revision: 1 } } });
  expect(ended).toMatchObject({
    code: "SAGA_INSTANCE_ENDED",
    details: { instance: { revision: 2 } },
  });
});
