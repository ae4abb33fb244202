/**
 * Verification of a whole file: its pages and indexes, the seal of each row, the chain of each journal from its first
 * entry to the last, rows that belong to nobody, and the counts of places. It changes nothing.
 */
import type { Database } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { asc, eq, gt, placeholder } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { InstanceKey } from "../store.ts";
import { damageOf, isActionWhole, isLinked, isMessageWhole } from "./damage.ts";
import type { InstanceRows } from "./damage.ts";
import { prepareRowsOf } from "./load.ts";
import { sealOfAnswer } from "./row-seals.ts";
import { isScheduleWhole } from "./schedules.ts";
import { actions, answers, instances, journal, leavings, messages, schedules } from "./schema.ts";
import { chainStart } from "./seal.ts";
import { describeRead } from "./statements.ts";

export interface Finding {
  /** `pages`: SQLite itself; `rows`: a seal; `journal`: a chain; `orphans`: rows of nobody; `counts`: of a place. */
  readonly kind: "pages" | "rows" | "journal" | "orphans" | "counts";
  /** Null if it is of no one instance. */
  readonly instance: InstanceKey | null;
  readonly text: string;
}

export interface Verification {
  readonly instances: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

/** Instances read at a time. */
const PAGE = 100;

/** `onProgress` is told how many instances of how many were looked at. */
export function verify(
  client: Database,
  onProgress: (done: number, total: number) => void = () => {},
): Verification {
  const pages = pageFindings(client);
  // Rows of a file whose pages are damaged may be read wrong, or not at all.
  if (pages.length > 0) return { instances: 0, entries: 0, findings: pages };

  const findings: Finding[] = [...orphanFindings(client)];
  const looked = verifyInstances(client, findings, onProgress);
  findings.push(...looseFindings(drizzle(client)));
  findings.push(...attributeFindings(client), ...countFindings(client));
  return { ...looked, findings };
}

function pageFindings(client: Database): readonly Finding[] {
  const rows = client.pragma("integrity_check") as readonly { integrity_check: string }[];
  return rows
    .map((row) => row.integrity_check)
    .filter((text) => text !== "ok")
    .map((text) => ({ kind: "pages", instance: null, text }));
}

function orphanFindings(client: Database): readonly Finding[] {
  const orphans = client.pragma("foreign_key_check") as readonly { table: string }[];
  const tables = new Map<string, number>();
  for (const { table } of orphans) tables.set(table, (tables.get(table) ?? 0) + 1);
  return [...tables].map(([table, rows]) => ({
    kind: "orphans",
    instance: null,
    text: `${rows} rows of "${table}" whose instance is missing`,
  }));
}

const prepareReadPage = describeRead((db) =>
  db
    .select()
    .from(instances)
    .where(gt(instances.key, placeholder("after")))
    .orderBy(asc(instances.key))
    .limit(PAGE),
);

function verifyInstances(
  client: Database,
  findings: Finding[],
  onProgress: (done: number, total: number) => void,
): { instances: number; entries: number } {
  const total = Number(client.prepare("SELECT count(*) FROM instances").pluck().get());
  const readPage = prepareReadPage(client);
  const findRows = prepareRowsOf(client);
  const findBreak = prepareFindBreak(client);
  const leaving = namesOfLeaving(client);
  let [done, entries, after] = [0, 0, -1];
  for (let page = readPage.all({ after }); page.length > 0; page = readPage.all({ after })) {
    for (const row of page) {
      after = row.key;
      const { saga, instanceId } = row;
      const damage = damageOf(findRows(row));
      // The journal of one that is being deleted goes first, but for its ends.
      const isLeaving = leaving.has(nameOf(row.parent?.root ?? row));
      const chain = isLeaving ? { entries: 0, broken: null } : findBreak(row);
      entries += chain.entries;
      for (const text of [damage, chain.broken]) {
        const kind = text === damage ? "rows" : "journal";
        if (text !== null) findings.push({ kind, instance: { saga, instanceId }, text });
      }
    }
    done += page.length;
    onProgress(done, total);
  }
  return { instances: done, entries };
}

const prepareReadEntries = describeRead((db) =>
  db
    .select()
    .from(journal)
    .where(eq(journal.instance, placeholder("key")))
    .orderBy(asc(journal.revision)),
);

/** Those that are being deleted, with their families. */
function namesOfLeaving(client: Database): ReadonlySet<string> {
  return new Set(prepareReadLeavings(client).all().map(nameOf));
}

const prepareReadLeavings = describeRead((db) =>
  db
    .select({ saga: instances.saga, instanceId: instances.instanceId })
    .from(leavings)
    .innerJoin(instances, eq(instances.key, leavings.instance)),
);

function nameOf({ saga, instanceId }: InstanceKey): string {
  return `${saga}/${instanceId}`;
}

function prepareFindBreak(
  client: Database,
): (row: InstanceRows["row"]) => { entries: number; broken: string | null } {
  const read = prepareReadEntries(client);
  return ({ key, revision, saga, instanceId }) => {
    let before = chainStart({ saga, instanceId });
    const entries = read.all({ key });
    for (const [index, entry] of entries.entries()) {
      const expected = index + 1;
      if (entry.revision !== expected) {
        return { entries: entries.length, broken: `entry ${expected} of its journal is missing` };
      }
      if (!isLinked(entry, before)) {
        const broken = `entry ${expected} of its journal does not follow on the one before as it was written`;
        return { entries: entries.length, broken };
      }
      before = entry.hash;
    }
    const isWhole = entries.length === revision;
    const broken = isWhole
      ? null
      : `its journal has ${entries.length} entries for ${revision} revisions`;
    return { entries: entries.length, broken };
  };
}

/** Rows that are read by themselves. */
function looseFindings(db: BetterSQLite3Database): readonly Finding[] {
  const letters = db
    .select()
    .from(messages)
    .all()
    .filter((row) => !isMessageWhole(row))
    .map(({ toSaga, toInstanceId, position }) => ({
      instance: { saga: toSaga, instanceId: toInstanceId },
      text: `message ${position} to it is not as it was written`,
    }));
  const asked = db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: actions })
    .from(actions)
    .innerJoin(instances, eq(instances.key, actions.instance))
    .all()
    .filter(({ row, ...owner }) => !isActionWhole(owner, row))
    .map(({ row, ...instance }) => ({
      instance,
      text: `action "${row.type}" is not as it was written`,
    }));
  const given = db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: answers })
    .from(answers)
    .innerJoin(instances, eq(instances.key, answers.instance))
    .all()
    .filter(({ row, ...owner }) => row.seal !== sealOfAnswer(owner, row))
    .map(({ row, ...instance }) => ({
      instance,
      text: `the answer to event "${row.eventId}" is not as it was written`,
    }));
  const planned = db
    .select()
    .from(schedules)
    .all()
    .filter((row) => !isScheduleWhole(row))
    .map(({ saga, scheduleId }) => ({
      instance: null,
      text: `schedule "${scheduleId}" of saga "${saga}" is not as it was written`,
    }));
  const loose = [...letters, ...asked, ...given, ...planned];
  return loose.map((found) => ({ kind: "rows", ...found }));
}

