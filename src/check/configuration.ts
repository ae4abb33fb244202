/**
 * Configurations: where an instance stands, what is pending, and what is really in place in the world.
 * Two configurations with the same key have the same future.
 */
import type { AnyMachineSnapshot } from "xstate";
import { stateOf } from "../saga/chart.ts";
import type { PendingActivity } from "../saga/effect.ts";
import type { Ledger, WorldAttempt } from "./ledger.ts";
import type { Position } from "./position.ts";
import type { Zone } from "./zone.ts";

export interface Configuration {
  readonly position: Position;
  /** Bounds of the timers, in the order of the position's. */
  readonly zone: Zone;
  readonly ledger: Ledger;
  /** Attempts that the chart has left, and that may still take effect. */
  readonly lost: readonly WorldAttempt[];
  /** Events that came early, in order, by their position in `Subject.events`. */
  readonly parked: readonly number[];
  /** Which of the conditions that rules remember have been the case. */
  readonly seen: readonly boolean[];
}

export function snapshotOf({ position }: Configuration): AnyMachineSnapshot {
  return position.standing.snapshot;
}

export function isActive(configuration: Configuration): boolean {
  return snapshotOf(configuration).status === "active";
}

export function liveOf({ position }: Configuration): readonly PendingActivity[] {
  return position.standing.activities;
}

/** Names of the activities whose effects are in place. */
export function inPlaceOf({ ledger }: Configuration): readonly string[] {
  return ledger.inPlace.map(({ src }) => src);
}

/** How a finding names where an instance stands. */
export function placeOf(configuration: Configuration): string {
  return stateOf(snapshotOf(configuration));
}

/** What tells configurations apart: the whole key, and the key without context and times. */
export interface Keys {
  readonly whole: string;
  readonly likeness: string;
}

export function keysOf({ position, zone, ledger, lost, parked, seen }: Configuration): Keys {
  const around = JSON.stringify([
    ledger.inPlace.map(({ src, activityId, operation, heard }) => [
      src,
      activityId,
      operation,
      heard,
    ]),
    ledger.spent,
    ledger.taken,
    lost.map(({ activityId, operation }) => `${activityId} ${operation ?? ""}`).toSorted(),
    parked,
    seen,
  ]);
  return {
    whole: `${position.id} ${zone.delayMs.join()} ${zone.leftMs.join()} ${zone.leadMs.join()} ${around}`,
    likeness: `${position.likeness} ${around}`,
  };
}
