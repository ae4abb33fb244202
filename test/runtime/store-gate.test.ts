/** A store that takes nothing for a while, because its disk is full or another program holds it. */
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, openSqlite, SagaError } from "../../src/index.ts";
import type { TelemetryEvent } from "../../src/index.ts";
import { STORE_PATIENCE_MS } from "../../src/runtime/gate/patient-store.ts";
import { StoreGate } from "../../src/runtime/gate/store-gate.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase, PATIENCE_MS } from "../fixtures/purchase.ts";
import { databasePath } from "../fixtures/world.ts";

type Trouble = "SAGA_STORE_FULL" | "SAGA_STORE_BUSY";
const WRITES: ReadonlySet<PropertyKey> = new Set([
  "commit",
  "claimEffects",
  "extendLeases",
  "probe",
]);

/** A runtime on a store whose writes fail while there is trouble, and are counted then. */
async function open({
  attemptsMax = 1_000,
  path = ":memory:",
  trouble = null,
}: { attemptsMax?: number; path?: string; trouble?: Trouble | null } = {}) {
  const world = {
    /** Charges that run until they are answered; null: they are answered at once. */
    held: null as (() => void)[] | null,
    trouble,
    refused: {} as Record<string, number>,
    told: [] as TelemetryEvent[],
    charged: 0,
    onLoad: (): unknown => undefined,
  };
  const real = openSqlite(path);
  const store = new Proxy(real, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name);
      if (typeof verb !== "function") return verb;
      return async (...args: unknown[]): Promise<unknown> => {
        if (world.trouble !== null && WRITES.has(name)) {
          world.refused[String(name)] = (world.refused[String(name)] ?? 0) + 1;
          throw new SagaError(world.trouble, "nothing was written");
        }
        if (name === "load") world.onLoad();
        return (await Reflect.apply(verb, target, args)) as unknown;
      };
    },
  });
  const clock = new ManualClock();
  const saga = definePurchase({
    charge: () => {
      world.charged += 1;
      return new Promise((resolve) => {
        const answer = (): void => resolve({ paymentId: "p-1" });
        if (world.held === null) answer();
        else world.held.push(answer);
      });
    },
  });
  const runtime = await createRuntime({
    store,
    sagas: [saga],
    clock,
    attemptsMax,
    // What waits for others is told by its own tests below.
    storePatienceMs: 0,
    leaseMs: 1_000,
    telemetry: (event) => void world.told.push(event),
  });
  onTestFinished(async () => {
    world.trouble = null;
    await runtime.close({ graceMs: 0 });
  });
  const start = (instanceId: string) =>
    runtime.start(saga, { instanceId, input: { cents: 1 } }).then(({ instance }) => instance);
  const pay = (instanceId: string) => runtime.send(saga, instanceId, { type: "PAY" });
  return { world, clock, runtime, saga, start, pay };
}

const refusedAs = (code: string) => expect.objectContaining({ code });

test.each([
  ["SAGA_STORE_FULL", "disk-full"],
  ["SAGA_STORE_BUSY", "store-busy"],
] as const)(
  "after %s what is sent is refused, reads go on, the reason is %s, and a probe ends it",
  async (code, reason) => {
    const { world, clock, runtime, saga, start, pay } = await open();
    await start("b-1");
    world.trouble = code;

    await expect(pay("b-1")).rejects.toThrow(refusedAs(code));
    await expect(pay("b-1")).rejects.toThrow(refusedAs(code));
    await expect(start("b-2")).rejects.toThrow(refusedAs(code));

    // The first one found out; the others do not ask the disk.
    expect(world.refused).toEqual({ commit: 1 });
    expect((await runtime.get(saga, "b-1")).revision).toBe(1);
    expect(runtime.unreadiness()).toEqual([{ code: reason, text: "nothing was written" }]);
    await clock.advance(5_000);
    expect(world.refused).toEqual({ commit: 1, probe: 5 });
    expect(runtime.unreadiness()).toHaveLength(1);

    world.trouble = null;
    await clock.advance(1_000);

    expect(runtime.unreadiness()).toEqual([]);
    expect((await pay("b-1")).revision).toBe(2);
    expect(world.told.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["shut", "opened"]));
    expect(world.told.filter(({ kind }) => kind === "shut")).toHaveLength(1);
  },
);

test("timers that come due on a full disk wait, and fire when there is space, without a word for each", async () => {
  const { world, clock, runtime, saga, start } = await open();
  for (let index = 0; index < 20; index += 1) await start(`b-${index}`);
  world.trouble = "SAGA_STORE_FULL";

  await clock.advance(10 * PATIENCE_MS);
  const waiting = await runtime.counts({ saga: "purchase" });
  world.trouble = null;
  await clock.advance(1_000);
  const fired = await runtime.counts({ saga: "purchase" });

  expect(waiting).toMatchObject([{ state: "waiting", instances: 20 }]);
  expect(fired).toMatchObject([{ state: "forgotten", instances: 20 }]);
  expect(world.told.filter(({ kind }) => kind === "undelivered")).toEqual([]);
  expect((await runtime.get(saga, "b-0")).phase).toBe("failed");
});

