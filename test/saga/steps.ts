/** What the tests of the pure folder share: steps in order, without the arithmetic of revisions. */
import type { AnyStateMachine, EventObject } from "xstate";
import { toChart } from "../../src/saga/chart.ts";
import type { Chart } from "../../src/saga/chart.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { kindOf } from "../../src/saga/logic.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/saga/snapshot.ts";
import { advance, fire, settle, start } from "../../src/saga/step.ts";
import type { Moment, Outcome, Standing, Step } from "../../src/saga/step.ts";

/** A saga of any machine, without the types that would refuse what lint is to refuse. */
export function sagaOf(machine: AnyStateMachine, rest: Partial<AnySaga> = {}): AnySaga {
  const actors = Object.entries(machine.implementations.actors as Record<string, unknown>);
  const names = actors.filter(([, logic]) => kindOf(logic) === "activity").map(([name]) => name);
  const activities = Object.fromEntries(names.map((name) => [name, () => Promise.resolve()]));
  return {
    name: "test",
    version: 1,
    machine,
    activities,
    compensations: {},
    actions: {},
    children: {},
    childOf: null,
    input: null,
    events: {},
    parks: [],
    limits: { activities: {}, instances: null },
    ...rest,
  };
}

/** One thing that comes to an instance. */
export type Incoming =
  | (EventObject & { readonly fire?: never; readonly settle?: never })
  | { readonly fire: string; readonly settle?: never }
  | { readonly settle: string; readonly outcome: Outcome; readonly fire?: never };

/** An instance that is moved in memory, one revision for each step, at a time of its own. */
export class Walk {
  readonly chart: Chart;
  readonly instanceId = "o-1";
  nowMs = 1_000_000;
  revision = 0;
  last: Step;

  constructor(machine: AnyStateMachine | Chart, input?: unknown) {
    this.chart = "invocations" in machine ? machine : toChart(sagaOf(machine));
    this.last = start(this.chart, input, this.#moment());
  }

  get standing(): Standing {
    return this.last.next;
  }

  get context(): Record<string, unknown> {
    return this.standing.snapshot.context as Record<string, unknown>;
  }

  /** Takes one step, or answers null and stays. */
  take(incoming: Incoming): Step | null {
    const step = this.#step(incoming);
    if (step !== null) this.last = step;
    return step;
  }

  /** Goes on from what a store would have kept. */
  restart(): void {
    const { snapshot, visits } = this.standing;
    const stored = encodeSnapshot(this.chart, snapshot, visits);
    this.last = {
      ...this.last,
      next: { ...this.standing, ...decodeSnapshot(this.chart, stored) },
    };
  }

  activity(id: string): Standing["activities"][number] {
    const found = this.standing.activities.find(
      ({ activityId, abandoned }) => activityId === id && !abandoned,
    );
    if (found === undefined) throw new Error(`no activity "${id}" is live`);
    return found;
  }

  timer(sendId: string): Standing["timers"][number] {
    const found = this.standing.timers.find((timer) => String(timer.sendId).includes(sendId));
    if (found === undefined) throw new Error(`no timer "${sendId}" is set`);
    return found;
  }

  #step(incoming: Incoming): Step | null {
    if (incoming.fire !== undefined) {
      const timer = this.timer(incoming.fire);
      this.nowMs = Math.max(this.nowMs, timer.dueAtMs);
      return fire(this.chart, this.standing, timer.timerId, this.#moment());
    }
    if (incoming.settle !== undefined) {
      const { outcome } = incoming;
      const activity = this.activity(incoming.settle);
      return settle(this.chart, this.standing, { activity, outcome }, this.#moment());
    }
    return advance(this.chart, this.standing, incoming, this.#moment());
  }

  #moment(): Moment {
    this.revision += 1;
    return { instanceId: this.instanceId, revision: this.revision, nowMs: this.nowMs };
  }
}

export function done(id: string, output?: unknown): Incoming {
  return { settle: id, outcome: { kind: "done", output } };
}

export function failed(id: string, error: unknown = new Error("no")): Incoming {
  return { settle: id, outcome: { kind: "error", error } };
}

/** What was thrown, to be looked at as a whole. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
