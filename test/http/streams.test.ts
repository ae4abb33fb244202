/** Streams over real sockets: what is committed arrives, once and in order, whatever happens to a connection. */
import { once } from "node:events";
import { get as httpGet } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { httpLimits } from "../../src/http/limits.ts";
import type { Store } from "../../src/index.ts";
import { FOLLOWERS_MAX } from "../../src/runtime/readers/feed.ts";
import { B1, call, defineBooking, get, INSTANCES, post, serve, serveB1 } from "./booking.ts";
import type { Served, ServeOptions } from "./booking.ts";

const booking = defineBooking();
const { streamDropMs, streamHeartbeatMs, streamRetryMs, streamStallMs } = httpLimits;

type Listening = Served & { port: number };

async function listen(options: ServeOptions & { instance?: boolean } = {}): Promise<Listening> {
  const served = await (options.instance === false ? serve(options) : serveB1(options));
  await served.app.listen({ host: "127.0.0.1", port: 0 });
  return { ...served, port: (served.app.server.address() as AddressInfo).port };
}

/** One block of a stream: its fields. */
interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data?: Record<string, unknown>;
}

interface Reader {
  readonly response: IncomingMessage;
  /** Whole blocks only, as a browser takes them. */
  readonly frames: Frame[];
  readonly isOver: () => boolean;
  readonly cut: () => void;
}

async function read(port: number, path: string, lastEventId?: string): Promise<Reader> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const request: ClientRequest = httpGet({ port, path, headers, host: "127.0.0.1", agent: false });
  request.on("error", () => undefined);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const frames: Frame[] = [];
  let rest = "";
  let isOver = false;
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    frames.push(...blocks.map(toFrame));
  });
  response.on("error", () => undefined);
  response.on("close", () => (isOver = true));
  const cut = (): void => void request.destroy();
  onTestFinished(cut);
  return { response, frames, isOver: () => isOver, cut };
}

