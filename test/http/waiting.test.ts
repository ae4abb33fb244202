/** Waiting over HTTP: answers that come when the instance is as asked for. */
import { setMaxListeners } from "node:events";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { httpLimits } from "../../src/http/limits.ts";
import { activity, defineSaga } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { WAITERS_MAX } from "../../src/runtime/readers/waiters.ts";
import type { Deferred } from "../fixtures/world.ts";
import { deferred } from "../fixtures/world.ts";
import { B1, get, INSTANCES, post, serve, serveB1 } from "./booking.ts";
import type { Served } from "./booking.ts";

const RESTS = "/sagas/rest/instances";

/** It works at once and on GO, passes quickly through `worked`, retries once, and rests until it is told to END. */
function defineRest(work: () => Promise<void>): AnySaga {
  const machine = setup({
    types: { context: {} as { tries: number }, events: {} as { type: "GO" } | { type: "END" } },
    actors: { work: activity<undefined, void>() },
    actions: { count: assign({ tries: ({ context }) => context.tries + 1 }) },
  }).createMachine({
    id: "rest",
    context: { tries: 0 },
    initial: "working",
    states: {
      working: {
        initial: "attempting",
        states: {
          attempting: {
            tags: "forward",
            entry: "count",
            invoke: {
              id: "work",
              src: "work",
              input: undefined,
              onDone: "#rest.resting",
              onError: "backingOff",
            },
          },
          backingOff: { tags: "retrying", after: { 1_000: "attempting" } },
        },
      },
      resting: { tags: ["forward", "calm"], on: { GO: "working", END: "over" } },
      over: { type: "final", tags: "completed" },
    },
  });
  return defineSaga({
    name: "rest",
    version: 1,
    machine,
    activities: { work },
    compensations: { work: null },
  });
}

test("an event is answered when the condition is met, with the instance as it met it", async () => {
  const { app } = await serve({ sagas: [defineRest(() => Promise.resolve())] });
  await post(app, `${RESTS}?waitFor=state:resting`, { id: "r" });

  const { status, body } = await post(app, `${RESTS}/r/events?waitFor=tag:calm`, { type: "GO" });

  expect(status).toBe(200);
  expect(body).toMatchObject({ state: "resting", revision: 4, context: { tries: 2 } });
});

test("a start waits too, and is a creation all the same", async () => {
  const { app } = await serve({ sagas: [defineRest(() => Promise.resolve())] });

  const { status, headers, body } = await post(app, `${RESTS}?waitFor=settled`, { id: "r" });

  expect([status, headers["location"]]).toEqual([201, `${RESTS}/r`]);
  expect(body).toMatchObject({ state: "resting", revision: 2 });
});

test("a state that is left at once after the event is not missed", async () => {
  const { app } = await serve({ sagas: [defineRest(() => Promise.resolve())] });
  await post(app, `${RESTS}?waitFor=state:resting`, { id: "r" });

  const { status, body } = await post(app, `${RESTS}/r/events?waitFor=state:working`, {
    type: "GO",
  });

  expect([status, body["state"], body["revision"]]).toEqual([200, "working.attempting", 3]);
});

test("what the instance was before the event does not count", async () => {
  const work: Deferred<void>[] = [];
  const slowly = (): Promise<void> => {
    work.push(deferred<void>());
    return work.length === 1 ? Promise.resolve() : (work.at(-1) as Deferred<void>).promise;
  };
  const { app, runtime, clock } = await serve({ sagas: [defineRest(slowly)] });
  await post(app, `${RESTS}?waitFor=state:resting`, { id: "r" });

  const answer = post(app, `${RESTS}/r/events?waitFor=state:resting`, { type: "GO" });
  await clock.quiet();
  expect(runtime.waiting).toBe(1);
  work.at(-1)?.resolve();

  expect((await answer).body).toMatchObject({ state: "resting", revision: 4 });
});

test("when the time is up the answer is 202 with the present instance", async () => {
  const { app, clock, runtime } = await serveB1();

  const answer = post(app, `${B1}/events?waitFor=phase:completed&timeoutMs=5000`, {
    type: "PAY",
    cents: 5,
  });
  await clock.advance(4_999);
  expect(runtime.waiting).toBe(1);
  await clock.advance(1);

  const { status, body } = await answer;
  expect([status, body["state"]]).toEqual([202, "paying"]);
  expect([runtime.waiting, body["revision"]]).toEqual([0, 2]);
});

test("a start that waits in vain is 202 with its Location", async () => {
  const { app } = await serve();

  const { status, headers } = await post(app, `${INSTANCES}?waitFor=tag:no&timeoutMs=0`, {
    id: "b-1",
    input: { seats: 2 },
  });

  expect([status, headers["location"]]).toEqual([202, B1]);
});

