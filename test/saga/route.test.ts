/** Routes: what XState does with them in memory, a step does too, with a restart before every event. */
import { describe, expect, test } from "vitest";
import { and, assign, createActor, createMachine, raise, setup, SimulatedClock } from "xstate";
import type { AnyStateMachine } from "xstate";
import {
  acceptedEvents,
  declaredEvents,
  eventVerdicts,
  refusalOf,
} from "../../src/saga/accepts.ts";
import { toChart } from "../../src/saga/chart.ts";
import { defineSaga } from "../../src/saga/define.ts";
import { lint } from "../../src/saga/lint.ts";
import { routesOf } from "../../src/saga/route.ts";
import { sagaOf, Walk } from "./steps.ts";

const go = (to: string) => ({ type: "xstate.route", to });
const note = (what: string) =>
  assign({ seen: ({ context }) => [...(context as { seen: string[] }).seen, what] }) as never;

/** Pages that can be gone to from anywhere; the vault only with a key, and each note says what ran. */
const pages = createMachine({
  id: "pages",
  context: { seen: [] as string[], hasKey: false },
  on: { TAKE_KEY: { actions: assign({ hasKey: true }) as never } },
  initial: "home",
  states: {
    home: {
      id: "home",
      route: {},
      tags: "forward",
      exit: note("left home"),
      on: { SHOW: { actions: raise(go("#deep") as never) as never } },
    },
    desk: {
      initial: "closed",
      states: {
        closed: { tags: "forward" },
        open: {
          id: "deep",
          tags: "forward",
          route: { actions: note("went to deep") },
          entry: note("entered deep"),
          after: { 1_000: "waiting" },
        },
        waiting: {
          tags: "forward",
          entry: raise(go("#home") as never, { delay: 500 }) as never,
        },
        last: { type: "history" },
      },
      on: { LOCK: "both" },
    },
    both: {
      id: "both",
      route: {},
      type: "parallel",
      states: {
        a: {
          initial: "a1",
          states: { a1: { tags: "forward" }, a2: { id: "a2", tags: "forward", route: {} } },
        },
        b: {
          initial: "b1",
          states: { b1: { tags: "forward", on: { NEXT: "b2" } }, b2: { tags: "forward" } },
        },
      },
    },
    vault: {
      id: "vault",
      tags: "forward",
      route: { guard: ({ context }: { context: { hasKey: boolean } }) => context.hasKey },
    },
    over: { id: "over", route: {}, type: "final", tags: "completed" },
  },
} as never) as AnyStateMachine;

interface Seen {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: unknown;
}

type Script = readonly (({ type: string } & Record<string, unknown>) | number)[];

/** What plain XState shows after each event; a number lets so much time pass, ms. */
function inMemory(machine: AnyStateMachine, script: Script): readonly Seen[] {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock });
  actor.start();
  const look = (): Seen => {
    const { value, context, status } = actor.getSnapshot() as Seen;
    return { value, context, status };
  };
  const seen = [look()];
  for (const event of script) {
    if (typeof event === "number") clock.increment(event);
    else actor.send(event);
    seen.push(look());
  }
  actor.stop();
  return seen;
}

/** What steps show, each taken by an instance that was just read from its store. */
function inSteps(machine: AnyStateMachine, script: Script): readonly Seen[] {
  const walk = new Walk(machine);
  const look = (): Seen => {
    const { value, context, status } = walk.standing.snapshot as Seen;
    return { value, context, status };
  };
  const seen = [look()];
  for (const event of script) {
    walk.restart();
    if (typeof event === "number") pass(walk, event);
    else walk.take(event);
    seen.push(look());
  }
  return seen;
}

function pass(walk: Walk, ms: number): void {
  const untilMs = walk.nowMs + ms;
  for (;;) {
    const [due] = walk.standing.timers
      .filter(({ dueAtMs }) => dueAtMs <= untilMs)
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs);
    if (due === undefined) break;
    walk.nowMs = Math.max(walk.nowMs, due.dueAtMs);
    walk.take({ fire: String(due.sendId) });
  }
  walk.nowMs = untilMs;
}

const TAKE_KEY = { type: "TAKE_KEY" };

test.each<[string, Script]>([
  ["a route from elsewhere", [go("#deep"), go("#home"), go("#both")]],
  ["a route to where it is", [go("#home"), go("#deep"), go("#deep")]],
  ["a route that is raised", [{ type: "SHOW" }, go("#home"), { type: "SHOW" }]],
  ["a route that is raised with a delay", [go("#deep"), 1_000, 499, 1]],
  ["a route that leaves timers behind", [go("#deep"), go("#both"), 5_000]],
  ["a route into one region", [go("#both"), { type: "NEXT" }, go("#a2")]],
  [
    "a route into a parallel state from outside",
    [go("#a2"), { type: "NEXT" }, go("#home"), go("#a2")],
  ],
  ["a route with a guard", [go("#vault"), TAKE_KEY, go("#vault"), go("#home")]],
  ["a route to nowhere", [go("#nowhere"), go("home"), go("#pages"), { type: "xstate.route" }]],
  ["a route to an end", [go("#over"), go("#home")]],
])("%s is as in XState", (_what, script) => {
  const plain = inMemory(pages, script);

  expect(inSteps(pages, script)).toEqual(plain);
  expect(new Set(plain.map((seen) => JSON.stringify(seen))).size).toBeGreaterThan(
    _what === "a route to nowhere" ? 0 : 1,
  );
});