function toFrame(block: string): Frame {
  const fields = [...block.matchAll(/^(id|event|retry|data): (.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, name === "data" ? JSON.parse(value) : value],
  );
  return Object.fromEntries(fields) as Frame;
}

const transitions = ({ frames }: Reader): readonly Frame[] =>
  frames.filter(({ event }) => event === "transition");

const heartbeats = ({ frames }: Reader): readonly Frame[] =>
  frames.filter(({ event }) => event === "heartbeat");

/** Waits for what comes over a socket, turn by turn. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    if (turns > 200_000) throw new Error("it did not come");
    await turn();
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("a reader that is cut 20 times while 1,000 events commit gets each of them once, in order", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = seeded(seed);
  const { port, runtime } = await listen({ instance: false });
  const ids = Array.from({ length: 10 }, (_, n) => `b-${n}`);
  const all = await runtime.follow({}, 0);
  onTestFinished(() => all.close());
  const events: { id: number; name: string }[] = [];
  let lastEventId = "0";
  let cuts = 0;

  const commit = async (): Promise<void> => {
    for (const instanceId of ids) await runtime.start(booking, { instanceId, input: { seats: 1 } });
    for (let n = 1; n < 100; n += 1) {
      // As long as there are cuts to come there are commits to come.
      await until(() => cuts >= 20 || n < 4 * (cuts + 1));
      await Promise.all(ids.map((id) => runtime.send(booking, id, { type: "NOTE", text: `${n}` })));
    }
  };
  const follow = async (): Promise<void> => {
    while (events.length < 1_000) {
      const reader = await read(port, "/stream", lastEventId);
      const enough = Math.min(events.length + Math.floor(random() * 80), 40 * (cuts + 1));
      let taken = 0;
      const take = (): number => {
        for (const { id, event, data } of reader.frames.slice(taken)) {
          if (id !== undefined) lastEventId = id;
          if (event === "transition") {
            events.push({
              id: Number(id),
              name: [data?.["instanceId"], data?.["revision"]].join("/"),
            });
          }
        }
        taken = reader.frames.length;
        return events.length;
      };
      await until(() => take() >= (cuts < 20 ? enough : 1_000));
      reader.cut();
      cuts += 1;
    }
  };
  await Promise.all([commit(), follow()]);

  const expected: typeof events = [];
  while (expected.length < 1_000) {
    for (const { position, instanceId, entry } of (await all.next()) ?? []) {
      expected.push({ id: position, name: `${instanceId}/${entry.revision}` });
    }
  }
  expect(cuts, `seed ${seed}`).toBeGreaterThan(20);
  expect(events, `seed ${seed}`).toEqual(expected);
});

test("an event of a stream is an entry of the journal, with the name of its instance", async () => {
  const { port, app, runtime } = await listen();
  const { correlationId } = await runtime.get(booking, "b-1");

  const reader = await read(port, `${B1}/stream`);
  await post(app, `${B1}/events`, { type: "NOTE", text: "a\nb" });
  await until(() => transitions(reader).length === 1);

  const journal = await get(app, `${B1}/journal?after=1`);
  expect(transitions(reader)).toEqual([
    {
      id: "2",
      event: "transition",
      data: { saga: "booking", instanceId: "b-1", ...(journal.body["entries"] as object[])[0] },
    },
  ]);
  expect(reader.response.headers).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-correlation-id": correlationId,
    connection: "close",
  });
});

test("a stream begins with where it is, so that a cut before its first event loses nothing", async () => {
  const { port, app } = await listen();

  const first = await read(port, "/stream");
  await until(() => first.frames.length > 0);
  first.cut();
  await post(app, `${B1}/events`, { type: "FILL" });
  const second = await read(port, "/stream", first.frames[0]?.id);
  await until(() => transitions(second).length > 0);

  expect(first.frames[0]).toEqual({ retry: String(streamRetryMs), id: "1" });
  expect(transitions(second).map(({ data }) => data?.["revision"])).toEqual([2]);
});

test("Last-Event-ID has the last word over ?after", async () => {
  const { port, app } = await listen();
  await post(app, `${B1}/events`, { type: "FILL" });
  await post(app, `${B1}/events`, { type: "FILL" });

  const [after, resumed] = [
    await read(port, `${B1}/stream?after=1`),
    await read(port, `${B1}/stream?after=1`, "2"),
  ];
  await until(() => transitions(after).length === 2 && transitions(resumed).length === 1);

  expect(transitions(after).map(({ id }) => id)).toEqual(["2", "3"]);
  expect(transitions(resumed).map(({ id }) => id)).toEqual(["3"]);
});

test("a stream has only what fits its filter", async () => {
  const { port, app } = await listen();
  const paths = [`${B1}/stream`, "/stream?saga=booking", "/stream?phase=compensated"];
  const readers = await Promise.all(paths.map((path) => read(port, path)));

  await post(app, INSTANCES, { id: "b-2", input: { seats: 1 } });
  await post(app, `${INSTANCES}/b-2/events`, { type: "CANCEL" });
  await post(app, `${B1}/events`, { type: "FILL" });
  const all = await read(port, "/stream?after=0");
  await until(
    () => transitions(all).length === 4 && transitions(readers[1] as Reader).length === 3,
  );

  expect(readers.map((reader) => transitions(reader).map(({ id }) => id))).toEqual([
    ["4"],
    ["2", "3", "4"],
    ["3"],
  ]);
});

test.each([
  ["/stream?after=", {}, 400],
  ["/stream?after=-1", {}, 400],
  ["/stream?after=2", {}, 400],
  ["/stream?after=1&after=1", {}, 400],
  ["/stream?since=1", {}, 400],
  ["/stream?phase=done", {}, 400],
  ["/stream?saga=booking&saga=booking", {}, 400],
  [`${B1}/stream?saga=booking`, {}, 400],
  ["/stream", { "last-event-id": "x" }, 400],
  ["/stream", { "last-event-id": "1.5" }, 400],
  ["/stream", { "last-event-id": "2" }, 400],
  ["/stream", { "last-event-id": "9007199254740993" }, 400],
  ["/stream?saga=none", {}, 404],
  ["/sagas/none/instances/b-1/stream", {}, 404],
  [`${INSTANCES}/none/stream`, {}, 404],
])("%s with %j is refused with %d, and leaves nothing open", async (url, headers, status) => {
  const { app, runtime } = await serveB1();

  const answer = await call(app, { method: "GET", url, headers });

  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  expect(runtime.following).toBe(0);
});

test("HEAD answers as GET would, and opens nothing", async () => {
  const { app, runtime } = await serveB1();

  const answer = await app.inject({ method: "HEAD", url: "/stream" });
  const refused = await app.inject({ method: "HEAD", url: "/stream?after=7" });

  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/event-stream"]);
  expect([answer.payload, refused.statusCode, runtime.following]).toEqual(["", 400, 0]);
});

test("streamsMax: one more is refused with 429", async () => {
  const { app, runtime } = await serveB1();
  for (let n = 0; n < FOLLOWERS_MAX; n += 1) await runtime.follow();

  const { status, body, headers } = await get(app, "/stream");

  expect([status, body["code"]]).toEqual([429, "SAGA_STREAMS_FULL"]);
  expect([headers["retry-after"], headers["content-type"]]).toEqual([
    "1",
    "application/problem+json",
  ]);
});

test("a client that hangs up leaves nothing behind", async () => {
  const { port, runtime, clock } = await listen();
  const timers = clock.pending;
  const readers = await Promise.all([read(port, "/stream"), read(port, `${B1}/stream`)]);
  expect(runtime.following).toBe(2);

  for (const { cut } of readers) cut();
  await until(() => runtime.following === 0);

  expect(clock.pending).toBe(timers);
});

function counting(reads: { count: number }): (store: Store) => Store {
  return (store) =>
    new Proxy(store, {
      get: (target, name) => {
        if (name === "readFeed") reads.count += 1;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
}

test("while nothing moves the store is not asked, and a heartbeat tells that the stream lives", async () => {
  const reads = { count: 0 };
  const { port, clock, runtime } = await listen({ instance: false, wrap: counting(reads) });
  const readers = await Promise.all([1, 2, 3].map(() => read(port, "/stream")));
  await until(() => readers.every(({ frames }) => frames.length > 0));
  await clock.quiet();
  const before = reads.count;

  await clock.advance(240 * streamHeartbeatMs);
  await until(() => readers.every((reader) => heartbeats(reader).length === 240));
  const idle = reads.count - before;
  await runtime.start(booking, { instanceId: "b-1", input: { seats: 1 } });
  await until(() => readers.every((reader) => transitions(reader).length === 1));

  expect(idle).toBe(0);
  // Those who follow the same share what is read.
  expect(reads.count - before).toBe(1);
  // A browser tells a page of an event only, and only if it has data.
  expect(readers.map((reader) => heartbeats(reader)[0]?.data)).toEqual([{}, {}, {}]);
});

test("a heartbeat moves a reader on past what does not fit its filter", async () => {
  const { port, clock, app } = await listen();
  const reader = await read(port, "/stream?phase=stuck");
  await until(() => reader.frames.length === 1);

  await post(app, `${B1}/events`, { type: "FILL" });
  await clock.advance(streamHeartbeatMs);
  await until(() => reader.frames.length === 2);

  expect(reader.frames.map(({ id }) => id)).toEqual(["1", "2"]);
});

/** Asks for a stream and reads nothing. */
async function standStill(port: number, path: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return socket;
}

const LARGE = "x".repeat(200_000);
/** More than the buffers between two sockets hold. */
const LARGE_EVENTS = 120;

async function commitMuch({ runtime }: Listening): Promise<void> {
  for (let n = 0; n < LARGE_EVENTS; n += 1) {
    await runtime.send(booking, "b-1", { type: "NOTE", text: LARGE });
  }
}

test("a reader that takes nothing is dropped and told why, and others are not delayed", async () => {
  const served = await listen();
  const { port, runtime, clock } = served;
  const slow = await standStill(port, "/stream");
  const fast = await read(port, "/stream");
  await until(() => runtime.following === 2);

  await commitMuch(served);
  // Time stands still: the fast one waits for nothing.
  await until(() => transitions(fast).length === LARGE_EVENTS);
  await clock.advance(streamStallMs - 1);
  const patient = runtime.following;
  await clock.advance(1);
  const dropped = runtime.following;

  let rest = "";
  slow.setEncoding("latin1");
  slow.on("data", (chunk: string) => (rest = (rest + chunk).slice(-1_000)));
  slow.resume();
  await once(slow, "close");
  expect([patient, dropped]).toEqual([2, 1]);
  expect(rest).toContain('event: dropped\ndata: {"reason":"slow"}\n\n');
  expect(fast.isOver()).toBe(false);
});

test("a reader that does not even take that loses its socket", async () => {
  const served = await listen();
  const { port, app, runtime, clock } = served;
  const connected = new Promise<Socket>((resolve) => app.server.once("connection", resolve));
  await standStill(port, "/stream");
  await until(() => runtime.following === 1);
  await commitMuch(served);
  await clock.quiet();

  await clock.advance(streamStallMs);
  const before = (await connected).destroyed;
  await clock.advance(streamDropMs);

  expect([before, (await connected).destroyed]).toEqual([false, true]);
});

test("a server that closes tells its readers, and is not held up by them", async () => {
  const served = await listen();
  const { port, app, runtime, clock } = served;
  await standStill(port, "/stream");
  const reader = await read(port, "/stream");
  await until(() => runtime.following === 2);
  await commitMuch(served);
  await clock.quiet();
  const begunAt = performance.now();

  await app.close();

  expect(performance.now() - begunAt).toBeLessThan(5_000);
  await until(reader.isOver);
  expect(reader.frames.at(-1)).toEqual({ event: "dropped", data: { reason: "closing" } });
  expect(runtime.following).toBe(0);
});

test("a runtime that closes ends its streams", async () => {
  const { port, runtime } = await listen();
  const reader = await read(port, "/stream");

  await runtime.close({ graceMs: 0 });
  await until(reader.isOver);

  expect(reader.frames.at(-1)).toEqual({ event: "dropped", data: { reason: "closing" } });
});

test("a stream whose journal cannot be read ends, and the log tells why", async () => {
  let isBroken = false;
  const { port, app, lines, runtime } = await listen({
    wrap: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          if (name === "readFeed" && isBroken) return () => Promise.reject(new Error("no disk"));
          const member: unknown = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      }),
  });
  const reader = await read(port, "/stream");
  await until(() => reader.frames.length === 1);

  isBroken = true;
  await post(app, `${B1}/events`, { type: "FILL" });
  await until(reader.isOver);

  expect(reader.frames.at(-1)).toEqual({ event: "dropped", data: { reason: "failed" } });
  expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
  expect(runtime.following).toBe(0);
});
