/** What is written of a schedule, one after another: each due time is dealt with as its policy says, or waited for. */
import { dueTimeOf, firstAfter, gridOf, policyOf } from "./due-times.ts";
import { isSetBack } from "./schedule-log.ts";
import type { Started, Surroundings, Written } from "./schedule-log.ts";

/** The newest of missed due times that may all be started. */
const CATCH_UP_MAX = 100;
/** How long it may take at most to write down what was found out. */
const WRITE_MS_MAX = 2_000;

interface Facts extends Surroundings {
  readonly started: readonly Started[];
}

export function judgeWrites(
  written: readonly Written[],
  started: readonly Started[],
  around: Surroundings,
): readonly string[] {
  const facts: Facts = { ...around, started };
  return written.flatMap((after, index) => {
    if (after.revision === 0) return [];
    const before = written[index - 1];
    return judgeWrite(before?.revision === 0 ? undefined : before, after, facts).map(
      (what) => `revision ${after.revision}: ${what}`,
    );
  });
}

function judgeWrite(before: Written | undefined, after: Written, facts: Facts): readonly string[] {
  if (after.revision !== (before?.revision ?? 0) + 1) return ["it follows another one"];
  const isHeld = after.isPaused === 1;
  if (isHeld) return after.nextDueAtMs === null ? [] : ["it is paused, and waits for a due time"];
  if (before === undefined || before.isPaused === 1) return judgeFirst(after);
  // Triggered: it waits on.
  if (after.nextDueAtMs === before.nextDueAtMs) return [];
  if (after.lastDueAtMs !== before.nextDueAtMs && after.lastDueAtMs === before.lastDueAtMs) {
    return judgePassedOver(before, after, after.nextDueAtMs ?? Infinity);
  }
  return judgeDue(before, after, facts);
}

/** Made or resumed: it waits for the first due time from then on. */
function judgeFirst(after: Written): readonly string[] {
  const first = firstAfter(gridOf(after), after.updatedAtMs);
  return after.nextDueAtMs === first
    ? []
    : [`it waits for ${after.nextDueAtMs}, and ${first} comes first`];
}

function judgeDue(before: Written, after: Written, facts: Facts): readonly string[] {
  const wrong: string[] = [];
  const { stepMs } = gridOf(after);
  const awaitedMs = before.nextDueAtMs ?? Infinity;
  const dueAtMs = after.lastDueAtMs ?? -Infinity;
  if (dueAtMs < awaitedMs) wrong.push(`it deals with ${dueAtMs}, and has waited for ${awaitedMs}`);
  if (after.nextDueAtMs !== dueAtMs + stepMs) {
    wrong.push(`after ${dueAtMs} it waits for ${after.nextDueAtMs}`);
  }
  wrong.push(...judgePassedOver(before, after, dueAtMs));
  return [...wrong, ...judgeOutcome(before, after, facts)];
}

/** Due times up to this one are written off. */
function judgePassedOver(before: Written, after: Written, dueAtMs: number): readonly string[] {
  const awaitedMs = before.nextDueAtMs ?? Infinity;
  const { stepMs } = gridOf(after);
  const isFar = after.updatedAtMs - awaitedMs >= (CATCH_UP_MAX - 1) * stepMs;
  if (dueAtMs <= awaitedMs || policyOf(after).catchUp !== "all" || isFar) return [];
  return [`it passes over ${(dueAtMs - awaitedMs) / stepMs} due times, and catches up with all`];
}

function judgeOutcome(before: Written, after: Written, facts: Facts): readonly string[] {
  const dueAtMs = after.lastDueAtMs;
  const its = facts.started.find(
    ({ instanceId, position }) => dueTimeOf(instanceId) === dueAtMs && position <= after.position,
  );
  switch (after.lastOutcome) {
    case "started":
      return its === undefined ? [`nothing was started for ${dueAtMs}`] : [];
    case "overlapped":
      return judgeOverlap(before, after, facts);
    case "missed":
      return judgeMissed(before, after, facts);
    case "refused":
    case null:
      return [`a start for ${dueAtMs} was refused`];
  }
}

function judgeOverlap(before: Written, after: Written, facts: Facts): readonly string[] {
  if (policyOf(after).overlap === "allow") return ["it starts nothing beside others, and may"];
  const last = facts.started.find(({ instanceId }) => instanceId === before.lastInstanceId);
  if (last === undefined) return ["it starts nothing beside one that is not there"];
  const { endPosition, endAtMs } = last;
  const isLongOver =
    facts.jumps.length === 0 && endAtMs !== null && endAtMs < after.updatedAtMs - WRITE_MS_MAX;
  const isOver = endPosition !== null && endPosition <= before.position;
  return isOver || isLongOver
    ? [`it starts nothing beside ${last.instanceId}, which had ended`]
    : [];
}

function judgeMissed(before: Written, after: Written, facts: Facts): readonly string[] {
  if (policyOf(after).catchUp !== "none") return ["it makes up for nothing, and ought to"];
  const awaitedMs = before.nextDueAtMs ?? Infinity;
  if (before.epoch === after.epoch && awaitedMs > before.updatedAtMs) {
    return [`it has missed ${after.lastDueAtMs}, and the process was there all the time`];
  }
  const life = facts.lives.find(({ epoch }) => epoch === after.epoch);
  const isLate = life !== undefined && (after.lastDueAtMs ?? 0) > life.atMs + WRITE_MS_MAX;
  return isLate && !isSetBack(facts)
    ? [`it has missed ${after.lastDueAtMs}, when a process ran`]
    : [];
}
