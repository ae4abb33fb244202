/** Remains: what a process leaves behind that dies, or that another one is to stand like. */
import type { Copy } from "./databases.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Setting } from "./position.ts";

/** Where an instance is in a database that others were in before it. */
export interface Place {
  readonly instanceId: string;
  readonly startMs: number;
}

/** What a process that dies leaves behind. */
export interface Remains {
  readonly database: Copy;
  readonly nowMs: number;
  readonly ledger: readonly LedgerEntry[];
  readonly place: Place;
  /** Whether a process has died on the way, so that some moves may have nothing left to do. */
  readonly hasCrashed: boolean;
}

/**
 * When the runtime writes what it has decided: `before` nothing of it is there, `after` all of it; and when it has
 * `claimed` attempts that a process before it has lost.
 */
export type Boundary = "before" | "after" | "claimed";

/** All that decides what comes next: the rows, the time and what the runtime waits for, the world. */
export interface Standing {
  readonly text: string;
  /** The same of two rigs of which the same comes, though they have come there by other ways; see `likeness.ts`. */
  readonly likeness: string;
}

/** What a process needs that is to stand as another one does, and has not died. */
export interface Twin {
  readonly remains: Remains;
  readonly standing: string;
}

/** Before anything has happened. */
export function begunAt(setting: Setting): Omit<Remains, "database"> {
  return { nowMs: setting.startMs, ledger: [], place: setting, hasCrashed: false };
}