test.each([
  ["phase:completed", 200],
  ["phase:failed", 200],
  ["state:nowhere", 200],
  ["settled", 200],
  ["output", 200],
])("an instance that has ended answers %s at once", async (waitFor, status) => {
  const { app, runtime } = await serveB1();
  await post(app, `${B1}/events`, { type: "CANCEL" });

  const answer = await get(app, `${B1}?waitFor=${waitFor}`);

  expect([answer.status, answer.body["phase"]]).toEqual([status, "compensated"]);
  expect(runtime.waiting).toBe(0);
});

test("whoever waits for something else is answered when the instance ends", async () => {
  const { app, clock } = await serveB1();

  const waiting = get(app, `${B1}?waitFor=phase:completed`);
  await clock.quiet();
  await post(app, `${B1}/events`, { type: "CANCEL" });

  const { status, body } = await waiting;
  expect([status, body["phase"]]).toEqual([200, "compensated"]);
});

test("whoever waits for the output is answered with it when the chart ends, and leaves nothing behind", async () => {
  const { app, runtime, clock } = await serveB1();

  const early = await get(app, `${B1}?waitFor=output&timeoutMs=0`);
  const waiting = get(app, `${B1}?waitFor=output`);
  await clock.quiet();
  await post(app, `${B1}/events`, { type: "CANCEL" });

  expect(early.status).toBe(202);
  expect(await waiting).toMatchObject({ status: 200, body: { output: { seats: 2 } } });
  expect([runtime.waiting, clock.pending]).toEqual([0, 0]);
});

test("a look without time looks once", async () => {
  const { app, clock } = await serveB1();

  const met = await get(app, `${B1}?waitFor=state:waiting&timeoutMs=0`);
  const unmet = await get(app, `${B1}?waitFor=state:paid&timeoutMs=0`);

  expect([met.status, unmet.status]).toEqual([200, 202]);
  expect(unmet.body).toEqual(met.body);
  expect(clock.pending).toBe(1);
});

test("it waits for as long as the default when nobody says", async () => {
  const { app, clock } = await serveB1();

  const waiting = get(app, `${B1}?waitFor=tag:no`);
  await clock.advance(httpLimits.waitMsDefault);

  expect((await waiting).status).toBe(202);
});

test("settled is neither while an activity is live nor while it is retrying", async () => {
  const attempts: Deferred<void>[] = [];
  const work = (): Promise<void> => {
    const attempt = deferred<void>();
    attempts.push(attempt);
    return attempt.promise;
  };
  const { app, clock } = await serve({ sagas: [defineRest(work)] });
  const isSettled = async (): Promise<boolean> =>
    (await get(app, `${RESTS}/r?waitFor=settled&timeoutMs=0`)).status === 200;

  await post(app, RESTS, { id: "r" });
  const whileWorking = await isSettled();
  attempts[0]?.reject(new Error("no"));
  await clock.quiet();
  const whileRetrying = await isSettled();
  await clock.advance(1_000);
  attempts[1]?.resolve();
  await clock.quiet();

  expect([whileWorking, whileRetrying, await isSettled()]).toEqual([false, false, true]);
});

test("an instance that waits for a person is settled, though it has a deadline", async () => {
  const { app } = await serveB1();

  const { status, body } = await get(app, `${B1}?waitFor=settled`);

  expect([status, body["state"]]).toEqual([200, "waiting"]);
  expect(body["timers"]).toHaveLength(1);
});

test("a repetition waits for the instance as it is by now", async () => {
  const { app } = await serveB1();
  const send = (query: string) =>
    post(app, `${B1}/events${query}`, { type: "NOTE", text: "a" }, { "idempotency-key": "k" });
  await send("");
  await post(app, `${B1}/events`, { type: "PAY", cents: 5 });

  const first = await send("?waitFor=state:waiting");
  const now = await send("?waitFor=state:paying");
  const never = await send("?waitFor=state:paid&timeoutMs=0");

  expect([first, now, never].map(({ status, body }) => [status, body["state"]])).toEqual([
    [200, "waiting"],
    [200, "paying"],
    [202, "paying"],
  ]);
  expect(now.headers["idempotency-replayed"]).toBe("true");
});

test("a refused event waits for nothing", async () => {
  const { app, runtime, clock } = await serveB1();
  const timers = clock.pending;

  const { status } = await post(app, `${B1}/events?waitFor=phase:completed`, {
    type: "saga.retry",
  });

  expect(status).toBe(409);
  expect([runtime.waiting, clock.pending]).toEqual([0, timers]);
});

