/** Starting, sending, reading and waiting, as callers see it. */
import { expect, test } from "vitest";
import { assign, createMachine, setup } from "xstate";
import { z } from "zod";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { SagaError } from "../../src/errors.ts";
import { ATTRIBUTES_MAX, ID_LENGTH_MAX } from "../../src/runtime/incoming.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase, purchaseMachine } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, deferred, openWorld } from "../fixtures/world.ts";

const input = { cents: 1 };

test("the same start again starts nothing, and other input under its id is refused", async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });

  const first = await runtime.start(saga, { instanceId: "b-1", input });
  const again = await runtime.start(saga, { instanceId: "b-1", input: { ...input } });
  const other = runtime.start(saga, { instanceId: "b-1", input: { cents: 2 } });

  expect(first.created).toBe(true);
  expect(again).toEqual({ created: false, instance: first.instance });
  await expect(other).rejects.toMatchObject({ code: "SAGA_INSTANCE_EXISTS" });
});

test("an event is applied once under its id and answered the same, also after a restart", async () => {
  const path = databasePath();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [saga] });
  await before.runtime.start(saga, { instanceId: "b-1", input });
  const pay = { type: "PAY" } as const;

  const answers = await Promise.all(
    [1, 2, 3].map(() => before.runtime.send(saga, "b-1", pay, { eventId: "e-1" })),
  );
  const after = await openWorld(crashedCopy(path), { sagas: [saga] });
  answers.push(await after.runtime.send(saga, "b-1", pay, { eventId: "e-1" }));

  expect(answers[0]).toMatchObject({ revision: 2, state: "paying.attempting" });
  expect(answers).toEqual(Array(4).fill(answers[0]));
  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ revision: 2 });
});

test("another event under the same id is refused and changes nothing", async () => {
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input });
  const paid = await runtime.send(saga, "b-1", { type: "PAY" }, { eventId: "e-1" });

  const other = runtime.send(saga, "b-1", { type: "CANCEL" }, { eventId: "e-1" });

  await expect(other).rejects.toMatchObject({ code: "SAGA_IDEMPOTENCY_KEY_REUSED" });
  expect(await runtime.get(saga, "b-1")).toEqual(paid);
});

test("a refused event leaves its id free", async () => {
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input });
  const cancel = { type: "CANCEL" } as const;

  const early = runtime.send(saga, "b-1", cancel, { eventId: "e-1" });
  await expect(early).rejects.toMatchObject({ code: "SAGA_EVENT_NOT_ACCEPTED" });
  await runtime.send(saga, "b-1", { type: "PAY" });

  expect(await runtime.send(saga, "b-1", cancel, { eventId: "e-1" })).toMatchObject({
    revision: 3,
  });
});

test("events of one instance are taken one after another, whoever sends them", async () => {
  const counter = setup({
    types: { context: {} as { sum: number }, events: {} as { type: "ADD"; n: number } },
    actions: { add: assign({ sum: ({ context, event }) => context.sum + event.n }) },
  }).createMachine({
    id: "counter",
    context: { sum: 0 },
    initial: "counting",
    states: { counting: { tags: "forward", on: { ADD: { actions: "add" } } } },
  });
  const saga = defineSaga({ name: "counter", version: 1, machine: counter, activities: {} });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "c-1", input: undefined });

  const sent = Array.from({ length: 50 }, (_, n) => runtime.send(saga, "c-1", { type: "ADD", n }));
  const revisions = (await Promise.all(sent)).map(({ revision }) => revision);
  const journal = await runtime.journal(saga, "c-1");

  expect(revisions).toEqual(Array.from({ length: 50 }, (_, n) => n + 2));
  expect(journal.slice(1).map(({ event }) => event)).toEqual(
    Array.from({ length: 50 }, (_, n) => ({ type: "ADD", n })),
  );
});

