/**
 * What must hold of schedules when a run is over: one instance for each due time and for no other, none before its
 * time, none while the schedule is paused, none beside another or for what was missed unless its policy says so, and
 * no due time that is passed over otherwise. It is read from the journal, and from a log of what was written of each
 * schedule; what is due is computed here anew.
 */
import type Database from "better-sqlite3";
import { dueTimeOf, gridOf, isOn, nameAt, policyOf, scheduleIdOf } from "./due-times.ts";
import { judgeWrites } from "./judge-schedule-writes.ts";
import { isSetBack, readSchedules } from "./schedule-log.ts";
import type { LifeBegun, Started, Surroundings, Written } from "./schedule-log.ts";

export function judgeSchedules(client: Database.Database, around: Surroundings): readonly string[] {
  const { written, started } = readSchedules(client);
  const ids = new Set(written.map(({ scheduleId }) => scheduleId));
  const wrong = started
    .filter(({ instanceId }) => !ids.has(scheduleIdOf(instanceId)))
    .map(({ instanceId }) => `${instanceId} was started by no schedule`);
  for (const id of ids) {
    const own = written.filter(({ scheduleId }) => scheduleId === id);
    const its = started.filter(({ instanceId }) => scheduleIdOf(instanceId) === id);
    const found = [...judgeStarts(own, its, around), ...judgeWrites(own, its, around)];
    wrong.push(...found.map((what) => `schedule ${id}: ${what}`));
  }
  return wrong;
}

function judgeStarts(
  written: readonly Written[],
  started: readonly Started[],
  around: Surroundings,
): readonly string[] {
  const wrong: string[] = [];
  const misnamed: string[] = [];
  const dealtWith = new Set<number>();
  for (const one of started) {
    const say = (what: string): number => wrong.push(`${one.instanceId} ${what}`);
    const inForce = written.findLast(({ position }) => position < one.position);
    if (inForce === undefined || inForce.revision === 0) {
      say("was started, and the schedule is not there");
      continue;
    }
    if (around.triggered.has(one.instanceId)) continue;
    const dueAtMs = dueTimeOf(one.instanceId);
    if (dueAtMs === null || !isOn(gridOf(inForce), dueAtMs)) {
      say("was started, and is named by no due time");
      continue;
    }
    if (dealtWith.has(dueAtMs)) say("is the second of its due time");
    else if (one.instanceId !== nameAt(inForce.scheduleId, dueAtMs)) {
      misnamed.push(`${one.instanceId} is not named by its due time alone`);
    }
    dealtWith.add(dueAtMs);
    if (isEarly(one, dueAtMs, around)) say(`was started ${dueAtMs - one.atMs} ms before it is due`);
    if (inForce.isPaused === 1) say("was started, and the schedule was paused");
    if (inForce.nextDueAtMs !== null && inForce.nextDueAtMs > dueAtMs) {
      say("was started for a due time before the one that was waited for");
    }
    const counted = started.filter(
      ({ instanceId }) => (around.triggered.get(instanceId) ?? 0) < one.position,
    );
    const beside = besideWhom(one, inForce, { written, started: counted });
    if (beside !== null) say(`was started beside ${beside}, which still ran`);
    const life = around.lives.findLast(({ position }) => position < one.position);
    if (isMadeUpFor(inForce, { dueAtMs, life, around })) say("was missed, and is made up for");
  }
  return [...wrong, ...misnamed];
}

/** The wall clock may have been set back while it was being started. */
const START_MS_MAX = 2_000;

function isEarly({ atMs }: Started, dueAtMs: number, { jumps }: Surroundings): boolean {
  const isExcused = jumps.some(
    ({ fromMs, toMs }) => fromMs >= dueAtMs && toMs <= atMs && atMs <= toMs + START_MS_MAX,
  );
  return atMs < dueAtMs && !isExcused;
}

/** Whoever was started last by the schedule, is not to have anybody beside it, and still runs. */
function besideWhom(
  { position }: Started,
  inForce: Written,
  { written, started }: { written: readonly Written[]; started: readonly Started[] },
): string | null {
  if (policyOf(inForce).overlap === "allow") return null;
  const made = written.findLast((each) => each.revision === 1 && each.position < position);
  const last = started.findLast((each) => each.position < position);
  if (last === undefined || made === undefined || last.position <= made.position) return null;
  const isOver = last.endPosition !== null && last.endPosition < position;
  return isOver ? null : last.instanceId;
}

/** Whether it is of a time when no process ran, and its schedule does not make up for it. */
function isMadeUpFor(
  inForce: Written,
  { dueAtMs, life, around }: { dueAtMs: number; life: LifeBegun | undefined; around: Surroundings },
): boolean {
  const { catchUp } = policyOf(inForce);
  if (life === undefined || catchUp === "all" || isSetBack(around)) return false;
  const isLatest = dueAtMs + gridOf(inForce).stepMs > life.atMs;
  return catchUp === "one" ? !isLatest : dueAtMs < life.atMs;
}
