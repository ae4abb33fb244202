/** The envelope: what goes on from stored text behaves as what was never stored. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign, createMachine, setup } from "xstate";
import { toChart } from "../../src/saga/chart.ts";
import { activity } from "../../src/saga/define.ts";
import { decodeSnapshot, encodeSnapshot, SNAPSHOT_FORMAT } from "../../src/saga/snapshot.ts";
import { addressOf } from "../../src/saga/ref.ts";
import type { Outcome } from "../../src/saga/step.ts";
import { invoking, rich, richEvents } from "./charts.ts";
import { done, sagaOf, thrownBy, Walk } from "./steps.ts";
import type { Incoming } from "./steps.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now());

/** A script says what comes next without knowing what is pending: `pick` chooses among what is. */
type Line =
  | { readonly kind: "event"; readonly type: string }
  | { readonly kind: "timer"; readonly pick: number }
  | { readonly kind: "outcome"; readonly pick: number; readonly outcome: Outcome };

const line: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("event" as const),
      type: fc.constantFrom(...richEvents),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("timer" as const), pick: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("outcome" as const),
      pick: fc.nat(9),
      outcome: fc.constantFrom<Outcome>(
        { kind: "done", output: "o" },
        { kind: "error", error: new Error("no") },
      ),
    }),
  },
);

function toIncoming({ standing }: Walk, next: Line): Incoming | null {
  if (next.kind === "event") return { type: next.type };
  if (next.kind === "timer") {
    const timer = standing.timers[next.pick % Math.max(1, standing.timers.length)];
    return timer === undefined ? null : { fire: String(timer.sendId) };
  }
  const live = standing.activities.filter(({ abandoned }) => !abandoned);
  const chosen = live[next.pick % Math.max(1, live.length)];
  return chosen === undefined ? null : { settle: chosen.activityId, outcome: next.outcome };
}

function seen(walk: Walk, taken: unknown): unknown {
  const { standing, last } = walk;
  const { status, value, context } = standing.snapshot;
  return {
    taken: taken !== null,
    status,
    value: value as unknown,
    context: context as unknown,
    effects: last.effects,
    timers: standing.timers,
    activities: standing.activities,
    visits: standing.visits,
    children: Object.keys(standing.snapshot.children as object),
  };
}

describe("a restart before every step", () => {
  test("changes nothing: the same events do the same", () => {
    const chart = toChart(sagaOf(rich));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (script) => {
        const live = new Walk(chart);
        const restarted = new Walk(chart);
        for (const next of script) {
          restarted.restart();
          const incoming = toIncoming(live, next);
          if (incoming === null) continue;
          const expected = live.take(incoming);
          const actual = restarted.take(incoming);
          expect(seen(restarted, actual)).toEqual(seen(live, expected));
        }
      }),
      { seed, numRuns: 250 },
    );
  });

  test("does not change which region goes first, whatever was entered last", () => {
    const script = ["MOVE", "OPEN"].map((type) => ({ type }));
    const live = new Walk(rich);
    const restarted = new Walk(live.chart);

    for (const event of script) {
      restarted.restart();
      live.take(event);
      restarted.take(event);
    }

    expect([live.context["log"], restarted.context["log"]]).toEqual(["lr", "lr"]);
  });

  test.each([
    ["SHALLOW", { first: "attempting" }],
    ["DEEP", { second: { outer: "b" } }],
  ])("keeps what a history state remembers (%s)", (type, steps) => {
    const walk = new Walk(rich);
    if (type === "DEEP") {
      for (const event of ["PAUSE", "SECOND", "NEXT"]) walk.take({ type: event });
    }
    walk.take({ type: "PAUSE" });

    walk.restart();
    walk.take({ type });

    expect(walk.standing.snapshot.value).toMatchObject({ steps });
  });

  test("keeps a spawned child, so that it can still be stopped", () => {
    const walk = new Walk(rich);
    walk.take({ type: "SPAWN" });

    walk.restart();
    const step = walk.take({ type: "STOP" });

    expect(step?.effects).toMatchObject([{ kind: "leaveActivity", activity: { src: "side" } }]);
  });

  test("keeps an end with its output, and a failure with its error", () => {
    const ending = new Walk(
      setup({ actors: { work: activity<undefined, number>() } }).createMachine({
        initial: "a",
        states: {
          a: { invoke: { id: "work", src: "work", onDone: "b" } },
          b: { type: "final" },
        },
        output: { at: new Date(0) },
      }),
    );
    const failing = new Walk(invoking);

    ending.take(done("work"));
    ending.restart();
    failing.take({ type: "xstate.error.actor.gone", error: new TypeError("no") } as {
      type: string;
    });
    failing.restart();

    expect(ending.standing.snapshot).toMatchObject({ status: "done", output: { at: new Date(0) } });
    expect(failing.standing.snapshot).toMatchObject({
      status: "error",
      error: { name: "TypeError" },
    });
  });
});