describe("what is told of routes", () => {
  const chart = toChart(sagaOf(pages));

  test("they are declared as one event, by charts that have some", () => {
    const none = toChart(sagaOf(createMachine({ on: { E: {} } }) as never));

    expect(declaredEvents(chart)).toContain("xstate.route");
    expect(routesOf(pages).map(({ to }) => to)).toEqual([
      "#home",
      "#deep",
      "#both",
      "#a2",
      "#vault",
      "#over",
    ]);
    expect(declaredEvents(none)).toEqual([]);
    expect(
      routesOf(createMachine({ route: {}, initial: "a", states: { a: { route: {} } } }) as never),
    ).toEqual([]);
  });

  test("they are accepted while one can be taken", () => {
    const acceptsRoute = (route: object) => {
      const config = { id: "x", initial: "a", states: { a: {}, b: { id: "b", route } } };
      const walk = new Walk(createMachine(config as never) as AnyStateMachine);
      return acceptedEvents(walk.chart, walk.standing.snapshot).map(({ guarded }) => guarded);
    };

    expect(acceptsRoute({})).toEqual([false]);
    expect(acceptsRoute({ guard: () => false })).toEqual([]);
    expect(acceptsRoute({ guard: () => true })).toEqual([false]);
    expect(acceptsRoute({ guard: ({ event }: never) => event["by"] === "me" })).toEqual([true]);
  });

  test("some that cannot be taken make it depend on where it goes", () => {
    const walk = new Walk(pages);
    const routeOf = () =>
      acceptedEvents(walk.chart, walk.standing.snapshot).find(
        ({ type }) => type === "xstate.route",
      );

    expect(routeOf()).toEqual({ type: "xstate.route", guarded: true });
    walk.take(TAKE_KEY);
    expect(routeOf()).toEqual({ type: "xstate.route", guarded: false });
    walk.take(go("#over"));
    expect(routeOf()).toBeUndefined();
  });

  test("one that was refused names the author's guard and none of XState's", () => {
    const isOpen = (): boolean => false;
    const isEarly = (): boolean => true;
    const config = {
      id: "x",
      initial: "a",
      states: {
        a: {},
        b: { id: "b", route: { guard: "isOpen" } },
        c: { id: "c", route: { guard: and([isEarly, "isOpen"]) } },
      },
    };
    const walk = new Walk(
      createMachine(config as never, { guards: { isOpen } } as never) as AnyStateMachine,
    );
    const refusal = (to: string) => {
      expect(walk.take(go(to))).toBeNull();
      return refusalOf(walk.chart, walk.standing.snapshot, go(to));
    };

    expect(refusal("#b")).toEqual({ why: "guard", guards: ["isOpen"] });
    expect(refusal("#c")).toEqual({ why: "guard", guards: ["and(isEarly, isOpen)"] });
    expect(refusal("#nowhere")).toEqual({ why: "not-in-this-state", guards: [] });
  });

  test("each state says what it does with them", () => {
    const verdicts = eventVerdicts(chart).find(({ type }) => type === "xstate.route")?.states;

    expect(verdicts?.find(({ state }) => state === "home")?.verdict).toBe("guarded");
    expect(verdicts?.find(({ state }) => state === "over")?.verdict).toBe("refused");
  });
});

describe("lint of routes", () => {
  const rulesOf = (config: object): readonly string[] =>
    lint(sagaOf(createMachine(config as never) as AnyStateMachine))
      .filter(({ rule }) => rule.startsWith("route-") || rule === "event-reserved")
      .map(({ rule, state }) => `${rule} ${state}`);
  const state = { tags: "forward" };

  test("a route to a state without an id, or to the root, is refused: XState would leave it out", () => {
    expect(
      rulesOf({ id: "x", route: {}, initial: "a", states: { a: { ...state, route: {} } } }),
    ).toEqual(["route-unreachable (root)", "route-unreachable a"]);
  });

  test("a route to a state with an id is not", () => {
    expect(rulesOf({ initial: "a", states: { a: { ...state, id: "a", route: {} } } })).toEqual([]);
  });

  test("a handler of the event itself is refused like any of XState's", () => {
    const on = { "xstate.route": ".a" };

    expect(rulesOf({ initial: "a", on, states: { a: { ...state, id: "a", route: {} } } })).toEqual([
      "event-reserved (root)",
    ]);
  });

  test("a saga with routes has their schema, and passes", () => {
    const machine = setup({}).createMachine({
      initial: "a",
      states: { a: { ...state, id: "a", route: {} } },
    });
    const saga = defineSaga({ name: "x", version: 1, machine, activities: {} });

    expect(Object.keys(saga.events)).toEqual(["xstate.route"]);
    expect(lint(saga)).toEqual([]);
  });
});
