/** What the server answers, as the client gives it: plain JSON, typed by the sagas. */
import type { AnySaga } from "../saga/define.ts";
import type { Phase } from "../saga/phase.ts";
import type { ContextOf, EventOf, OutputOf } from "../saga/shape.ts";

/** A value as it comes through JSON: a date is its text, a map the list of its entries, a set a list, a bigint its digits. */
export type AsJson<Value> = unknown extends Value
  ? Value
  : Value extends string | number | boolean | null | undefined
    ? Value
    : Value extends Date | bigint
      ? string
      : Value extends Error
        ? { name: string; message: string }
        : Value extends ReadonlyMap<infer Key, infer Item>
          ? [AsJson<Key>, AsJson<Item>][]
          : Value extends ReadonlySet<infer Item>
            ? AsJson<Item>[]
            : Value extends object
              ? { [Name in keyof Value]: AsJson<Value[Name]> }
              : never;

export interface Instance<Known extends AnySaga = AnySaga> {
  readonly saga: string;
  readonly version: number;
  readonly id: string;
  /** Number of commits, counts from 1. */
  readonly revision: number;
  readonly phase: Phase;
  /** Paths of the active states, parallel ones joined by a comma. */
  readonly state: string;
  readonly tags: readonly string[];
  readonly context: AsJson<ContextOf<Known>>;
  /** Null unless the instance ended with one. */
  readonly output: AsJson<OutputOf<Known>> | null;
  readonly error: unknown;
  /** The events that the present state takes. */
  readonly accepts: readonly {
    readonly type: EventOf<Known>["type"];
    /** True: a guard may still refuse it for its payload. */
    readonly guarded: boolean;
    readonly schema: unknown;
  }[];
  readonly timers: readonly { readonly event: string; readonly dueAt: string }[];
  readonly activities: readonly {
    readonly activityId: string;
    readonly activity: string;
    readonly attempt: number;
    readonly idempotencyKey: string;
    readonly status: "live" | "waiting" | "abandoned";
    readonly waitsFor: string | null;
  }[];
  /** Events that came early and wait for a state that takes them. */
  readonly parkedEvents: readonly {
    readonly event: string;
    readonly eventId: string | null;
    readonly at: string;
  }[];
  /**
   * The key whose limit it waits for before it begins, and its place there, from 1 (null: not known); null: it does
   * not wait.
   */
  readonly waitsFor: { readonly key: string; readonly position: number | null } | null;
  /** Who suspended it and why; null: nobody did. */
  readonly suspended: {
    readonly by: string | null;
    readonly reason: string;
    readonly at: string;
  } | null;
  /** Why it is not moved though nobody suspended it; null: all is well. */
  readonly quarantined: {
    readonly kind: "damaged" | "unreadable";
    readonly reason: string;
    readonly at: string;
  } | null;
  /** Whose child it is; null: it was started from outside. */
  readonly parent: { readonly saga: string; readonly id: string } | null;
  /** Children that have not ended. */
  readonly children: readonly {
    readonly childId: string;
    readonly actor: string;
    readonly kind: "instance" | "live" | "reducer";
    readonly instance: { readonly saga: string; readonly id: string } | null;
  }[];
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A committed event. */
export interface JournalEntry {
  readonly revision: number;
  readonly at: string;
  readonly source: string;
  readonly event: { readonly type: string; readonly [member: string]: unknown };
  readonly eventId: string | null;
  readonly traceparent: string | null;
  /** What an operator asked for; null if none did. */
  readonly operation: {
    readonly operation: string;
    readonly by: string | null;
    readonly reason: string;
  } | null;
  readonly stateBefore: string | null;
  readonly stateAfter: string;
  readonly phase: Phase;
  readonly effects: readonly { readonly kind: string; readonly [member: string]: unknown }[];
  readonly verdict: string;
  /** Who sent the message that the event was; null if it was none. */
  readonly sender: { readonly saga: string; readonly instanceId: string } | null;
}

export interface JournalPage {
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Give it as `after`; null: there is nothing more yet. */
  readonly next: number | null;
}

/** A committed event as a stream brings it. */
export interface StreamedEntry extends JournalEntry {
  /** Its place in the stream: give it as `after` to go on behind it. */
  readonly position: string;
  readonly saga: string;
  readonly instanceId: string;
}

/** An instance as a search finds it. */
export type FoundInstance = Pick<
  Instance,
  | "saga"
  | "version"
  | "id"
  | "revision"
  | "phase"
  | "state"
  | "tags"
  | "waitsFor"
  | "suspended"
  | "quarantined"
  | "attributes"
  | "correlationId"
  | "createdAt"
  | "updatedAt"
> & { readonly error: string | null };

export interface SearchPage {
  readonly items: readonly FoundInstance[];
  /** Give it as `cursor`; null: that was all. */
  readonly next: string | null;
}

/** What to wait for. */
export type Condition =
  | { readonly phase: Phase }
  /** A state, or one inside it. */
  | { readonly state: string }
  | { readonly tag: string }
  /** Nothing runs any more, and nothing but an event from outside or a timer moves it. */
  | { readonly settled: true }
  /** It has ended by its chart, with its output. */
  | { readonly output: true };