describe("a context that cannot be stored", () => {
  test("is refused with the path of what cannot", () => {
    const machine = createMachine({ context: { deep: { list: [() => 1] } } });
    const { chart, standing } = new Walk(machine);

    expect(thrownBy(() => encodeSnapshot(chart, standing.snapshot, standing.visits))).toMatchObject(
      {
        code: "SAGA_CONTEXT_NOT_SERIALIZABLE",
        details: { path: "/context/deep/list/0" },
      },
    );
  });

  test("may hold the reference of a spawned child, which means the same after a restart", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      context: ({ spawn }) => ({ child: spawn("work", { id: "w" }) }),
    });
    const { chart, standing } = new Walk(machine);

    const stored = encodeSnapshot(chart, standing.snapshot, standing.visits);

    const { child } = decodeSnapshot(chart, stored).snapshot.context as { child: unknown };
    expect(addressOf(child)).toEqual({ kind: "child", childId: "w", generation: 1 });
  });
});

describe("a text that is no snapshot of the chart is refused", () => {
  const { chart, standing } = new Walk(invoking);
  const stored = encodeSnapshot(chart, standing.snapshot, standing.visits);
  const altered = (part: object): string => JSON.stringify({ ...JSON.parse(stored), ...part });

  test.each([
    ["no text at all", "", "cannot be read"],
    ["torn", stored.slice(0, -10), "cannot be read"],
    ["nothing", "null", "is no object"],
    ["of a later format", altered({ format: SNAPSHOT_FORMAT + 1 }), "has format 2"],
    ["of another saga", altered({ saga: "other" }), 'is of saga "other"'],
    ["of another version", altered({ version: 2 }), "version 2"],
    ["in a state that is gone", altered({ value: "renamed" }), 'the state "renamed"'],
    [
      "with a history that is gone",
      altered({ history: { h: ["m.gone"] } }),
      "unknown to the chart",
    ],
  ])("%s", (_, text, message) => {
    expect(thrownBy(() => decodeSnapshot(chart, text))).toMatchObject({
      code: "SAGA_SNAPSHOT_INVALID",
      message: expect.stringContaining(message) as unknown,
    });
  });
});

test("the stored text holds no timer and no activity: they are rows", () => {
  const { chart, standing } = new Walk(invoking);

  const envelope = JSON.parse(encodeSnapshot(chart, standing.snapshot, standing.visits)) as object;

  expect(envelope).toEqual({
    format: SNAPSHOT_FORMAT,
    saga: "test",
    version: 1,
    status: "active",
    value: { working: "attempting" },
    context: {},
    history: {},
    children: { work: { src: "work", generation: 1 } },
    visits: { "m.working": { revision: 1, starts: { work: 1 } } },
  });
});

test("a live snapshot has the error that a restart would find", () => {
  class Rejected extends Error {
    socket = { close: () => undefined };
  }
  const machine = createMachine({ context: { n: 0 }, on: { E: { actions: assign({ n: 1 }) } } });
  const walk = new Walk(machine);

  walk.take({ type: "xstate.error.actor.gone", error: new Rejected("no") } as { type: string });
  const live = walk.standing.snapshot.error;
  walk.restart();

  expect((live as Error).constructor).toBe(Error);
  expect(live).toStrictEqual(walk.standing.snapshot.error);
});
