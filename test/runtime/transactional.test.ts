/** Transactional activities: the rows of the user and the step of the saga are there together, or not at all. */
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { assign, setup as xstateSetup } from "xstate";
import { activity, createRuntime, defineSaga, openSqlite, transaction } from "../../src/index.ts";
import type { Runtime, Store } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { createSales, defineSale, recordSale, sales } from "../fixtures/sale.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

const input = { saleId: "s-1" };
const setup = createSales;

function salesIn(path: string): unknown[] {
  const reader = new Database(path, { readonly: true });
  const rows = reader.prepare("SELECT sale_id FROM shop_sales ORDER BY sale_id").pluck().all();
  reader.close();
  return rows;
}

/** A runtime in which something comes to the mailbox of `i-1` between its start and the activity begun by it. */
async function openInterrupted<Done>(
  path: string,
  saga: ReturnType<typeof defineSale>,
  interrupt: (runtime: Runtime) => Promise<Done>,
) {
  const told: string[] = [];
  let interrupted: Promise<Done> | undefined;
  const runtime: Runtime = await createRuntime({
    store: openSqlite(path, { setup }),
    sagas: [saga],
    telemetry: (event) => {
      told.push(event.kind);
      if (event.kind === "transition" && event.instanceId === "i-1") {
        interrupted ??= interrupt(runtime);
      }
    },
  });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  return { runtime, told, cancelled: () => interrupted };
}

function reasonOf({ context }: { context: unknown }): string | null {
  return (context as { reason: string | null }).reason;
}

/** Starts a sale and waits until the saga stands in that state. */
async function sell(runtime: Runtime, state: string, instanceId = "i-1") {
  const saga = defineSale();
  await runtime.start(saga, { instanceId, input });
  return runtime.waitFor(saga, instanceId, { state }, { timeoutMs: 5_000 });
}

test("the row and the step are in one transaction, and the output is the activity's", async () => {
  const path = databasePath();
  const seen: unknown[] = [];
  const saga = defineSale(
    transaction((facts) => {
      const { tx, ...rest } = facts;
      seen.push(rest, tx.select().from(sales).all());
      return recordSale.inTransaction(rest, tx);
    }),
  );
  const { runtime, told } = await openWorld(path, { sagas: [saga], setup });

  await runtime.start(saga, { instanceId: "i-1", input, correlationId: "c-1" });
  const sold = await runtime.waitFor(saga, "i-1", { state: "sold" });

  expect(sold).toMatchObject({ revision: 2, phase: "completed", context: { total: 1 } });
  expect(seen).toEqual([
    { input, idempotencyKey: "sale/i-1/recordSale/1", correlationId: "c-1" },
    [],
  ]);
  expect(salesIn(path)).toEqual(["s-1"]);
  expect(told.filter(({ kind }) => kind === "attempt")).toMatchObject([
    { activity: "recordSale", outcome: "done" },
  ]);
});

test("a crash before the commit leaves neither row nor step, and it is done once by the next process", async () => {
  const path = databasePath();
  let copy = "";
  const crashing = defineSale(
    transaction(({ tx, ...facts }) => {
      const output = recordSale.inTransaction(facts, tx);
      copy = crashedCopy(path);
      return output;
    }),
  );
  const before = await openWorld(path, { sagas: [crashing], setup });
  await sell(before.runtime, "sold");
  const left = salesIn(copy);

  const saga = defineSale();
  const after = await openWorld(copy, { sagas: [saga], setup });
  const sold = await after.runtime.waitFor(saga, "i-1", { state: "sold" });

  expect(left).toEqual([]);
  expect(sold).toMatchObject({ revision: 2, context: { total: 1 } });
  expect(salesIn(copy)).toEqual(["s-1"]);
});

test("a crash after the commit leaves both, and it is not done again", async () => {
  const path = databasePath();
  const before = await openWorld(path, { sagas: [defineSale()], setup });
  await sell(before.runtime, "sold");

  const copy = crashedCopy(path);
  let calls = 0;
  const saga = defineSale(transaction(() => ({ total: (calls += 1) })));
  const after = await openWorld(copy, { sagas: [saga], setup, clock: new ManualClock() });

  expect(await after.runtime.get(saga, "i-1")).toMatchObject({ revision: 2, phase: "completed" });
  expect([salesIn(copy), calls]).toEqual([["s-1"], 0]);
});

