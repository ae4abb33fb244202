/** What is known of schedules when a run is over: what was written of them, what they started, and the world around. */
import type Database from "better-sqlite3";
import { patrol } from "./cast/patrol.ts";

/** Something that was written of a schedule. */
export interface Written {
  /** Of the journal, when it was written: what comes later in it comes later. */
  readonly position: number;
  readonly epoch: number;
  readonly scheduleId: string;
  /** 0: it was deleted, and the rest is null. */
  readonly revision: number;
  readonly definition: string;
  readonly isPaused: 0 | 1;
  readonly nextDueAtMs: number | null;
  readonly lastDueAtMs: number | null;
  readonly lastOutcome: "started" | "overlapped" | "missed" | "refused" | null;
  readonly lastInstanceId: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An instance that a schedule has started. */
export interface Started {
  readonly instanceId: string;
  readonly position: number;
  readonly atMs: number;
  readonly endPosition: number | null;
  readonly endAtMs: number | null;
}

export interface LifeBegun {
  readonly epoch: number;
  readonly position: number;
  readonly atMs: number;
}

/** The wall clock was set. */
export interface Jump {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is known of the world around schedules. */
export interface Surroundings {
  /** Instances that were asked for by hand: the position of the journal when that was answered; Infinity: it was not. */
  readonly triggered: ReadonlyMap<string, number>;
  readonly lives: readonly LifeBegun[];
  readonly jumps: readonly Jump[];
}

/** All in the order in which it was committed. */
export function readSchedules(client: Database.Database): {
  readonly written: readonly Written[];
  readonly started: readonly Started[];
} {
  return {
    written: client.prepare<[], Written>(findWritten).all(),
    started: client.prepare<[string], Started>(findStarted).all(patrol.name),
  };
}

const findWritten = `
  SELECT position, epoch, schedule_id AS scheduleId, revision, definition, is_paused AS isPaused,
    next_due_at_ms AS nextDueAtMs, last_due_at_ms AS lastDueAtMs, last_outcome AS lastOutcome,
    last_instance_id AS lastInstanceId, created_at_ms AS createdAtMs, updated_at_ms AS updatedAtMs
  FROM schedule_log ORDER BY rowid`;

const findStarted = `
  SELECT instance_id AS instanceId, first.position, first.at_ms AS atMs,
    last.position AS endPosition, last.at_ms AS endAtMs
  FROM instances
  JOIN journal AS first ON first.instance = instances.key AND first.revision = 1
  LEFT JOIN journal AS last ON last.instance = instances.key
    AND last.position = (SELECT min(position) FROM journal WHERE instance = instances.key AND phase = 'completed')
  WHERE saga = ? ORDER BY first.position`;

/** Then what was before and what after is not told by times. */
export function isSetBack({ jumps }: Surroundings): boolean {
  return jumps.some(({ fromMs, toMs }) => toMs < fromMs);
}
