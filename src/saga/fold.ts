/**
 * The fold: an instance as its journal tells it, computed again from its start, event by event.
 *
 * A step is a pure function, so the fold leads to the recorded states, or something is wrong: with the chart,
 * with the journal, or with this program. Attempts that the chart has left are not followed any further.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import { stateOf } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { encode } from "./codec.ts";
import type { Phase } from "./phase.ts";
import { phaseOf } from "./phase.ts";
import { advance, fire, settle } from "./step.ts";
import type { Moment, Standing, Step } from "./step.ts";
import { terminate } from "./terminate.ts";

/** What the fold needs of a journal entry, its event decoded. */
export interface FoldEntry {
  readonly revision: number;
  readonly atMs: number;
  readonly source: string;
  readonly event: EventObject;
  readonly stateAfter: string;
  readonly phase: Phase;
  readonly verdict: string;
  /** The operation that the event was, if any. `error`: what a termination ended the instance with. */
  readonly operation: { readonly operation: string; readonly error?: Error } | null;
}

/** Whose journal it is: a child speaks to its parent, so it matters that it has one. */
export type FoldName = Pick<Moment, "instanceId" | "childId">;

/**
 * Where the instance stood after the last of `entries`, which follow `first` without a gap. `first` is where
 * it stood after revision 1.
 *
 * @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE with the `revision` that comes out otherwise than recorded.
 */
export function fold(
  chart: Chart,
  name: FoldName,
  first: Standing,
  entries: readonly FoldEntry[],
): Standing {
  return entries.reduce((current, entry) => {
    const next = withoutLeft(apply(chart, name, current, entry));
    checkSame(next, entry);
    return next;
  }, withoutLeft(first));
}

/** @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE */
export function checkSame({ snapshot }: Standing, entry: FoldEntry): void {
  const state = stateOf(snapshot);
  const phase = phaseOf(snapshot);
  // What the chart could not take made the instance stuck and left its state alone.
  const isPhase = phase === entry.phase || (entry.phase === "stuck" && !isApplied(entry));
  if (state === entry.stateAfter && isPhase) return;
  throw differs(entry, `it comes to "${state}" (${phase}) in place of "${entry.stateAfter}"`);
}

/** Without the attempts that the chart has left: whether they end is nothing that a fold can tell. */
export function withoutLeft(standing: Standing): Standing {
  return { ...standing, activities: standing.activities.filter(({ abandoned }) => !abandoned) };
}

function apply(chart: Chart, name: FoldName, current: Standing, entry: FoldEntry): Standing {
  if (!isApplied(entry)) return current;
  const moment: Moment = { ...name, revision: entry.revision, nowMs: entry.atMs };
  try {
    const step = toStep(chart, current, entry, moment);
    if (step === null) throw differs(entry, `"${entry.event.type}" is not taken`);
    return step.next;
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    if (error.code === "SAGA_JOURNAL_NOT_REPRODUCIBLE") throw error;
    throw differs(entry, error.message, error);
  }
}

function toStep(chart: Chart, current: Standing, entry: FoldEntry, moment: Moment): Step | null {
  const { event, operation, source } = entry;
  if (operation?.operation === "terminate") {
    return terminate(current, operation.error ?? new Error("terminated"));
  }
  if (source === "timer") return fire(chart, current, timerOf(current, event), moment);
  if (source === "child") {
    // It is heard even if the chart has left the child and nothing takes it any more.
    return advance(chart, current, event, moment) ?? { next: current, effects: [] };
  }
  if (source !== "activity") return advance(chart, current, event, moment);

  const { actorId } = event as { actorId?: string };
  const activity = current.activities.find(({ activityId }) => activityId === actorId);
  if (activity === undefined) return null;
  const { output, error } = event as { output?: unknown; error?: unknown };
  const isDone = event.type.startsWith("xstate.done.");
  const outcome = isDone
    ? ({ kind: "done", output } as const)
    : ({ kind: "error", error } as const);
  return settle(chart, current, { activity, outcome }, moment);
}

const STANDING_STILL: ReadonlySet<string> = new Set(["suspend", "resume", "redeliver"]);

/** Whether the entry moved the chart: an event that was taken, or the end by an operator. */
function isApplied({ verdict, operation, source }: FoldEntry): boolean {
  // That an action was performed after it had failed ends a fault, and moves no chart.
  if (source === "action") return false;
  return verdict === "applied" && !STANDING_STILL.has(operation?.operation ?? "");
}

// The journal does not name the timer. Of several with the same event the one that is due first fires first.
function timerOf({ timers }: Standing, event: EventObject): string {
  const text = encode(event);
  const [first] = timers
    .filter((timer) => encode(timer.event) === text)
    .toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  return first?.timerId ?? "";
}

function differs({ revision }: FoldEntry, how: string, cause?: unknown): SagaError {
  return new SagaError(
    "SAGA_JOURNAL_NOT_REPRODUCIBLE",
    `revision ${revision} of the journal comes out otherwise than recorded: ${how}`,
    { cause, details: { revision } },
  );
}
