/**
 * What must be true of a database file after any failure, asked of the real store: it opens, it is whole, every
 * journal is without a gap and leads to its snapshot, and all that the world was told is there.
 */
import Database from "better-sqlite3";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { pastOf } from "../../src/runtime/operators/replay.ts";
import { Instances } from "../../src/runtime/instance.ts";
import { Quarantines } from "../../src/runtime/quarantine.ts";
import { Registry } from "../../src/runtime/registry.ts";
import type { JournalEntry, Store, StoredInstance } from "../../src/store/store.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { eventIdsOf, instancesAtWork, sagasAtWork } from "./sagas-at-work.ts";
import type { Said } from "./sagas-at-work.ts";

export interface Found {
  /** Told, and not there. */
  readonly lost: readonly string[];
  /** The file is damaged, or does not open. */
  readonly corrupt: readonly string[];
  /** Parts that contradict each other, or what the world was told. */
  readonly inconsistent: readonly string[];
}

interface Kept {
  readonly stored: StoredInstance;
  readonly journal: readonly JournalEntry[];
}

const registry = new Registry(sagasAtWork(() => {}));
const clock = new ManualClock();
/** What the journal of an instance says of it, by all its rows: most files have most of them in common. */
const knownVerdicts = new Map<string, string | null>();

/** What the real store reads in a file, and how its parts contradict each other. */
export interface Contents {
  readonly kept: ReadonlyMap<string, Kept>;
  /** Event ids that have an answer. */
  readonly answered: ReadonlySet<string>;
  readonly contradictions: readonly string[];
  /** Why the store cannot be opened or read; null if it can. */
  readonly failure: string | null;
}

/** Opens the file as the next process would, reads all of it, and closes it. */
export async function readContents(path: string): Promise<Contents> {
  const nothing = { kept: new Map<string, Kept>(), answered: new Set<string>() };
  let store: Store;
  try {
    store = openSqlite(path);
  } catch (error) {
    return { ...nothing, contradictions: [], failure: String(error) };
  }
  try {
    const kept = await readAll(store);
    const verdicts = await Promise.all([...kept].map(([name, one]) => verdictOf(store, name, one)));
    const contradictions = verdicts.filter((verdict) => verdict !== null);
    return { kept, answered: await answersIn(store), contradictions, failure: null };
  } catch (error) {
    return { ...nothing, contradictions: [], failure: String(error) };
  } finally {
    await store.close();
  }
}

/** Weighs what is there against what the world was told. */
export function judge(contents: Contents, told: readonly Said[]): Found {
  const { failure, contradictions } = contents;
  if (failure !== null) return { lost: [], corrupt: [failure], inconsistent: [] };
  const inconsistent = [...contradictions, ...liesOf(told, contents)];
  return { lost: lostOf(told, contents), corrupt: [], inconsistent };
}

/** What SQLite itself finds damaged in a file that nobody has open. Afterwards all that is committed is in that file. */
export function damagesOf(path: string): readonly string[] {
  try {
    const database = new Database(path);
    const rows = database.pragma("integrity_check") as { integrity_check: string }[];
    database.close();
    return rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
  } catch (error) {
    return [String(error)];
  }
}

async function readAll(store: Store): Promise<ReadonlyMap<string, Kept>> {
  const kept = new Map<string, Kept>();
  for (const key of instancesAtWork) {
    const stored = await store.load(key);
    if (stored === null) continue;
    const journal = await store.readJournal(key, { afterRevision: 0, limit: 1_000 });
    kept.set(`${key.saga}/${key.instanceId}`, { stored, journal });
  }
  return kept;
}

async function answersIn(store: Store): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const key of instancesAtWork) {
    for (const eventId of eventIdsOf(key.instanceId)) {
      if ((await store.findAnswer(key, eventId)) !== null) found.add(eventId);
    }
  }
  return found;
}

/** How the parts of an instance contradict each other, or null. */
async function verdictOf(store: Store, name: string, one: Kept): Promise<string | null> {
  const rows = JSON.stringify(one);
  const known = knownVerdicts.get(rows);
  if (known !== undefined) return known;
  const verdict = await contradictionOf(store, one);
  knownVerdicts.set(rows, verdict === null ? null : `${name}: ${verdict}`);
  return verdict === null ? null : `${name}: ${verdict}`;
}

async function contradictionOf(store: Store, { stored, journal }: Kept): Promise<string | null> {
  const quarantines = new Quarantines({ store, clock, telemetry: () => {} });
  const { record, timers, effects } = stored;
  const revisions = journal.map(({ revision }) => revision);
  const gapless = Array.from({ length: record.revision }, (_, index) => index + 1);
  if (revisions.join() !== gapless.join()) return `journal ${revisions.join()}`;
  const instance = await new Instances(store, registry, { quarantines }).load(record);
  if (instance === null) return "cannot be loaded";
  try {
    const { standing } = await pastOf({ store, clock }, instance, record.revision);
    const live = effects.filter(({ status }) => status === "live");
    const isSame =
      namesOf(timers) === namesOf(standing.timers) && keysOf(live) === keysOf(standing.activities);
    return isSame ? null : "other timers or activities than its journal leads to";
  } catch (error) {
    return String(error);
  }
}

function namesOf(timers: readonly { readonly timerId: string }[]): string {
  return timers
    .map(({ timerId }) => timerId)
    .toSorted()
    .join();
}

function keysOf(activities: readonly { readonly idempotencyKey: string }[]): string {
  return activities
    .map(({ idempotencyKey }) => idempotencyKey)
    .toSorted()
    .join();
}

function lostOf(told: readonly Said[], { kept, answered }: Contents): readonly string[] {
  const keys = new Set(
    [...kept.values()].flatMap(({ journal }) =>
      journal.flatMap(({ effects }) => effects.match(/"idempotencyKey":"[^"]+"/g) ?? []),
    ),
  );
  const isThere = (said: Said): boolean => {
    switch (said.is) {
      case "moved": {
        const revision = kept.get(`${said.saga}/${said.id}`)?.stored.record.revision ?? 0;
        return revision >= said.revision;
      }
      case "taken":
        return answered.has(said.eventId);
      case "begun":
        return keys.has(`"idempotencyKey":"${said.idempotencyKey}"`);
      case "refused":
      case "stopped":
        return true;
    }
  };
  return told.filter((said) => !isThere(said)).map((said) => JSON.stringify(said));
}

/** Codes that say that nothing has happened. After any other nobody was promised anything. */
const nothingHappened: ReadonlySet<string> = new Set(["SAGA_STORE_FULL", "SAGA_STORE_BUSY"]);

function liesOf(told: readonly Said[], { kept, answered }: Contents): readonly string[] {
  const isLie = (said: Said): boolean => {
    if (said.is !== "refused" || !nothingHappened.has(said.code)) return false;
    return said.eventId === null ? kept.has(`${said.saga}/${said.id}`) : answered.has(said.eventId);
  };
  return told.filter(isLie).map((said) => `told in error: ${JSON.stringify(said)}`);
}