test.each([
  "waitFor=",
  "waitFor=phase",
  "waitFor=phase:",
  "waitFor=phase:done",
  "waitFor=state:",
  "waitFor=tag:",
  "waitFor=settled:true",
  "waitFor=output:true",
  "waitFor=settled&waitFor=settled",
  "waitFor=settled&timeoutMs=",
  "waitFor=settled&timeoutMs=-1",
  "waitFor=settled&timeoutMs=1.5",
  "waitFor=settled&timeoutMs=300001",
  "waitFor=settled&timeoutMs=1&timeoutMs=1",
  "timeoutMs=1",
])("%s is refused with 400, and nothing is started or sent", async (query) => {
  const { app } = await serveB1();

  const answers = [
    await post(app, `${INSTANCES}?${query}`, { id: "b-2", input: { seats: 2 } }),
    await post(app, `${B1}/events?${query}`, { type: "CANCEL" }),
    await get(app, `${B1}?${query}`),
  ];

  expect(answers.map(({ status, body }) => [status, body["code"]])).toEqual(
    answers.map(() => [400, "SAGA_REQUEST_INVALID"]),
  );
  expect((await get(app, B1)).body["revision"]).toBe(1);
  expect((await get(app, `${INSTANCES}/b-2`)).status).toBe(404);
});

test("waitMsMax: a client may wait as long", async () => {
  const { app, clock } = await serveB1();

  const waiting = get(app, `${B1}?waitFor=tag:no&timeoutMs=${httpLimits.waitMsMax}`);
  // What it waits on ends by itself before.
  await clock.advance(httpLimits.waitMsMax);

  expect((await waiting).body["phase"]).toBe("failed");
});

test("WAITERS_MAX: one more is refused with 429 before anything happens", async () => {
  const { app, runtime } = await serveB1();
  const end = new AbortController();
  setMaxListeners(WAITERS_MAX, end.signal);
  const waitFor = { tag: "no" };
  const waiting = Array.from({ length: WAITERS_MAX }, () =>
    runtime.waitUpTo({ name: "booking" }, "b-1", { waitFor, signal: end.signal }),
  );

  const refused = await post(app, `${B1}/events?waitFor=settled`, { type: "CANCEL" });
  const unhurt = await get(app, B1);
  end.abort();
  await Promise.all(waiting);
  const taken = await post(app, `${B1}/events?waitFor=settled`, { type: "CANCEL" });

  expect([refused.status, refused.body["code"]]).toEqual([429, "SAGA_WAITERS_FULL"]);
  expect(refused.headers["retry-after"]).toBe("1");
  expect([unhurt.body["revision"], taken.status, runtime.waiting]).toEqual([1, 200, 0]);
});

async function listen({ app }: Served): Promise<number> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

test("a client that hangs up leaves nothing behind, and its event stays sent", async () => {
  const served = await serveB1();
  const { app, runtime, clock } = served;
  const port = await listen(served);
  const timers = clock.pending;
  const event = '{"type":"NOTE","text":"a"}';
  const socket = connect(port, "127.0.0.1");
  const arrived = new Promise((resolve) => app.server.once("request", resolve));
  socket.write(
    `POST ${B1}/events?waitFor=phase:completed HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${event.length}\r\n\r\n${event}`,
  );
  await arrived;
  while (runtime.waiting === 0) await clock.quiet();
  await clock.quiet();

  socket.destroy();
  for (let turns = 0; runtime.waiting > 0 && turns < 1_000; turns += 1) await clock.quiet();

  expect([runtime.waiting, clock.pending]).toEqual([0, timers]);
  expect((await get(app, B1)).body["revision"]).toBe(2);
  expect(served.lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});

test("a server that closes answers those who wait with 202, and is not held up by them", async () => {
  const served = await serveB1();
  const port = await listen(served);
  const waiting = fetch(`http://127.0.0.1:${port}${B1}?waitFor=phase:completed`);
  while (served.runtime.waiting === 0) await served.clock.quiet();

  await served.app.close();

  expect((await waiting).status).toBe(202);
});

test("a connection may be silent for as long as its client waits, on top of what it may be anyway", async () => {
  const served = await serveB1();
  const port = await listen(served);
  const connected = new Promise<Socket>((resolve) => served.app.server.once("connection", resolve));
  const waiting = fetch(`http://127.0.0.1:${port}${B1}?waitFor=tag:no&timeoutMs=300000`);
  const { clock, runtime } = served;
  while (runtime.waiting === 0) await clock.quiet();

  const { timeout } = await connected;
  await post(served.app, `${B1}/events`, { type: "CANCEL" });
  await (await waiting).text();

  expect(timeout).toBe(httpLimits.waitMsMax + httpLimits.connectionTimeoutMs);
  // Node adds a second of its own.
  expect((await connected).timeout).toBe(httpLimits.keepAliveTimeoutMs + 1_000);
});