test("a function that throws leaves no row, and its activity is rejected with what it threw", async () => {
  const path = databasePath();
  const saga = defineSale(
    transaction(({ tx, ...facts }) => {
      recordSale.inTransaction(facts, tx);
      throw new Error("sold out");
    }),
  );
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  const refused = await sell(runtime, "refused");

  expect(refused).toMatchObject({ revision: 2, context: { reason: "sold out", total: null } });
  expect(salesIn(path)).toEqual([]);
});

test("a constraint of the user's table rejects the activity like any other error", async () => {
  const path = databasePath();
  const { runtime } = await openWorld(path, { sagas: [defineSale()], setup });
  await sell(runtime, "sold", "i-1");

  const refused = await sell(runtime, "refused", "i-2");

  expect(refused.context).toMatchObject({ reason: expect.stringContaining("UNIQUE") as string });
  expect(salesIn(path)).toEqual(["s-1"]);
});

test("a chart that has left the activity's state gets no row", async () => {
  const path = databasePath();
  let calls = 0;
  const saga = defineSale(
    transaction(({ tx, ...facts }) => {
      calls += 1;
      return recordSale.inTransaction(facts, tx);
    }),
  );
  const { runtime, cancelled, told } = await openInterrupted(path, saga, (running) =>
    running.send(saga, "i-1", { type: "CANCEL" }),
  );

  await runtime.start(saga, { instanceId: "i-1", input });

  const left = await cancelled();
  await runtime.close();

  // No row in the outbox either: what runs in a commit cannot be under way when another one comes first.
  expect(left).toMatchObject({ revision: 2, phase: "compensated", activities: [] });
  expect(told).toContain("fenced");
  expect([salesIn(path), calls]).toEqual([[], 0]);
});

test("what an earlier process left unperformed holds nothing up when the chart leaves it", async () => {
  const path = databasePath();
  const saga = defineSale();
  const before = await openWorld(path, { sagas: [saga], setup, attemptsMax: 0 });
  await before.runtime.start(saga, { instanceId: "i-1", input });

  const copy = crashedCopy(path);
  const after = await openWorld(copy, { sagas: [saga], setup, attemptsMax: 0 });
  const cancelled = await after.runtime.send(saga, "i-1", { type: "CANCEL" });

  expect(cancelled).toMatchObject({ revision: 2, phase: "compensated", activities: [] });
  expect(salesIn(copy)).toEqual([]);
});

