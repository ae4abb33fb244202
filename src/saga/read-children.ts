/**
 * Which actors a macrostep has started and left. Children are compared by reference and not read from the
 * actions, since `spawn()` inside `assign` leaves no action at all, and a state that was entered and left again
 * within the macrostep must start nothing.
 */
import type { AnyActorRef, AnyMachineSnapshot } from "xstate";
import { SagaError } from "../errors.ts";
import { announcedInput } from "./announce.ts";
import type { Chart } from "./chart.ts";
import { normalize } from "./codec.ts";
import type {
  Effect,
  Macrostep,
  Pending,
  PendingActivity,
  PendingChild,
  Visits,
} from "./effect.ts";
import { keyOf } from "./idempotency-key.ts";
import type { ActorKind } from "./logic.ts";
import { reports } from "./send.ts";
import { withEntry } from "./with-entry.ts";

/** Children of one instance at a time, activities apart. Each is rows of its own, and ends with its parent. */
export const CHILDREN_MAX = 1_000;

export interface ComparedChildren {
  readonly pending: Pending;
  /** Activities that were left, then whatever was started. */
  readonly effects: readonly Effect[];
  /** What reducers that were started report of their first state. */
  readonly reported: readonly Effect[];
  /** Children that are to be told to stop. */
  readonly stopped: readonly PendingChild[];
}

/** What is pending after the children of a macrostep were compared. */
export function readChildren(
  chart: Chart,
  pending: Pending,
  macrostep: Macrostep,
): ComparedChildren {
  const { before, after } = macrostep;
  const children = after.status === "active" ? childrenOf(after) : {};
  const previous = before === null ? {} : childrenOf(before);
  const isLeft = (id: string): boolean => children[id] !== previous[id];

  const effects: Effect[] = [];
  const stopped = pending.children.filter(({ childId }) => isLeft(childId));
  const comparing: Comparing = {
    effects,
    activities: leaveActivities(pending.activities, isLeft, effects),
    children:
      stopped.length === 0
        ? pending.children
        : pending.children.filter((child) => !stopped.includes(child)),
    visits: pending.visits,
  };
  // No list of entries, and no other where there is nothing to be listed: this is gone through at each step.
  for (const id in children) {
    const ref = children[id];
    if (ref !== undefined && previous[id] === ref) continue;
    const { kind, child } = checkedChild(chart, id, ref);
    if (kind === "activity") startActivity(chart, comparing, { macrostep, ref: child });
    else startChild(chart, comparing, { macrostep, ref: child, kind });
  }
  if (comparing.children.length > CHILDREN_MAX) {
    throw badChild(`it would have more than ${CHILDREN_MAX} children at a time`);
  }
  const { timers } = pending;
  const { activities, children: left, visits } = comparing;
  return {
    pending: { timers, activities, children: left, visits },
    effects,
    reported: reportsOf(left, macrostep),
    stopped,
  };
}

/** What is known after some of the children; each of them adds to it. */
interface Comparing {
  readonly effects: Effect[];
  activities: readonly PendingActivity[];
  children: readonly PendingChild[];
  visits: Visits;
}

function reportsOf(children: readonly PendingChild[], { revision }: Macrostep): readonly Effect[] {
  if (children.length === 0) return [];
  return children
    .filter(({ kind, generation }) => kind === "reducer" && generation === revision)
    .flatMap(reports);
}

function leaveActivities(
  activities: readonly PendingActivity[],
  isLeft: (id: string) => boolean,
  effects: Effect[],
): readonly PendingActivity[] {
  if (activities.length === 0) return activities;
  return activities.map((activity) => {
    if (activity.abandoned || !isLeft(activity.activityId)) return activity;
    effects.push({ kind: "leaveActivity", activity });
    return { ...activity, abandoned: true };
  });
}

// Lint sees what the chart draws; what `assign` and `enqueueActions` spawn is met only here.
function checkedChild(
  chart: Chart,
  childId: string,
  ref: AnyActorRef | undefined,
): { kind: ActorKind; child: AnyActorRef } {
  if (ref === undefined) throw badChild(`child "${childId}" is of an actor that is not registered`);
  const { id, src } = ref as { id: string; src: unknown };
  const kind = typeof src === "string" ? chart.actors.get(src)?.kind : undefined;
  if (kind === undefined) {
    throw badChild(`child "${id}" is of no actor that has a name; spawn one by its name`);
  }
  // XState keeps all children without an id under one and the same key.
  if (id !== childId) {
    throw badChild(`a child of "${String(src)}" was spawned without an id; give it one`);
  }
  return { kind, child: ref };
}

function badChild(what: string): SagaError {
  return new SagaError("SAGA_TRANSITION_FAILED", what);
}

interface StartedActor {
  readonly macrostep: Macrostep;
  readonly ref: AnyActorRef;
}

function startActivity(chart: Chart, comparing: Comparing, { macrostep, ref }: StartedActor): void {
  const { instanceId, revision, after } = macrostep;
  // A spawned child belongs to no state: each spawn is an operation of its own.
  const stateId = chart.invocations.get(ref.id)?.visitedId ?? null;
  const { visits } = comparing;
  const visit = (stateId === null ? undefined : visits[stateId]) ?? { revision, starts: {} };
  const attempt = (visit.starts[ref.id] ?? 0) + 1;

  const activity: PendingActivity = {
    activityId: ref.id,
    generation: revision,
    src: ref.src as string,
    input: normalize(inputOf(ref, macrostep)),
    idempotencyKey: keyOf(chart, ref.id, {
      instanceId,
      context: after.context,
      visitRevision: visit.revision,
    }),
    attempt,
    abandoned: false,
  };
  comparing.effects.push({ kind: "startActivity", activity });
  comparing.activities = [...comparing.activities, activity];
  if (stateId === null) return;
  const begun = { revision: visit.revision, starts: withEntry(visit.starts, ref.id, attempt) };
  comparing.visits = withEntry(visits, stateId, begun);
}

function startChild(
  chart: Chart,
  comparing: Comparing,
  { macrostep, ref, kind }: StartedActor & { readonly kind: PendingChild["kind"] },
): void {
  const src = ref.src as string;
  const input = normalize(inputOf(ref, macrostep));
  const { systemId, _syncSnapshot } = ref as { systemId?: string; _syncSnapshot?: boolean };
  const child: PendingChild = {
    childId: ref.id,
    generation: macrostep.revision,
    kind,
    src,
    input,
    systemId: systemId ?? null,
    reportsSnapshots: _syncSnapshot === true,
    instanceId: null,
    state: kind === "reducer" ? chart.actors.get(src)?.begin(input) : undefined,
  };
  comparing.effects.push({ kind: "startChild", child });
  comparing.children = [...comparing.children, child];
}

function inputOf(ref: AnyActorRef, { actions }: Macrostep): unknown {
  const { input } = announcedInput(actions, ref) ?? (ref.getSnapshot() as { input?: unknown });
  return input;
}

function childrenOf(
  snapshot: AnyMachineSnapshot,
): Readonly<Record<string, AnyActorRef | undefined>> {
  return snapshot.children as Record<string, AnyActorRef | undefined>;
}
