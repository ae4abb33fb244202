/**
 * Likeness: what two processes have in common of which the same comes, though one has made more commits than the other,
 * or stands at a later time.
 *
 * Revisions are told by their order alone: they are compared with each other, and the next one is above all that there are,
 * so it does not matter either which one is the last. Generations, visits, ids of timers and idempotency keys are made of
 * them, and no chart is told them. Times are told from the present one on: no
 * chart is told the time, so whatever is due is so by the difference. What history left behind and nothing goes by is left
 * out: hashes, seals (whoever tells a likeness looks whether rows are whole), answers that nobody asks for again, the
 * places where nothing stands any more. Anything else has to be the same to the letter.
 */
import { operationKey } from "../saga/idempotency-key.ts";
import type { Told, ToldRow } from "../store/sqlite/memory.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Setting } from "./position.ts";
import type { AttemptName } from "./world.ts";

export interface Aspect {
  readonly told: Told;
  readonly nowMs: number;
  readonly instanceId: string;
  /** When callbacks are due. */
  readonly dueTimes: readonly number[];
  readonly ledger: readonly LedgerEntry[];
  readonly open: readonly AttemptName[];
}

/** Tables that are told in other words, or as they are. Of rows in others it is not known what in them are revisions. */
const KNOWN: ReadonlySet<string> = new Set([
  "instances",
  "timers",
  "outbox",
  "answers",
  "places",
  "attributes",
]);

/** Null if it cannot be told what is alike. */
export function likenessOf({ chart }: Setting, aspect: Aspect): string | null {
  const hasOwnKeys = [...chart.invocations.values()].some(({ idempotencyKey }) => idempotencyKey);
  const isKnown = Object.entries(aspect.told).every(
    ([table, rows]) => KNOWN.has(table) || rows.length === 0,
  );
  // Keys of the authors' own may be made of revisions in any way.
  if (hasOwnKeys || !isKnown) return null;
  const start = `${operationKey([chart.saga.name, aspect.instanceId])}/`;
  const found = new Set<number>();
  describe(aspect, { start, rankOf: (revision) => found.add(revision).size });
  const ranks = new Map([...found].toSorted((a, b) => a - b).map((one, index) => [one, index]));
  return JSON.stringify(describe(aspect, { start, rankOf: (one) => ranks.get(one) as number }));
}

interface Words {
  /** What all idempotency keys of the instance begin with. */
  readonly start: string;
  readonly rankOf: (revision: number) => number;
}

function describe({ told, nowMs, dueTimes, ledger, open }: Aspect, words: Words): unknown {
  const inMs = (atMs: unknown): unknown => (atMs === null ? null : leftMs(Number(atMs), nowMs));
  const keyed = (entry: LedgerEntry): unknown => ({
    ...entry,
    idempotencyKey: keyIn(entry.idempotencyKey, words),
  });
  const instance = ({ snapshot, ...row }: ToldRow): unknown => ({
    ...without(row, ["revision", "place", "head", "seal", "created_at_ms", "updated_at_ms"]),
    snapshot: snapshotIn(String(snapshot), words),
  });
  const timer = ({ timer_id: id, due_at_ms: dueAtMs, ...row }: ToldRow): unknown => ({
    ...without(row, ["key", "seal"]),
    id: timerIn(String(id), words),
    dueInMs: inMs(dueAtMs),
  });
  const effect = (row: ToldRow): unknown => ({
    ...without(row, ["key", "seal", "lease_seal"]),
    generation: words.rankOf(Number(row["generation"])),
    idempotency_key: keyIn(String(row["idempotency_key"]), words),
    lease_until_ms: inMs(row["lease_until_ms"]),
    lost_until_ms: inMs(row["lost_until_ms"]),
  });
  return [
    told["instances"]?.map(instance),
    told["timers"]?.map(timer),
    told["outbox"]?.map(effect),
    told["attributes"]?.map((row) => without(row, ["created_at_ms"])),
    dueTimes.map(inMs),
    ledger.map(keyed),
    open.map(keyed),
  ];
}

// A third of a lease is no whole ms, and a difference of such times is not exact.
function leftMs(atMs: number, nowMs: number): number {
  return Math.round((atMs - nowMs) * 100) / 100;
}

function timerIn(id: string, { rankOf }: Words): unknown {
  const [, revision, count] = /^(\d+)\.(\d+)$/.exec(id) ?? [];
  return revision === undefined ? id : [rankOf(Number(revision)), count];
}

function keyIn(key: string, { start, rankOf }: Words): unknown {
  const [, operation, revision] = /^(.*\/)(\d+)$/.exec(key) ?? [];
  const isOurs = operation?.startsWith(start) === true;
  return isOurs ? [operation, rankOf(Number(revision))] : key;
}

interface Envelope {
  readonly children: Readonly<Record<string, { readonly generation: number }>>;
  readonly visits: Readonly<Record<string, { readonly revision: number }>>;
}

function snapshotIn(text: string, { rankOf }: Words): unknown {
  const { children, visits, ...others } = JSON.parse(text) as Envelope;
  return {
    ...others,
    children: Object.entries(children).map(([id, child]) => [
      id,
      { ...child, generation: rankOf(child.generation) },
    ]),
    visits: Object.entries(visits).map(([id, visit]) => [
      id,
      { ...visit, revision: rankOf(visit.revision) },
    ]),
  };
}

function without(row: ToldRow, columns: readonly string[]): ToldRow {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}
