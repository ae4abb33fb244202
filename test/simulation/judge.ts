/**
 * What must hold when a run is over, whatever happened in it. All is read from the store and from the ledger of the
 * services; nothing is asked of the runtime.
 */
import type { EventObject } from "xstate";
import type { Chart } from "../../src/saga/chart.ts";
import { decode } from "../../src/saga/codec.ts";
import { fold } from "../../src/saga/fold.ts";
import { isEndPhase } from "../../src/saga/phase.ts";
import { encodeSnapshot } from "../../src/saga/snapshot.ts";
import { start } from "../../src/saga/step.ts";
import { transactionalOf } from "../../src/saga/transactional.ts";
import { toFoldEntry } from "../../src/runtime/operators/replay.ts";
import type { InstanceKey, JournalEntry, StoredInstance } from "../../src/store/store.ts";
import { brokenRules } from "../../src/testing/ledger.ts";
import type { Role } from "./cast/role.ts";
import type { Acknowledged } from "./clients.ts";
import { judgeEffects } from "./judge-effects.ts";
import type { Look } from "./onlookers.ts";
import type { Entry } from "./services.ts";

/** An instance in the end. */
export interface Case {
  readonly key: InstanceKey;
  readonly chart: Chart;
  /** Null: an instance of a child machine. */
  readonly role: Role | null;
  readonly stored: StoredInstance;
  readonly journal: readonly JournalEntry[];
  /** Effects of this instance, in order. */
  readonly ledger: readonly Entry[];
  /** Keys of the rows that its transactional activities wrote. */
  readonly rows: readonly string[];
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: readonly Pick<Acknowledged, "eventId">[];
  readonly looks: readonly Look[];
}

/** What is wrong with an instance, in words. */
export function judge(one: Case): readonly string[] {
  return [
    ...judgeRest(one),
    ...judgeJournal(one),
    ...judgeFold(one),
    ...judgeSuspension(one),
    ...judgeEvents(one),
    ...judgeLooks(one),
    ...judgeEffects(one),
    ...judgeLedger(one),
    ...judgeRows(one),
    ...judgeRole(one),
  ].map((what) => `${one.key.saga}/${one.key.instanceId}: ${what}`);
}

/** G18: it has come to rest, and nothing is left of what it asked for. */
function judgeRest({ stored: { record, timers, effects, parked } }: Case): readonly string[] {
  const wrong: string[] = [];
  if (!isEndPhase(record.phase)) {
    const why = record.fault === null ? "" : `, since ${record.fault}`;
    wrong.push(`it rests in ${record.state} (${record.phase})${why}`);
    return wrong;
  }
  if (timers.length > 0) wrong.push(`it has ended, and ${timers.length} timers are left`);
  if (effects.length > 0) wrong.push(`it has ended, and ${effects.length} effects are left`);
  if (parked.length > 0) wrong.push(`it has ended, and ${parked.length} parked events are left`);
  return wrong;
}

/** G1, G4: revisions from 1 without a gap, as many as there were commits; each begins where the last one ended. */
function judgeJournal({ journal, stored: { record } }: Case): readonly string[] {
  const wrong: string[] = [];
  if (journal.length !== record.revision) {
    wrong.push(
      `it is at revision ${record.revision}, and its journal has ${journal.length} entries`,
    );
  }
  for (const [index, entry] of journal.entries()) {
    if (entry.revision !== index + 1) {
      wrong.push(`entry ${index + 1} of its journal is of revision ${entry.revision}`);
      break;
    }
    const before = journal[index - 1]?.stateAfter ?? null;
    if (entry.stateBefore !== before) {
      wrong.push(`revision ${entry.revision} begins in ${entry.stateBefore}, not in ${before}`);
    }
  }
  return wrong;
}

/** G11: its journal, computed again, leads to its snapshot, byte for byte. */
function judgeFold({
  chart,
  key: { instanceId },
  journal,
  stored: { record },
}: Case): readonly string[] {
  const [first, ...later] = journal.map(toFoldEntry);
  // Whoever is stopped by its parent is nowhere any more.
  if (first === undefined || later.some(({ event }) => event.type === "xstate.stop")) return [];
  try {
    const { input } = first.event as EventObject & { input?: unknown };
    const childId = record.parent?.childId;
    const moment = { instanceId, revision: 1, nowMs: first.atMs, childId };
    const last = fold(chart, { instanceId, childId }, start(chart, input, moment).next, later);
    const snapshot = encodeSnapshot(chart, last.snapshot, last.visits);
    return snapshot === record.snapshot
      ? []
      : [`its journal leads to ${snapshot}, and its snapshot is ${record.snapshot}`];
  } catch (error) {
    return [`its journal cannot be computed again: ${String(error)}`];
  }
}

