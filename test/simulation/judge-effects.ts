/**
 * Activities and timers of one instance, followed through its journal: what was started, what was left, and whether
 * what came back was still waited for.
 */
import { decode } from "../../src/saga/codec.ts";
import type { JournalEntry } from "../../src/store/store.ts";

interface JournaledEffect {
  readonly kind: string;
  readonly activityId?: string;
  readonly attempt?: number;
  readonly idempotencyKey?: string;
  readonly event?: string;
  readonly dueAtMs?: number;
}

interface LiveTimer {
  readonly event: string;
  readonly dueAtMs: number;
}

/** How an answer names the attempt that it answers. */
const BY = /by=?["':]*([^"'\s,}]+#\d+)/;

/** G6, G7, G8: results once and fenced, timers never early and only those that are set. */
export function judgeEffects({ journal }: { journal: readonly JournalEntry[] }): readonly string[] {
  const wrong: string[] = [];
  const pending: Pending = { live: new Map(), last: new Map(), timers: [] };
  for (const entry of journal) {
    const what = (text: string): number => wrong.push(`revision ${entry.revision}: ${text}`);
    if (entry.verdict === "applied") {
      if (entry.source === "activity") takeResult(entry, pending, what);
      if (entry.source === "timer") takeTimer(entry, pending, what);
    }
    for (const effect of JSON.parse(entry.effects) as JournaledEffect[]) {
      follow(effect, entry.atMs, { pending, what });
    }
  }
  return wrong;
}

interface Pending {
  /** By activity id, what is waited for. */
  readonly live: Map<string, JournaledEffect>;
  /** By activity id, what was started last. */
  readonly last: Map<string, JournaledEffect>;
  timers: LiveTimer[];
}

type Tell = (text: string) => number;

function follow(
  effect: JournaledEffect,
  atMs: number,
  { pending, what }: { pending: Pending; what: Tell },
): void {
  const { activityId = "", event = "", dueAtMs = 0 } = effect;
  switch (effect.kind) {
    case "startActivity":
      checkKey(pending.last.get(activityId), effect, what);
      pending.live.set(activityId, effect);
      pending.last.set(activityId, effect);
      return;
    case "leaveActivity":
      pending.live.delete(activityId);
      return;
    case "setTimer": {
      const delayMs = Number(/^xstate\.after\.(\d+)\./.exec(event)?.[1] ?? dueAtMs - atMs);
      if (dueAtMs - atMs !== delayMs) what(`${event} is due in ${dueAtMs - atMs} ms`);
      pending.timers.push({ event, dueAtMs });
      return;
    }
    case "cancelTimer": {
      const index = pending.timers.findIndex((timer) => timer.event === event);
      pending.timers = pending.timers.filter((_, other) => other !== index);
    }
  }
}

function takeResult(entry: JournalEntry, { live }: Pending, what: Tell): void {
  const { actorId = "" } = decode(entry.event) as { actorId?: string };
  const effect = live.get(actorId);
  if (effect === undefined) {
    what(`it takes a result of ${actorId}, which it does not wait for`);
    return;
  }
  live.delete(actorId);
  const by = BY.exec(entry.event)?.[1];
  const expected = `${effect.idempotencyKey}#${effect.attempt}`;
  if (by !== undefined && by !== expected) {
    what(`it takes the result of ${by}, and waits for that of ${expected}`);
  }
}

function takeTimer(entry: JournalEntry, pending: Pending, what: Tell): void {
  const [timer] = pending.timers
    .filter(({ event }) => event === entry.eventType)
    .toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  if (timer === undefined) {
    what(`${entry.eventType} fires, and is not set`);
    return;
  }
  if (entry.atMs < timer.dueAtMs) {
    what(`${entry.eventType} fires ${timer.dueAtMs - entry.atMs} ms before it is due`);
  }
  pending.timers = pending.timers.filter((other) => other !== timer);
}

/** A retry within one visit is the same operation. */
function checkKey(before: JournaledEffect | undefined, now: JournaledEffect, what: Tell): void {
  const { attempt = 1, idempotencyKey, activityId } = now;
  const isSame = before?.idempotencyKey === idempotencyKey;
  if (attempt === 1 && !isSame) return;
  if (attempt === 1) {
    what(`${activityId} begins anew under the key ${idempotencyKey}, which it had before`);
  } else if (!isSame || before?.attempt !== attempt - 1) {
    what(
      `attempt ${attempt} of ${activityId} has the key ${idempotencyKey}, not ${before?.idempotencyKey}`,
    );
  }
}