test("a result that the chart cannot take undoes the row, until the chart can", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  let isMended = false;
  const countingMachine = xstateSetup({
    types: { context: {} as { total: unknown } },
    actors: { recordSale: activity<{ saleId: string }, { total: number }>() },
  }).createMachine({
    id: "sale",
    context: { total: null },
    initial: "selling",
    states: {
      selling: {
        tags: "forward",
        invoke: {
          id: "recordSale",
          src: "recordSale",
          input,
          onDone: {
            target: "sold",
            actions: assign({ total: () => (isMended ? 1 : () => 1) }),
          },
          onError: "sold",
        },
      },
      sold: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({
    name: "sale",
    version: 1,
    machine: countingMachine,
    activities: { recordSale },
  });
  const { runtime } = await openWorld(path, { sagas: [saga], setup, clock });

  await runtime.start(saga, { instanceId: "i-1", input: undefined });
  const stuck = await runtime.waitFor(saga, "i-1", { phase: "stuck" });
  const undone = salesIn(path);
  isMended = true;
  await clock.advance(1_000);

  expect(stuck.error).toContain("/context/total is a function");
  expect(undone).toEqual([]);
  expect(await runtime.get(saga, "i-1")).toMatchObject({ phase: "completed" });
  expect(salesIn(path)).toEqual(["s-1"]);
});

test("a child that the result starts is born in the same transaction", async () => {
  const path = databasePath();
  const parcel = xstateSetup({}).createMachine({
    id: "parcel",
    initial: "sent",
    states: { sent: { tags: "forward" } },
  });
  const machine = xstateSetup({
    actors: { recordSale: activity<{ saleId: string }, { total: number }>(), parcel },
  }).createMachine({
    id: "sale",
    initial: "selling",
    states: {
      selling: {
        tags: "forward",
        invoke: { id: "recordSale", src: "recordSale", input, onDone: "sending", onError: "over" },
      },
      sending: {
        tags: "forward",
        invoke: { id: "parcel", src: "parcel", onDone: "over", onError: "over" },
      },
      over: { type: "final", tags: "completed" },
    },
  });
  const copies: string[] = [];
  const saga = defineSaga<typeof machine>({
    name: "sale",
    version: 1,
    machine,
    activities: {
      recordSale: transaction(({ tx, ...facts }) => {
        const output = recordSale.inTransaction(facts, tx);
        copies.push(crashedCopy(path));
        return output;
      }),
    },
  });
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  await runtime.start(saga, { instanceId: "i-1", input: undefined });
  const sending = await runtime.waitFor(saga, "i-1", { state: "sending" });
  const { items } = await runtime.search();

  expect(sending).toMatchObject({ revision: 2, children: [{ childId: "parcel" }] });
  expect(items.map(({ state }) => state).toSorted()).toEqual(["sending", "sent"]);
  expect(salesIn(path)).toEqual(["s-1"]);
  // What was not known of the child was looked up in between, with nothing kept.
  expect(copies.map(salesIn)).toEqual([[], []]);
});

test("an asynchronous function is refused in words, and writes nothing, not even later", async () => {
  const path = databasePath();
  let later: unknown;
  let resume = (): void => {};
  const saga = defineSale(
    transaction((async ({ tx }: { tx: Parameters<typeof createSales>[0] }) => {
      tx.insert(sales).values({ saleId: "early", cents: 1 }).run();
      await new Promise<void>((resolve) => (resume = resolve));
      try {
        tx.insert(sales).values({ saleId: "late", cents: 1 }).run();
      } catch (error) {
        later = error;
      }
      return { total: 1 };
    }) as never),
  );
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  const refused = await sell(runtime, "refused");
  resume();
  await Promise.resolve();

  expect(reasonOf(refused)).toContain(`"recordSale" of saga "sale" returned a promise`);
  expect(later).toMatchObject({ code: "SAGA_TRANSACTION_INVALID" });
  expect(salesIn(path)).toEqual([]);
});

test("a function that tries to end the transaction is rejected, even if it hides the error", async () => {
  const path = databasePath();
  const saga = defineSale(
    transaction(({ tx, ...facts }) => {
      const output = recordSale.inTransaction(facts, tx);
      try {
        tx.run(sql`COMMIT`);
      } catch {
        // As if it did not matter.
      }
      return output;
    }),
  );
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  const refused = await sell(runtime, "refused");

  expect(reasonOf(refused)).toContain(`takes no "COMMIT"`);
  expect(salesIn(path)).toEqual([]);
});

test("a query that was returned and not run is no result", async () => {
  const path = databasePath();
  const saga = defineSale(
    transaction((({ tx }: { tx: Parameters<typeof createSales>[0] }) =>
      tx.insert(sales).values({ saleId: "s-1", cents: 1 })) as never),
  );
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  const refused = await sell(runtime, "refused");

  expect(reasonOf(refused)).toContain("a query that was not run");
});

test("an output that cannot be stored undoes the row and rejects the activity", async () => {
  const path = databasePath();
  const saga = defineSale(
    transaction(({ tx, ...facts }) => ({
      ...recordSale.inTransaction(facts, tx),
      total: (() => 1) as never,
    })),
  );
  const { runtime } = await openWorld(path, { sagas: [saga], setup });

  const refused = await sell(runtime, "refused");

  expect(reasonOf(refused)).toContain("/total is a function");
  expect(salesIn(path)).toEqual([]);
});

test("a suspended instance writes nothing until it is resumed", async () => {
  const path = databasePath();
  const calls: string[] = [];
  const saga = defineSale(
    transaction(({ tx, ...facts }) => {
      calls.push(facts.input.saleId);
      return recordSale.inTransaction(facts, tx);
    }),
  );
  const { runtime } = await openInterrupted(path, saga, (running) =>
    running.operate(saga, "i-1", { operation: "suspend", reason: "audit" }),
  );

  await runtime.start(saga, { instanceId: "i-1", input });
  await runtime.start(saga, { instanceId: "i-2", input: { saleId: "s-2" } });
  await runtime.waitFor(saga, "i-2", { state: "sold" });
  const held = salesIn(path);
  await runtime.operate(saga, "i-1", { operation: "resume", reason: "audited" });
  await runtime.waitFor(saga, "i-1", { state: "sold" });

  expect(held).toEqual(["s-2"]);
  expect(calls).toEqual(["s-2", "s-1"]);
  expect(salesIn(path)).toEqual(["s-1", "s-2"]);
});

test("a store without transactions refuses sagas that need them", async () => {
  const inner = openSqlite(":memory:");
  const store = new Proxy<Store>(inner, {
    get: (target, name) => {
      if (name === "commitWith") return undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });

  const refused = createRuntime({ store, sagas: [defineSale()] });

  await expect(refused).rejects.toMatchObject({
    code: "SAGA_DEFINITION_INVALID",
    message: expect.stringContaining(
      `activity "recordSale" of saga "sale" is transactional`,
    ) as string,
  });
  await inner.close();
});
