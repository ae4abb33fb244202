import { describe, expect, test } from "vitest";
import { readTraceparent, traceIdOf } from "../../src/runtime/trace.ts";
import { toLogLine } from "../../src/log.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { BACKOFF_MS, definePurchase } from "../fixtures/purchase.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const STARTED = `00-${TRACE}-b7ad6b7169203331-01`;
const OTHER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SENT = `00-${OTHER_TRACE}-00f067aa0ba902b7-00`;

describe("a traceparent by the grammar of W3C Trace Context", () => {
  test.each([
    [STARTED, STARTED],
    [SENT, SENT],
    // Flags that are not known yet.
    [`00-${TRACE}-b7ad6b7169203331-ff`, `00-${TRACE}-b7ad6b7169203331-ff`],
    // Of a later version the known fields are taken, and handed on as version 00.
    [`01-${TRACE}-b7ad6b7169203331-01`, STARTED],
    [`cc-${TRACE}-b7ad6b7169203331-fe`, `00-${TRACE}-b7ad6b7169203331-00`],
    [`cc-${TRACE}-b7ad6b7169203331-01-what-the-future-brings`, STARTED],
  ])("%s is taken as %s", (header, taken) => {
    expect(readTraceparent(header)).toBe(taken);
  });

  test.each([
    undefined,
    null,
    "",
    "garbage",
    ["00"],
    `ff-${TRACE}-b7ad6b7169203331-01`,
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${TRACE.slice(1)}-b7ad6b7169203331-01`,
    `00-${TRACE}-b7ad6b7169203331-1`,
    `00-${TRACE}-b7ad6b7169203331-01-more`,
    `00-${TRACE}-b7ad6b7169203331-01-`,
    `00-${TRACE}-b7ad6b7169203331-01\n`,
    ` ${STARTED}`,
    `cc-${TRACE}-b7ad6b7169203331-01.more`,
    `0-${TRACE}-b7ad6b7169203331-01`,
    // Two such headers, as Node joins them.
    `${STARTED}, ${SENT}`,
  ])("%j is ignored", (header) => {
    expect(readTraceparent(header)).toBeNull();
  });

  test("its trace is its second field", () => {
    expect(traceIdOf(STARTED)).toBe(TRACE);
    expect(traceIdOf(null)).toBeNull();
  });
});

/** A purchase that writes down what its charges and its refund are given; the first charge fails. */
function traced() {
  const given: [string, string | null][] = [];
  const saga = definePurchase({
    charge: ({ attempt, traceparent }) => {
      given.push([`charge ${attempt}`, traceparent]);
      return attempt === 1 ? Promise.reject(new Error("503")) : new Promise(() => {});
    },
    refund: ({ traceparent }) => {
      given.push(["refund", traceparent]);
      return Promise.resolve();
    },
  });
  return { saga, given };
}

const start = { instanceId: "b-1", input: { cents: 1 } };

test("an activity gets the trace of the event that started it, and after a timer that of the start", async () => {
  const clock = new ManualClock();
  const { saga, given } = traced();
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });

  await runtime.start(saga, { ...start, traceparent: STARTED });
  await runtime.send(saga, "b-1", { type: "PAY" }, { traceparent: SENT });
  await clock.advance(BACKOFF_MS);
  await runtime.send(saga, "b-1", { type: "CANCEL" });
  // The refund waits until the charge that never ends has lapsed.
  await clock.advance(60_000);

  expect(given).toEqual([
    ["charge 1", SENT],
    ["charge 2", STARTED],
    ["refund", STARTED],
  ]);
});

test("without a trace an activity gets null, and a bad one is as good as none", async () => {
  const clock = new ManualClock();
  const { saga, given } = traced();
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });

  const { instance } = await runtime.start(saga, { ...start, traceparent: "garbage" });
  await runtime.send(saga, "b-1", { type: "PAY" }, { traceparent: `${SENT}0` });
  await clock.quiet();

  expect(instance.traceparent).toBeNull();
  expect(given).toEqual([["charge 1", null]]);
});

test("an event keeps its own trace in the journal", async () => {
  const clock = new ManualClock();
  const { saga } = traced();
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], clock });

  await runtime.start(saga, { ...start, traceparent: STARTED });
  await runtime.send(saga, "b-1", { type: "PAY" }, { traceparent: SENT });
  await clock.quiet();

  const journal = await runtime.journal(saga, "b-1");
  expect(journal.map(({ eventType, traceparent }) => [eventType, traceparent])).toEqual([
    ["xstate.init", STARTED],
    ["PAY", SENT],
    ["xstate.error.actor.charge", null],
  ]);
});

test("traces survive a restart: of the instance, of its journal, and of an attempt that is made again", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const saga = definePurchase({ charge: () => new Promise(() => {}) });
  const before = await openWorld(path, { sagas: [saga], clock });
  await before.runtime.start(saga, { ...start, traceparent: STARTED });
  await before.runtime.send(saga, "b-1", { type: "PAY" }, { traceparent: SENT });

  const given: (string | null)[] = [];
  const again = definePurchase({
    charge: ({ traceparent }) => {
      given.push(traceparent);
      return new Promise(() => {});
    },
  });
  const after = await openWorld(crashedCopy(path), { sagas: [again], clock });
  await clock.quiet();

  expect(given).toEqual([SENT]);
  expect(await after.runtime.get(again, "b-1")).toMatchObject({ traceparent: STARTED });
  expect(await after.runtime.journal(again, "b-1")).toMatchObject([
    { traceparent: STARTED },
    { traceparent: SENT },
  ]);
});

test("lines of transitions and attempts name their trace, those without one do not", async () => {
  const clock = new ManualClock();
  const { saga } = traced();
  const { runtime, told } = await openWorld(databasePath(), { sagas: [saga], clock });
  await runtime.start(saga, { ...start, traceparent: STARTED });
  await runtime.send(saga, "b-1", { type: "PAY" }, { traceparent: SENT });
  await clock.quiet();
  await runtime.start(saga, { ...start, instanceId: "b-2" });

  const ofInstances = told.filter(({ kind }) => kind !== "committed");
  const lines = ofInstances.map(toLogLine).map(({ text, facts }) => {
    const { event, outcome, traceId = "none" } = facts;
    return [text, event ?? outcome, traceId].join(" ");
  });
  expect(lines).toEqual([
    `transition xstate.init ${TRACE}`,
    `transition PAY ${OTHER_TRACE}`,
    `attempt error ${OTHER_TRACE}`,
    `transition xstate.error.actor.charge ${TRACE}`,
    "transition xstate.init none",
  ]);
});

test("the same start again, under another trace, keeps the first", async () => {
  const { saga } = traced();
  const { runtime } = await openWorld(databasePath(), { sagas: [saga] });
  await runtime.start(saga, { ...start, traceparent: STARTED });

  const again = await runtime.start(saga, { ...start, traceparent: SENT });

  expect([again.created, again.instance.traceparent]).toEqual([false, STARTED]);
});