test("a timer that came due on a full disk waits again if the clock was set back before there was space", async () => {
  const { world, clock, runtime, saga, start } = await open();
  await start("b-1");
  world.trouble = "SAGA_STORE_FULL";
  await clock.advance(PATIENCE_MS);

  const now = clock.now.bind(clock);
  clock.now = () => now() - PATIENCE_MS;
  world.trouble = null;
  await clock.advance(1_000);
  const early = (await runtime.get(saga, "b-1")).state;
  await clock.advance(PATIENCE_MS - 1_000);

  expect(early).toBe("waiting");
  expect((await runtime.get(saga, "b-1")).state).toBe("forgotten");
});

test("a timer waits again if the clock is set back while its instance is being read", async () => {
  const path = databasePath();
  const first = await open({ path });
  await first.start("b-1");
  await first.runtime.close();

  const { world, clock, runtime, saga } = await open({ path });
  const now = clock.now.bind(clock);
  world.onLoad = () => (clock.now = () => now() - PATIENCE_MS);
  await clock.advance(PATIENCE_MS);
  world.onLoad = () => {};
  const early = await runtime.get(saga, "b-1");
  await clock.advance(PATIENCE_MS);

  expect([early.state, early.revision]).toEqual(["waiting", 1]);
  expect((await runtime.get(saga, "b-1")).state).toBe("forgotten");
  expect(world.told.filter(({ kind }) => kind === "fenced")).toEqual([]);
});

test("a result that cannot be kept is not lost, and no activity is claimed until it could be", async () => {
  const { world, clock, runtime, saga, start, pay } = await open();
  await start("b-1");
  await start("b-2");
  const paying = pay("b-1");
  // The commit of PAY is through, and the disk is full when the activity has its result.
  await paying;
  world.trouble = "SAGA_STORE_FULL";
  await clock.advance(40_000);
  const charged = world.charged;

  world.trouble = null;
  await clock.advance(1_000);

  expect(charged).toBe(1);
  expect(world.refused["claimEffects"]).toBeUndefined();
  expect((await runtime.get(saga, "b-1")).phase).toBe("completed");
  expect(world.charged).toBe(1);
});

test("while nothing is taken no lease is prolonged and no free place filled, and all goes on then", async () => {
  const { world, clock, runtime, saga, start, pay } = await open({ attemptsMax: 2 });
  world.held = [];
  for (const id of ["p-1", "p-2", "p-3"]) {
    await start(id);
    await pay(id);
  }
  await clock.quiet();
  world.trouble = "SAGA_STORE_FULL";
  await expect(start("p-4")).rejects.toEqual(refusedAs("SAGA_STORE_FULL"));

  world.held[0]?.();
  await clock.advance(900);

  expect(world.charged).toBe(2);
  expect(world.refused).not.toHaveProperty("claimEffects");
  expect(world.refused).not.toHaveProperty("extendLeases");

  world.trouble = null;
  await clock.advance(1_000);
  expect(await runtime.get(saga, "p-1")).toMatchObject({ state: "paid" });
  expect(world.charged).toBeGreaterThan(2);
});

test("what an earlier process left is claimed when there is space again, though nothing else happens", async () => {
  const path = databasePath();
  const first = await open({ path });
  first.world.held = [];
  await first.start("b-1");
  await first.pay("b-1");
  await first.clock.quiet();
  await first.runtime.close({ graceMs: 0 });

  const { world, clock } = await open({ path, trouble: "SAGA_STORE_FULL" });
  await clock.advance(2_500);
  const charged = world.charged;
  world.trouble = null;
  await clock.advance(500);

  expect([charged, world.charged]).toEqual([0, 1]);
  expect(world.refused).toEqual({ claimEffects: 1, probe: 2 });
});

test("whoever waits at the gate goes on when it is closed", async () => {
  const store = { probe: () => Promise.reject(new Error("full")) };
  const clock = new ManualClock();
  const gate = new StoreGate({ store, clock, telemetry: () => {}, onOpened: () => {} });
  gate.failed(new SagaError("SAGA_STORE_FULL", "nothing was written"));
  const waiting = gate.opened();

  gate.close();

  await expect(waiting).resolves.toBeUndefined();
  expect([gate.shut, clock.pending]).toEqual([null, 0]);
});

test("a runtime closes on a full disk, and what it could not keep goes on in the next", async () => {
  const path = databasePath();
  const { world, clock, runtime, start } = await open({ path });
  await start("b-1");
  world.trouble = "SAGA_STORE_FULL";
  await clock.advance(PATIENCE_MS);

  await expect(runtime.close({ graceMs: 0 })).resolves.toBeUndefined();
  const next = await open({ path });
  await next.clock.advance(PATIENCE_MS);

  expect(world.refused["commit"]).toBeGreaterThan(0);
  expect((await next.runtime.get(next.saga, "b-1")).state).toBe("forgotten");
});

