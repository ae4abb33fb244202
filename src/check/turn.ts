/**
 * Turns: what the chart makes of one delivery in one position. Each is a real step, made once for all
 * configurations and all worlds in which the chart stands there.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import { refusalOf } from "../saga/accepts.ts";
import { leavesOf } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { PendingActivity } from "../saga/effect.ts";
import { decodeSnapshot, encodeSnapshot } from "../saga/snapshot.ts";
import { advance, fire, settle, start } from "../saga/step.ts";
import type { Outcome, Standing, Step } from "../saga/step.ts";
import type { WorldAttempt } from "./ledger.ts";
import { activeIds, isNewVisit, NOW, operationOf, Positions } from "./position.ts";
import type { Position } from "./position.ts";
import type { Subject } from "./subject.ts";
import type { TimerOrigin } from "./zone.ts";

export interface Taken {
  readonly kind: "taken";
  readonly to: Position;
  /** Names of the activities that it began. */
  readonly started: readonly string[];
  /** Attempts in flight that the chart left. */
  readonly left: readonly WorldAttempt[];
  /** Activities of stuck steps that an operator skipped. */
  readonly skipped: readonly WorldAttempt[];
  /** Operations that can be asked for again, and ids of the activities whose attempt goes on. */
  readonly current: ReadonlySet<string>;
  readonly inFlight: ReadonlySet<string>;
  /** Where each timer of `to` comes from. */
  readonly timers: readonly TimerOrigin[];
}

export type Turn =
  | Taken
  | { readonly kind: "refused"; readonly fate: "forbidden" | "omitted" }
  | { readonly kind: "failed"; readonly message: string };

export class Turns {
  readonly #subject: Subject;
  readonly #positions: Positions;
  readonly #made = new Map<string, Turn>();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#positions = new Positions(subject);
  }

  start(): Taken {
    const { chart, input } = this.#subject;
    const nothing = {
      snapshot: null as never,
      timers: [],
      activities: [],
      children: [],
      visits: {},
    };
    return this.#taken(nothing, start(chart, input, NOW));
  }

  send(at: Position, event: EventObject): Turn {
    return this.#once(`${at.id} send ${JSON.stringify(event)}`, () => {
      const { chart } = this.#subject;
      const step = advance(chart, at.standing, event, NOW);
      if (step !== null) return this.#taken(at.standing, step, event);
      const { why } = refusalOf(chart, at.standing.snapshot, event);
      return { kind: "refused", fate: why === "forbidden" ? "forbidden" : "omitted" };
    });
  }

  fire(at: Position, index: number): Turn {
    return this.#once(`${at.id} fire ${index}`, () => {
      const { timerId } = at.standing.timers[index] as { timerId: string };
      return this.#taken(at.standing, fire(this.#subject.chart, at.standing, timerId, NOW) as Step);
    });
  }

  /** `name`: what tells the outcome from others of the same kind. */
  settle(
    at: Position,
    activity: PendingActivity,
    { outcome, name }: { outcome: Outcome; name: string },
  ): Turn {
    return this.#once(`${at.id} ${activity.activityId} ${outcome.kind} ${name}`, () =>
      this.#taken(
        at.standing,
        settle(this.#subject.chart, at.standing, { activity, outcome }, NOW),
      ),
    );
  }

  /** What is read again from what was stored. */
  restore(at: Position): Turn {
    return this.#once(`${at.id} restore`, () => {
      const { chart } = this.#subject;
      const stored = encodeSnapshot(chart, at.standing.snapshot, at.standing.visits);
      const next = { ...at.standing, ...decodeSnapshot(chart, stored) };
      return this.#taken(at.standing, { next, effects: [] });
    });
  }

  #once(key: string, make: () => Turn): Turn {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const turn = orFailed(make);
    this.#made.set(key, turn);
    return turn;
  }

  #taken(before: Standing, step: Step, event?: EventObject): Taken {
    const subject = this.#subject;
    noteUnknown(subject, step);
    const next = { ...step.next, visits: subject.watch.read(step.next.visits) };
    const { position, timerOrder } = this.#positions.of(next);
    const live = next.activities.filter(({ abandoned }) => !abandoned);
    const inFlight = live.filter((activity) => before.activities.includes(activity));
    const isLeft = ({ activityId, abandoned }: PendingActivity): boolean =>
      abandoned && before.activities.some((earlier) => earlier.activityId === activityId);
    return {
      kind: "taken",
      to: position,
      started: step.effects.flatMap((effect) =>
        effect.kind === "startActivity" ? [effect.activity.src] : [],
      ),
      left: next.activities.filter(isLeft).map((activity) => toWorld(subject, activity)),
      skipped: event?.type === "saga.skip" ? skippedBy(subject.chart, before, next) : [],
      current: new Set([
        ...currentOperations(subject.chart, next),
        ...inFlight.map((activity) => operationOf(subject, activity)),
      ]),
      inFlight: new Set(inFlight.map(({ activityId }) => activityId)),
      timers: timerOrder.map((index) => {
        const timer = next.timers[index] as Standing["timers"][number];
        const kept = before.timers.indexOf(timer);
        // A step happens at 0, so a due time is a delay.
        return kept === -1 ? { setMs: timer.dueAtMs } : { kept };
      }),
    };
  }
}

export function toWorld(subject: Subject, activity: PendingActivity): WorldAttempt {
  const { activityId, src } = activity;
  return { activityId, src, operation: operationOf(subject, activity) };
}

function orFailed(make: () => Turn): Turn {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    return { kind: "failed", message: error.message };
  }
}

// Operations of the visits that go on. One with a key of the author's own may always come again.
function currentOperations({ invocations }: Chart, next: Standing): readonly string[] {
  const active = activeIds(next.snapshot);
  return [...invocations.values()]
    .filter(({ visitedId }) => active.has(visitedId) && !isNewVisit(next.visits[visitedId]))
    .map(({ activityId }) => activityId);
}

// The activities of the steps in which the chart was stuck and is no more.
function skippedBy(chart: Chart, before: Standing, next: Standing): readonly WorldAttempt[] {
  const still = new Set(leavesOf(next.snapshot));
  const left = leavesOf(before.snapshot)
    .filter((node) => node.tags.includes("stuck") && !still.has(node))
    .map((node) => (node.parent ?? node).id);
  return [...chart.invocations.values()]
    .filter(({ visitedId }) => left.includes(visitedId))
    .map(({ activityId, src }) => ({ activityId, src, operation: null }));
}

const KNOWN_EFFECTS = new Set("startActivity leaveActivity setTimer cancelTimer log".split(" "));
const KNOWN_STANDING = new Set("snapshot timers activities visits".split(" "));

// The chart may come to ask for more than this checker knows.
function noteUnknown({ notExplored }: Subject, { next, effects }: Step): void {
  for (const { kind } of effects) {
    if (!KNOWN_EFFECTS.has(kind)) notExplored.add(`effects of the kind "${kind}"`);
  }
  for (const [name, value] of Object.entries(next)) {
    if (KNOWN_STANDING.has(name) || Object.keys((value ?? {}) as object).length === 0) continue;
    notExplored.add(`what an instance keeps as \`${name}\``);
  }
}