/** The attributes by which instances are searched are a copy of those that their seals hold for. */
function attributeFindings(client: Database): readonly Finding[] {
  const wrong = client
    .prepare<[], InstanceKey>(
      `SELECT saga, instance_id AS "instanceId" FROM instances
       WHERE json_valid(attributes) AND (
         (SELECT count(*) FROM attributes AS copy WHERE copy.instance = instances.key)
           <> (SELECT count(*) FROM json_each(instances.attributes))
         OR EXISTS (
           SELECT 1 FROM attributes AS copy WHERE copy.instance = instances.key AND (
             copy.created_at_ms <> instances.created_at_ms OR NOT EXISTS (
               SELECT 1 FROM json_each(instances.attributes) AS kept
               WHERE kept.key = copy.name AND kept.value = copy.value))))`,
    )
    .all();
  return wrong.map((instance) => ({
    kind: "rows",
    instance,
    text: "the attributes that it is searched by are not its own",
  }));
}

function countFindings(client: Database): readonly Finding[] {
  const wrong = client
    .prepare<[], { saga: string; state: string; kept: number; found: number }>(
      `SELECT places.saga, places.state, places.instances AS kept, count(instances.key) AS found
       FROM places LEFT JOIN instances ON instances.place = places.key
         AND (instances.saga, instances.version, instances.phase, instances.state, instances.tags)
           = (places.saga, places.version, places.phase, places.state, places.tags)
       GROUP BY places.key HAVING kept <> found`,
    )
    .all();
  return wrong.map(({ saga, state, kept, found }) => ({
    kind: "counts",
    instance: null,
    text: `saga "${saga}" counts ${kept} instances in "${state}", and has ${found}`,
  }));
}
