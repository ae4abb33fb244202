/**
 * Moves: what can happen to an instance and to the world around it, one at a time, as data.
 *
 * The checker finds sequences of them in the chart alone; a test makes the same sequence happen to the real
 * runtime. So a finding of the one is a failing test of the other.
 */
import type { EventObject } from "xstate";

/**
 * How the attempt of an activity ends. `ok`: its effect is in place and told. `rejected`: there is surely no
 * effect, and asking again is of no use. `transient`: there is no effect, but the caller cannot know.
 * `lostReply`: the effect is in place, and the caller hears the same as with `transient`.
 */
export type AttemptOutcome = "ok" | "rejected" | "transient" | "lostReply";

export type Move =
  /** An event comes from outside. */
  | { readonly kind: "send"; readonly event: EventObject }
  /** Time passes until this timer is due; `event` is the type of what it delivers. */
  | { readonly kind: "fire"; readonly event: string }
  /** The attempt in flight ends. An attempt that hangs is one that no move ends. */
  | {
      readonly kind: "settle";
      readonly activityId: string;
      readonly outcome: AttemptOutcome;
      /** Which of the outputs it gives, if the samples have several; counts from 0, absent for the first. */
      readonly choice?: number;
    }
  /** The attempt in flight has its effect, and the caller has not heard of it yet. */
  | { readonly kind: "takeEffect"; readonly activityId: string }
  /** An attempt that the chart has left ends: too late to be heard, not too late to take effect. */
  | { readonly kind: "settleLate"; readonly activityId: string; readonly outcome: AttemptOutcome }
  /** The lease of an attempt that the chart has left lapses: it will not take effect any more. */
  | { readonly kind: "lapse"; readonly activityId: string }
  /** The process dies, and another one opens the same file. */
  | { readonly kind: "crash" };