test.each([
  ["xstate.done.actor.charge", { output: { paymentId: "forged" } }],
  ["xstate.error.actor.charge", { error: "forged" }],
  ["xstate.after.1000.purchase.paying.attempting", {}],
  ["xstate.init", { input: { cents: 0 } }],
  ["xstate.stop", {}],
  ["*", {}],
  ["", {}],
  ["PAY ", {}],
])("the event %j cannot be sent from outside", async (type, payload) => {
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input });
  const paying = await runtime.send(saga, "b-1", { type: "PAY" });

  const forged = runtime.send(saga, "b-1", { type, ...payload } as never);

  await expect(forged).rejects.toMatchObject({ code: "SAGA_EVENT_INVALID" });
  expect(await runtime.get(saga, "b-1")).toEqual(paying);
});

test("what a schema says of input and events is what comes in", async () => {
  const machine = setup({
    types: {
      context: {} as { note: string },
      input: {} as { note: string },
      events: {} as { type: "NOTE"; text: string },
    },
  }).createMachine({
    id: "notes",
    context: ({ input: { note } }) => ({ note }),
    initial: "open",
    states: { open: { tags: "forward", on: { NOTE: { target: "open", reenter: true } } } },
  });
  const saga = defineSaga({
    name: "notes",
    version: 1,
    machine,
    activities: {},
    input: z.strictObject({ note: z.string().trim() }),
    events: { NOTE: z.strictObject({ text: z.string().max(3) }) },
  });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });

  const { instance } = await runtime.start(saga, { instanceId: "n-1", input: { note: " hi " } });
  const long = runtime.send(saga, "n-1", { type: "NOTE", text: "much" });
  const wrong = runtime.start(saga, { input: { note: 1 } as never });

  expect(instance.context).toEqual({ note: "hi" });
  await expect(long).rejects.toMatchObject({
    code: "SAGA_EVENT_INVALID",
    details: { issues: [{ path: "text" }] },
  });
  await expect(wrong).rejects.toMatchObject({
    code: "SAGA_INPUT_INVALID",
    details: { issues: [{ path: "note" }] },
  });
});

test.each(["", "x".repeat(201), "line\nbreak", "\ud800", 7])("the id %j is refused", async (id) => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });

  const started = runtime.start(saga, { instanceId: id as string, input });
  const read = runtime.get(saga, id as string);

  await expect(started).rejects.toMatchObject({ code: "SAGA_ID_INVALID" });
  await expect(read).rejects.toMatchObject({ code: "SAGA_ID_INVALID" });
});

