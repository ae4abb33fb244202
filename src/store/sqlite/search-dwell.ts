/**
 * How long instances stayed in their states, by the newest part of the journal.
 *
 * A stay begins with the event that brought an instance into a state and ends with the one that brought it
 * out. What is sampled is its end, so that long stays count as often as they happen.
 */
import type { Database } from "better-sqlite3";
import { and, eq, placeholder, sql, type SQL } from "drizzle-orm";
import { alias, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { DwellTime } from "../store.ts";
import { instances, journal } from "./schema.ts";
import { describeRead } from "./statements.ts";

export interface DwellFilter {
  readonly saga?: string;
  readonly version?: number;
  readonly entries: number;
}

/** Events within one stay. A state that takes more of them before it is left is not measured. */
export const STAY_EVENTS_MAX = 1_000;

interface Stay {
  readonly saga: string;
  readonly version: number;
  readonly state: string;
  readonly ms: number | null;
}

export function prepareDwell(client: Database) {
  const stays = prepareStays(client);
  return ({ saga, version, entries }: DwellFilter): readonly DwellTime[] => {
    const byState = new Map<string, { stay: Stay; times: number[] }>();
    for (const stay of stays.all({ entries, saga: saga ?? null, version: version ?? null })) {
      if (stay.ms === null) continue;
      const name = JSON.stringify([stay.saga, stay.version, stay.state]);
      const known = byState.get(name);
      if (known === undefined) byState.set(name, { stay, times: [stay.ms] });
      else known.times.push(stay.ms);
    }
    return [...byState.values()].map(toDwellTime).toSorted(byName);
  };
}

const prepareStays = describeRead((db) => {
  const { instance, revision, atMs, stateBefore, stateAfter } = journal;
  const left = db
    .select({ instance, revision, atMs, stateBefore, stateAfter })
    .from(journal)
    .orderBy(sql`${journal.position} desc`)
    .limit(placeholder("entries"))
    .as("left_state");
  const entered = alias(journal, "entered");
  // The last event before that changed the state: from then on it stayed.
  const enteredAtMs = db
    .select({ atMs: entered.atMs })
    .from(entered)
    .where(
      and(
        eq(entered.instance, left.instance),
        sql`${entered.revision} < ${left.revision}`,
        sql`${entered.revision} >= ${left.revision} - ${sql.raw(String(STAY_EVENTS_MAX))}`,
        sql`${entered.stateBefore} is not ${entered.stateAfter}`,
      ),
    )
    .orderBy(sql`${entered.revision} desc`)
    .limit(1);
  return db
    .select({
      saga: instances.saga,
      version: instances.version,
      state: sql<string>`${left.stateBefore}`,
      ms: sql<number | null>`${left.atMs} - (${enteredAtMs})`,
    })
    .from(left)
    .innerJoin(instances, eq(instances.key, left.instance))
    .where(
      and(
        sql`${left.stateBefore} <> ${left.stateAfter}`,
        isAsked(instances.saga, "saga"),
        isAsked(instances.version, "version"),
      ),
    );
});

function isAsked(column: SQLiteColumn, name: string): SQL {
  return sql`(${placeholder(name)} is null or ${column} = ${placeholder(name)})`;
}

function toDwellTime({ stay, times }: { stay: Stay; times: readonly number[] }): DwellTime {
  const sorted = times.toSorted((a, b) => a - b);
  // The nearest rank: a time that was measured.
  const percentile = (percent: number): number =>
    sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
  const { saga, version, state } = stay;
  return {
    saga,
    version,
    state,
    stays: times.length,
    p50Ms: percentile(50),
    p95Ms: percentile(95),
  };
}

function byName(a: DwellTime, b: DwellTime): number {
  if (a.saga !== b.saga) return a.saga < b.saga ? -1 : 1;
  if (a.version !== b.version) return a.version - b.version;
  return a.state < b.state ? -1 : 1;
}