/** Whoever holds still is moved by nothing but an operator, and by the parent that ends it. */
function judgeSuspension({ journal }: Case): readonly string[] {
  const wrong: string[] = [];
  let isSuspended = false;
  for (const { revision, verdict, operation, eventType, source } of journal) {
    // That an action under way has ended is taken note of, and moves nothing.
    if (source === "action") continue;
    if (operation?.operation === "suspend") isSuspended = true;
    else if (operation !== null) isSuspended = false;
    else if (isSuspended && verdict === "applied" && eventType !== "xstate.stop") {
      wrong.push(`revision ${revision} moves it by ${eventType} while it is suspended`);
    }
  }
  return wrong;
}

/** G2: an event that was acknowledged is in the journal exactly once; any other, once at most. */
function judgeEvents({ journal, acknowledged, refused }: Case): readonly string[] {
  const wrong: string[] = [];
  const ids = journal.flatMap(({ eventId, verdict }) =>
    eventId === null ? [] : [`${eventId} ${verdict === "parked" ? "parked" : "taken"}`],
  );
  for (const id of new Set(ids)) {
    const times = ids.filter((other) => other === id).length;
    if (times !== 1) wrong.push(`event ${id} stands ${times} times in its journal`);
  }
  for (const { eventId } of refused) {
    if (ids.some((id) => id.startsWith(`${eventId} `))) {
      wrong.push(`event ${eventId} was refused, and is in its journal`);
    }
  }
  const last = new Map<string, number>();
  for (const { eventId, revision, isParked, client } of acknowledged) {
    const entry = journal[revision - 1];
    if (entry?.eventId !== eventId) {
      wrong.push(`event ${eventId} was acknowledged as revision ${revision}, which it is not`);
    }
    if (isParked && !ids.includes(`${eventId} taken`)) {
      wrong.push(`event ${eventId} was parked, and nothing came of it`);
    }
    if (revision <= (last.get(client) ?? 0)) {
      wrong.push(`event ${eventId} came before what its client had sent before it`);
    }
    last.set(client, revision);
  }
  return wrong;
}

/** G1, G3: nobody was shown what was not durable. */
function judgeLooks({ looks, journal }: Case): readonly string[] {
  return looks
    .filter(({ revision, state, phase, updatedAtMs }) => {
      const entry = journal[revision - 1];
      const isThere = entry?.stateAfter === state && entry.phase === phase;
      return !isThere || entry.atMs !== updatedAtMs;
    })
    .map(
      ({ revision, state }) =>
        `it was shown in ${state} at revision ${revision}, where it never was`,
    );
}

/** G5, G9: what took effect was asked for, and is in place or undone as the end says. */
function judgeLedger({
  chart,
  role,
  ledger,
  journal,
  stored: { record },
}: Case): readonly string[] {
  const asked = new Set(
    journal.flatMap(({ effects }) =>
      (JSON.parse(effects) as { idempotencyKey?: string }[]).map((each) => each.idempotencyKey),
    ),
  );
  const unasked = ledger
    .filter(({ idempotencyKey }) => !asked.has(idempotencyKey))
    .map(({ idempotencyKey }) => `${idempotencyKey} took effect, and nobody has asked for it`);
  const broken =
    role === null ? [] : brokenRules(chart, { phase: record.phase, ledger }, role.rules);
  return [...unasked, ...broken];
}

/** G1, for transactional activities: what they wrote is there as often as their results were taken. */
function judgeRows({ chart, journal, rows }: Case): readonly string[] {
  const done = journal.filter(({ verdict, eventType }) => {
    const [, actorId] = /^xstate\.done\.actor\.(.+)$/.exec(eventType) ?? [];
    return (
      verdict === "applied" &&
      actorId !== undefined &&
      transactionalOf(chart.saga, actorId) !== undefined
    );
  });
  const isOnce = new Set(rows).size === rows.length;
  return isOnce && rows.length === done.length
    ? []
    : [`${done.length} results were taken, and [${rows.join(" ")}] were written`];
}

function judgeRole({
  role,
  key: { instanceId },
  journal,
  stored: { record },
}: Case): readonly string[] {
  if (role?.judge === undefined) return [];
  const { context } = decode(record.snapshot) as { context: Record<string, unknown> };
  const { phase, state } = record;
  return role.judge({ instanceId, phase, state, context, journal });
}