test(`an instance has at most ${ATTRIBUTES_MAX} attributes, each of 1-${ID_LENGTH_MAX} characters`, async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  const many = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k-${index}`, "v"]));

  const { instance } = await runtime.start(saga, { input, attributes: many(ATTRIBUTES_MAX) });
  const refused = [many(ATTRIBUTES_MAX + 1), { k: "v".repeat(ID_LENGTH_MAX + 1) }, { "": "v" }].map(
    (attributes) => runtime.start(saga, { input, attributes }),
  );

  expect(instance.attributes).toEqual(many(ATTRIBUTES_MAX));
  for (const start of refused) {
    await expect(start).rejects.toMatchObject({ code: "SAGA_REQUEST_INVALID" });
  }
});

test("an instance that is not there is told from one that has ended", async () => {
  const saga = definePurchase({});
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { instanceId: "b-1", input });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await runtime.waitFor(saga, "b-1", { phase: "completed" });

  const nowhere = runtime.send(saga, "b-2", { type: "PAY" });
  const over = runtime.send(saga, "b-1", { type: "PAY" });

  await expect(nowhere).rejects.toMatchObject({ code: "SAGA_INSTANCE_NOT_FOUND" });
  await expect(over).rejects.toMatchObject({ code: "SAGA_INSTANCE_ENDED" });
});

test("waiting ends with the condition, with another end, or with the time, and leaves nothing behind", async () => {
  const clock = new ManualClock();
  const charge = deferred<{ paymentId: string }>();
  const saga = definePurchase({ charge: () => charge.promise });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input });
  const asleep = clock.pending;

  const inside = runtime.waitFor(saga, "b-1", { state: "paying" }, { timeoutMs: 50 });
  const never = runtime.waitFor(saga, "b-1", { tag: "nowhere" }, { timeoutMs: 50 });
  const other = runtime.waitFor(saga, "b-1", { phase: "compensated" }, { timeoutMs: 500 });
  const missing = runtime.waitFor(saga, "b-2", { phase: "completed" });
  const ends = Promise.allSettled([inside, never, other, missing]);
  await clock.quiet();
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.advance(50);
  charge.resolve({ paymentId: "p" });
  await clock.quiet();

  expect(
    (await ends).map((end) => (end.status === "fulfilled" ? end.value.state : end.reason.code)),
  ).toEqual([
    "paying.attempting",
    "SAGA_WAIT_TIMEOUT",
    "SAGA_INSTANCE_ENDED",
    "SAGA_INSTANCE_NOT_FOUND",
  ]);
  expect(clock.pending).toBeLessThanOrEqual(asleep);
});

test("closing lets a running attempt finish and leaves the rest to the next runtime", async () => {
  const path = databasePath();
  const charges = [deferred<{ paymentId: string }>(), deferred<{ paymentId: string }>()];
  let begun = 0;
  const hanging = definePurchase({
    charge: () => (charges[begun++] as (typeof charges)[number]).promise,
  });
  const before = await openWorld(path, { sagas: [hanging] });
  for (const instanceId of ["b-1", "b-2"]) {
    await before.runtime.start(hanging, { instanceId, input });
    await before.runtime.send(hanging, instanceId, { type: "PAY" });
  }
  const closed = before.runtime.close({ graceMs: 30 });
  charges[0]?.resolve({ paymentId: "in time" });
  const late = before.runtime.send(hanging, "b-1", { type: "CANCEL" });
  await expect(late).rejects.toMatchObject({ code: "SAGA_RUNTIME_CLOSED" });
  await closed;

  const saga = definePurchase({ charge: () => Promise.resolve({ paymentId: "again" }) });
  const after = await openWorld(path, { sagas: [saga] });
  const ends = ["b-1", "b-2"].map((id) => after.runtime.waitFor(saga, id, { phase: "completed" }));

  expect((await Promise.all(ends)).map(({ context }) => context)).toMatchObject([
    { paymentId: "in time" },
    { paymentId: "again" },
  ]);
});

test("an instance stays on its version while new ones take the newest", async () => {
  const path = databasePath();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const newer = { ...saga, version: 2 };
  const before = await openWorld(path, { sagas: [saga] });
  await before.runtime.start(saga, { instanceId: "old", input });
  const copy = crashedCopy(path);

  const both = await openWorld(copy, { sagas: [newer, saga] });
  const old = await both.runtime.send(newer, "old", { type: "PAY" });
  const { instance } = await both.runtime.start(newer, { instanceId: "new", input });
  const onlyNew = await openWorld(crashedCopy(copy), { sagas: [newer] });

  expect([old.version, instance.version]).toEqual([1, 2]);
  await expect(onlyNew.runtime.get(newer, "old")).rejects.toMatchObject({
    code: "SAGA_VERSION_UNKNOWN",
  });
});

test("a chart that throws on a result shows its instance stuck, loses nothing, and goes on when it is mended", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const broken = defineSaga({
    name: "purchase",
    version: 1,
    machine: purchaseMachine.provide({
      actions: {
        keep: () => {
          throw new Error("never reached");
        },
      },
    }),
    activities: {
      charge: () => Promise.resolve(null as never),
      refund: () => Promise.resolve(),
    },
    compensations: { charge: "refund" },
  });
  // The result has no paymentId: reading it throws in the chart.
  const throwing = { ...broken, machine: purchaseMachine };
  const before = await openWorld(path, { sagas: [throwing], clock });
  await before.runtime.start(throwing, { instanceId: "b-1", input });
  await before.runtime.send(throwing, "b-1", { type: "PAY" });
  await clock.quiet();
  const stuck = await before.runtime.get(throwing, "b-1");
  await clock.advance(600);
  const journal = await before.runtime.journal(throwing, "b-1");

  const saga = definePurchase({});
  const after = await openWorld(crashedCopy(path), { sagas: [saga], clock });
  await clock.advance(0);

  expect(stuck).toMatchObject({ phase: "stuck", state: "paying.attempting" });
  expect(String(stuck.error)).toContain("paymentId");
  expect(journal.map(({ verdict }) => verdict)).toEqual(["applied", "applied", "failed"]);
  expect(await after.runtime.get(saga, "b-1")).toMatchObject({ phase: "completed", error: null });
});

test("an event on which the chart throws changes nothing, even what it spoilt before it threw", async () => {
  const machine = setup({
    types: { context: {} as { items: string[] }, events: {} as { type: "ADD" } | { type: "LOOK" } },
    actions: {
      spoil: assign({
        items: ({ context }) => {
          context.items.push("spoilt");
          throw new Error("boom");
        },
      }),
    },
  }).createMachine({
    id: "basket",
    context: () => ({ items: [] }),
    initial: "open",
    states: { open: { tags: "forward", on: { ADD: { actions: "spoil" } } } },
  });
  const saga = defineSaga({ name: "basket", version: 1, machine, activities: {} });
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  const { instance } = await runtime.start(saga, { instanceId: "b-1", input: undefined });

  const added = runtime.send(saga, "b-1", { type: "ADD" });
  await expect(added).rejects.toMatchObject({ code: "SAGA_TRANSITION_FAILED" });

  expect(await runtime.get(saga, "b-1")).toMatchObject({ revision: 1, context: { items: [] } });
  expect(instance.context).not.toBe((await runtime.get(saga, "b-1")).context);
});

test("an output that cannot be stored is an error of its activity", async () => {
  const clock = new ManualClock();
  const saga = definePurchase({
    charge: () => Promise.resolve({ paymentId: "p", socket: new AbortController() }),
  });
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { instanceId: "b-1", input });
  await runtime.send(saga, "b-1", { type: "PAY" });
  await clock.quiet();

  expect(await runtime.get(saga, "b-1")).toMatchObject({ state: "paying.backingOff" });
  expect(told.filter(({ kind }) => kind === "attempt")).toMatchObject([
    { outcome: "error", error: { code: "SAGA_CONTEXT_NOT_SERIALIZABLE" } },
  ]);
});

test("a store that cannot say what it wrote stops the runtime for good", async () => {
  const store = openSqlite(databasePath());
  const failing: Store = new Proxy(store, {
    get(target, name) {
      if (name === "commit") {
        return () =>
          Promise.reject(new SagaError("SAGA_STORE_OUTCOME_UNKNOWN", "the disk did not answer"));
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const saga = definePurchase({});
  const told: string[] = [];
  const runtime = await createRuntime({
    store: failing,
    sagas: [saga],
    telemetry: ({ kind }) => told.push(kind),
  });

  const first = runtime.start(saga, { input });
  await expect(first).rejects.toMatchObject({ code: "SAGA_STORE_OUTCOME_UNKNOWN" });
  const second = runtime.start(saga, { input });
  await expect(second).rejects.toMatchObject({ code: "SAGA_STORE_OUTCOME_UNKNOWN" });
  await runtime.close();

  expect(told).toEqual(["fatal"]);
});

test("a chart that cannot be run durably is refused with all findings", async () => {
  const machine = createMachine({
    id: "bad",
    initial: "a",
    states: { a: { invoke: { src: "nobody" } }, b: { type: "final" } },
  });
  const saga = defineSaga({ name: "bad", version: 1, machine, activities: {} });

  const opened = openWorld(databasePath(), { sagas: [saga] });

  await expect(opened).rejects.toMatchObject({ code: "SAGA_CHART_INVALID" });
});