test("a store that fails at a read is noticed at once: nothing is taken any more", async () => {
  const real = openSqlite(":memory:");
  const told: TelemetryEvent[] = [];
  let isBroken = false;
  const store = new Proxy(real, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name);
      if (typeof verb !== "function") return verb;
      if (isBroken && name === "countInstances") {
        return () => Promise.reject(new SagaError("SAGA_STORE_OUTCOME_UNKNOWN", "the disk fails"));
      }
      return (verb as () => unknown).bind(target);
    },
  });
  const saga = definePurchase({});
  const telemetry = (event: TelemetryEvent) => void told.push(event);
  const runtime = await createRuntime({ store, sagas: [saga], telemetry });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  isBroken = true;

  const unknown = refusedAs("SAGA_STORE_OUTCOME_UNKNOWN");
  await expect(runtime.counts()).rejects.toThrow(unknown);
  await expect(runtime.start(saga, { input: { cents: 1 } })).rejects.toThrow(unknown);

  expect(runtime.unreadiness()).toEqual([{ code: "store-failed", text: "the disk fails" }]);
  expect(told.filter(({ kind }) => kind === "fatal")).toHaveLength(1);
});

test("a commit that takes too long is a reason, until one is quick again", async () => {
  const real = openSqlite(":memory:");
  const clock = new ManualClock();
  let takesMs = 0;
  const store = new Proxy(real, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name);
      if (typeof verb !== "function") return verb;
      if (name !== "commit") return (verb as () => unknown).bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        if (takesMs > 0) await new Promise<void>((done) => clock.schedule(takesMs, done));
        return (await Reflect.apply(verb, target, args)) as unknown;
      };
    },
  });
  const saga = definePurchase({});
  const runtime = await createRuntime({ store, sagas: [saga], clock });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  const codes = () => runtime.unreadiness().map(({ code }) => code);

  takesMs = 3_000;
  const slow = runtime.start(saga, { input: { cents: 1 } });
  await clock.advance(1_001);
  const during = codes();
  await clock.advance(2_000);
  await slow;
  const after = codes();
  takesMs = 0;
  await runtime.start(saga, { input: { cents: 1 } });

  expect([during, after, codes()]).toEqual([["commit-slow"], ["commit-slow"], []]);
});

/** A runtime on a file that another connection holds, as a shell does that has begun to write. */
async function held() {
  const path = databasePath();
  const [clock, told] = [new ManualClock(), [] as TelemetryEvent[]];
  const saga = definePurchase({});
  const telemetry = (event: TelemetryEvent) => void told.push(event);
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga], clock, telemetry });
  const other = new Database(path);
  onTestFinished(async () => {
    other.close();
    await runtime.close({ graceMs: 0 });
  });
  await runtime.start(saga, { instanceId: "b-1", input: { cents: 1 } });
  other.exec("BEGIN IMMEDIATE");
  const free = () => other.exec("ROLLBACK");
  const start = (instanceId: string) => runtime.start(saga, { instanceId, input: { cents: 1 } });
  return { clock, told, saga, runtime, free, start };
}

test("while another program holds the database for moments a commit waits, reads and the event loop go on, and nobody is refused", async () => {
  const { clock, told, saga, runtime, free, start } = await held();

  const waiting = start("b-2");
  await clock.advance(STORE_PATIENCE_MS / 2);
  // The loop turned again and again, or time had not moved.
  const [read, second] = [await runtime.get(saga, "b-1"), start("b-3")];
  free();
  await clock.advance(STORE_PATIENCE_MS / 2);

  expect(read.revision).toBe(1);
  expect((await waiting).instance.revision).toBe(1);
  expect((await second).instance.revision).toBe(1);
  expect(told.filter(({ kind }) => kind === "shut")).toEqual([]);
});

test("one that is held for longer refuses what waits, all at once, and goes on by itself when it is free", async () => {
  const { clock, runtime, free, start } = await held();
  const busy = refusedAs("SAGA_STORE_BUSY");

  const first = Promise.allSettled([start("b-2")]);
  await clock.advance(STORE_PATIENCE_MS / 2);
  const second = Promise.allSettled([start("b-3")]);
  // The second is not patient anew.
  await clock.advance(STORE_PATIENCE_MS / 2);
  expect([await first, await second]).toMatchObject([[{ reason: busy }], [{ reason: busy }]]);
  const codes = runtime.unreadiness().map(({ code }) => code);
  await expect(start("b-4")).rejects.toThrow(busy);
  free();
  await clock.advance(1_000);

  expect(codes).toContain("store-busy");
  expect((await start("b-2")).instance.revision).toBe(1);
});
