/**
 * Effects: what a transition asks of the world, as data, and what is pending for an instance beside its
 * snapshot. `read-effects.ts` reads them from what XState left behind after a macrostep.
 */
import type { AnyMachineSnapshot, EventObject } from "xstate";
import type { Address } from "./ref.ts";
import type { ResolvedAction } from "./scope.ts";

/** A timer that is set. */
export interface PendingTimer {
  /** Unique within the instance, for ever: the revision that set it, and a number. */
  readonly timerId: string;
  /** XState's id of the delayed event; `cancel(id)` cancels all timers that share it. */
  readonly sendId: string | null;
  readonly event: EventObject;
  /** Whom the event is sent to when the timer is due; null: the instance takes it itself. */
  readonly to: Address | null;
  readonly dueAtMs: number;
}

/** An activity whose result is awaited, or whose abandoned attempt may still take effect. */
export interface PendingActivity {
  readonly activityId: string;
  /** The revision that started it. Its result counts only for this generation. */
  readonly generation: number;
  readonly src: string;
  readonly input: unknown;
  readonly idempotencyKey: string;
  /** Which drawn attempt of its operation this is, counts from 1. */
  readonly attempt: number;
  readonly abandoned: boolean;
}

/** Names one child of an instance. */
export interface ChildRef {
  /** The chart's id of the child. */
  readonly childId: string;
  /** The revision that started it: the fence for what comes from it. */
  readonly generation: number;
}

/**
 * A child that has not ended: `instance`: a machine, an instance of its own; `live`: hosted by the process while it
 * is pending; `reducer`: a transition function, moved within the steps of its parent.
 */
export interface PendingChild extends ChildRef {
  readonly kind: "instance" | "live" | "reducer";
  /** Name of its logic in the chart. */
  readonly src: string;
  readonly input: unknown;
  /** The name by which all of its family may send to it, or null. */
  readonly systemId: string | null;
  /** Whether its parent is told of each of its snapshots (`onSnapshot`). */
  readonly reportsSnapshots: boolean;
  /** The id of its instance; null for the other kinds, and until it is committed. */
  readonly instanceId: string | null;
  /** What a reducer has come to; undefined for the other kinds. */
  readonly state: unknown;
}

/** When the parent of an invoking state was last entered, and how often each of its activities was started since. */
export interface Visit {
  readonly revision: number;
  readonly starts: Readonly<Record<string, number>>;
}

export type Visits = Readonly<Record<string, Visit>>;

/** An event for another actor, or by way of the mailbox for the instance itself. */
export interface Sent {
  readonly to: Address;
  readonly event: EventObject;
  /** The child whose end or snapshot the event tells of; null for an event that a chart sends. */
  readonly about: ChildRef | null;
}

/** An action of the author's own, to be performed after the commit. */
export interface AskedAction {
  readonly type: string;
  readonly params: unknown;
  /** As they were when the action was asked for; null if the action cannot look at them. */
  readonly seen: { readonly context: unknown; readonly event: EventObject } | null;
  readonly idempotencyKey: string;
}

export type Effect =
  | { readonly kind: "startActivity"; readonly activity: PendingActivity }
  | { readonly kind: "leaveActivity"; readonly activity: PendingActivity }
  | { readonly kind: "startChild"; readonly child: PendingChild }
  | { readonly kind: "stopChild"; readonly child: PendingChild }
  /** A reducer has come to another state. */
  | { readonly kind: "moveChild"; readonly child: ChildRef; readonly state: unknown }
  | { readonly kind: "setTimer"; readonly timer: PendingTimer; readonly delayMs: number }
  | { readonly kind: "cancelTimer"; readonly timer: PendingTimer }
  | { readonly kind: "send"; readonly message: Sent }
  /** An event for a live child; it goes the way of the child if the process does. */
  | { readonly kind: "tell"; readonly child: ChildRef; readonly event: EventObject }
  | { readonly kind: "act"; readonly action: AskedAction }
  | { readonly kind: "emit"; readonly event: EventObject }
  | { readonly kind: "log"; readonly label: string | null; readonly value: unknown };

/** What is pending for an instance beside its snapshot. */
export interface Pending {
  readonly timers: readonly PendingTimer[];
  readonly activities: readonly PendingActivity[];
  readonly children: readonly PendingChild[];
  readonly visits: Visits;
}

/** One macrostep, as XState left it. */
export interface Macrostep {
  readonly instanceId: string;
  /** The revision that its commit makes. */
  readonly revision: number;
  readonly nowMs: number;
  readonly before: AnyMachineSnapshot | null;
  readonly after: AnyMachineSnapshot;
  readonly actions: readonly ResolvedAction[];
}
