/**
 * What a search asks for and finds, and what is told of many instances at once: their counts, and how long they
 * stay in their states.
 */
import type { Phase } from "../saga/phase.ts";
import type { InstanceRecord, Quarantine } from "./store.ts";

/** An instance as a search shows it: all but its snapshot. */
export interface InstanceSummary extends Omit<InstanceRecord, "snapshot"> {
  /** Null unless it is in quarantine. */
  readonly quarantined: Quarantine | null;
}

/** A place in the order of starts. Plain data, so that a client may keep it between two pages. */
export interface InstanceCursor {
  readonly createdAtMs: number;
  /** The store's own order among instances that started in the same ms. */
  readonly position: number;
}

/** Which instances to find; whatever is left out does not matter. */
export interface InstanceQuery {
  readonly saga?: string;
  readonly version?: number;
  /** Any of these. An empty list finds nothing. */
  readonly phases?: readonly Phase[];
  /** Path of an active state or of one around it: `compensating` finds `compensating.refunding`. */
  readonly state?: string;
  readonly tag?: string;
  /** Whether it holds still. */
  readonly suspended?: boolean;
  /** Whether it is in quarantine. */
  readonly quarantined?: boolean;
  /** All of these. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** How the instance id begins. */
  readonly idPrefix?: string;
  readonly startedFromMs?: number;
  /** Exclusive. */
  readonly startedBeforeMs?: number;
  readonly limit: number;
  /** Where the page before ended; left out: from the newest start. */
  readonly after?: InstanceCursor;
}

export interface InstancePage {
  /** Newest start first. */
  readonly items: readonly InstanceSummary[];
  /** Null: there are no more. A page may be short, even empty, and still have a next one. */
  readonly next: InstanceCursor | null;
}

/** How many instances stand in one state now. */
export interface InstanceCount {
  readonly saga: string;
  readonly version: number;
  readonly phase: Phase;
  readonly state: string;
  /** At least 1. */
  readonly instances: number;
}

/** How long instances stayed in a state before they left it. */
export interface DwellTime {
  readonly saga: string;
  readonly version: number;
  readonly state: string;
  /** Stays in the sample. */
  readonly stays: number;
  /** Half of the stays were no longer, ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}
