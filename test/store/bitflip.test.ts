import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { verify } from "../../src/store/sqlite/verify.ts";
import type { ChildRecord, MessageRecord } from "../../src/store/family.ts";
import type { InstanceKey, Store, WriteSet } from "../../src/store/store.ts";
import {
  effectRecord,
  instanceRecord,
  journalEntry,
  nowMs,
  parkedRecord,
  scheduleRecord,
  timerRecord,
  writeSet,
} from "../../src/testing/store-records.ts";
import { randomFrom } from "../fixtures/random.ts";
import { freshDatabasePath } from "./database-path.ts";

const FLIPS = 450;
const NOTICED_MIN = 0.999;

/** Tables whose rows something is done by, or found by. */
const sealedTables = [
  "instances",
  "journal",
  "timers",
  "outbox",
  "answers",
  "parked",
  "children",
  "messages",
  "actions",
  "attributes",
  "schedules",
];
const keys = ["o-1", "o-2", "o-3"].map((instanceId) => ({ saga: "order", instanceId }));

test(
  "a flipped bit in a row is noticed, and nothing that was not written is ever acted on",
  { timeout: 60_000 },
  async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const bytes = await filledDatabase();
    const written = new Set((await handedOut(bytes)).map((one) => JSON.stringify(one)));
    const rows = rowsOf(bytes);
    const cells = cellsOf(bytes);
    const silent: string[] = [];

    for (let flip = 0; flip < FLIPS; flip++) {
      const { table, start, end } = pick(cells, random);
      const at = start + Math.floor(random() * (end - start));
      const bit = Math.floor(random() * 8);
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);

      if (!isNoticed(damaged) && rowsOf(damaged) !== rows) {
        silent.push(`${table} byte ${at} bit ${bit}`);
      }
      const forged = (await handedOut(damaged)).filter((one) => !written.has(JSON.stringify(one)));
      const flipped = { seed, table, at, bit };
      expect({ ...flipped, forged }).toEqual({ ...flipped, forged: [] });
    }

    console.log(
      `bitflip.test.ts: SEED=${seed}, ${FLIPS - silent.length} of ${FLIPS} flips in ${cells.length} rows noticed`,
      silent,
    );
    expect(FLIPS - silent.length).toBeGreaterThanOrEqual(FLIPS * NOTICED_MIN);
  },
);

test("a file that is as it was written verifies", async () => {
  const client = inMemory(await filledDatabase());

  expect(verify(client)).toEqual({ instances: 3, entries: 12, findings: [] });
  client.close();
});

test("an entry that is taken out of a journal, or put in another's place, is noticed", async () => {
  const bytes = await filledDatabase();
  const changes = [
    "DELETE FROM journal WHERE revision = 2 AND instance = 1",
    "UPDATE journal SET instance = CASE instance WHEN 1 THEN 9 ELSE 1 END WHERE instance IN (1, 2); UPDATE journal SET instance = 2 WHERE instance = 9",
    "UPDATE journal SET event = (SELECT event FROM journal WHERE position = 1) WHERE position = 4",
    "DELETE FROM journal WHERE revision = 4 AND instance = 1",
    "UPDATE instances SET snapshot = (SELECT snapshot FROM instances WHERE key = 2) WHERE key = 1",
    "UPDATE timers SET instance = 2, timer_id = 'other' WHERE key = 1",
    "UPDATE places SET instances = instances + 1",
    "UPDATE attributes SET value = 'us' WHERE instance = 1",
    "UPDATE attributes SET created_at_ms = 1 WHERE instance = 1",
    "DELETE FROM attributes WHERE instance = 1",
    "UPDATE schedules SET next_due_at_ms = next_due_at_ms + 1 WHERE key = 1",
    "UPDATE schedules SET definition = (SELECT definition || ' ' FROM schedules WHERE key = 2) WHERE key = 1",
    "DELETE FROM instances WHERE key = 1",
  ];
  for (const change of changes) {
    const client = inMemory(bytes);
    client.exec(`PRAGMA foreign_keys = OFF; ${change}`);

    const { findings } = verify(client);
    expect({ change, findings }).not.toEqual({ change, findings: [] });
    client.close();
  }
});

test("nothing is handed out of an instance whose name is no text any more, though its bytes are the same", async () => {
  const bytes = await filledDatabase();
  const written = new Set((await handedOut(bytes)).map((one) => JSON.stringify(one)));
  for (const column of ["saga", "instance_id"]) {
    const client = inMemory(bytes);
    client.exec(
      `UPDATE instances SET ${column} = CAST(${column} AS BLOB) WHERE instance_id = 'o-2'`,
    );
    const damaged = client.serialize();
    client.close();

    const forged = (await handedOut(damaged)).filter((one) => !written.has(JSON.stringify(one)));

    expect({ column, forged }).toEqual({ column, forged: [] });
  }
});

/** A real file, closed in order: all kinds of rows, four revisions for each of three instances. */
async function filledDatabase(): Promise<Buffer> {
  const path = freshDatabasePath();
  const store = openSqlite(path);
  for (const key of keys) {
    await store.commit([begun(key)]);
    for (const revision of [2, 3, 4]) await store.commit([moved(key, revision)]);
    await store.extendLeases([{ ...key, ...left }], nowMs + 60_000);
  }
  await store.putSchedules(schedules);
  await store.close();
  return readFileSync(path);
}

function begun(key: InstanceKey): WriteSet {
  return writeSet(1, {
    key,
    timersSet: [timerRecord(), timerRecord({ timerId: "reminder-2" })],
    effectsStarted: [
      effectRecord({ leaseUntilMs: nowMs + 30_000 }),
      effectRecord({ activityId: "ship" }),
      effectRecord({ ...left, leaseUntilMs: nowMs + 30_000 }),
    ],
    childrenStarted: [child],
    messagesSent: [messageFrom(key)],
    actionsAsked: [
      {
        type: "notify",
        params: `{"to":"c-7"}`,
        seen: null,
        idempotencyKey: "k-1",
        traceparent: null,
      },
    ],
  });
}

function moved(key: InstanceKey, revision: number): WriteSet {
  return {
    ...writeSet(revision, {
      key,
      answer: { eventId: `e-${revision}`, fingerprint: "f", answer: `{"revision":${revision}}` },
      parked: parkedRecord({ sequence: revision }),
      effectsAbandoned: revision === 2 ? [left] : [],
    }),
    instance: instanceRecord({
      ...key,
      revision,
      snapshot: JSON.stringify({
        value: "waiting",
        context: { id: key.instanceId, note: "n".repeat(300) },
      }),
      suspended: null,
      limited: { key: "eu", waits: false },
    }),
    journal: journalEntry({
      revision,
      operation: { operation: "redeliver", by: "ann", reason: "the bank is back" },
      sender: key,
    }),
  };
}

/** An activity that the chart leaves while its attempt runs. */
const left = { activityId: "reserve", generation: 1 };

const schedules = keys.map(({ saga }, index) =>
  scheduleRecord({ saga, scheduleId: `s-${index}`, lastInstanceId: `s-${index}-1` }),
);

const child: ChildRecord = {
  childId: "counter",
  generation: 1,
  kind: "reducer",
  src: "count",
  instanceId: null,
  systemId: null,
  root: null,
  reportsSnapshots: false,
  input: `{"from":1}`,
  state: `{"count":1}`,
};

function messageFrom(from: InstanceKey): MessageRecord {
  const event = `{"type":"PAID","cents":4200}`;
  return { from, to: from, kind: "event", about: null, event, traceparent: null };
}

/** What can be read: SQLite keeps bits that it never looks at. */
function rowsOf(bytes: Buffer): string {
  const client = inMemory(bytes);
  const rows = sealedTables.map((table) => client.prepare(`SELECT * FROM ${table}`).raw().all());
  client.close();
  return JSON.stringify(rows);
}

/** Whether a start, a verification, or whoever reads the rows is told of it. */
function isNoticed(bytes: Buffer): boolean {
  let client: Database.Database | null = null;
  try {
    client = inMemory(bytes);
    return verify(client).findings.length > 0;
  } catch (error) {
    if (error instanceof Database.SqliteError) return true;
    throw error;
  } finally {
    client?.close();
  }
}

/** All that a runtime would act on: instances that are whole, what is due, and what is to be delivered. */
async function handedOut(bytes: Buffer): Promise<readonly unknown[]> {
  const client = inMemory(bytes);
  try {
    // The next owner: what the one before has claimed is lost.
    const store = new SqliteStore({ client, epoch: 2, release: () => {} });
    const all: unknown[] = [];
    const reads = keys.flatMap((key) => readersOf(store, key));
    // Last, since it writes leases.
    reads.push(() => store.findAbandoned(20));
    reads.push(() => store.listSchedules("order", { afterId: null, limit: 20 }));
    for (const { saga, scheduleId } of schedules) {
      reads.push(async () => [await store.loadSchedule({ saga, scheduleId })].filter(isThere));
    }
    reads.push(() => store.claimEffects({ limit: 20, nowMs: 0, leaseUntilMs: 1 }));
    for (const read of reads) all.push(...(await read().catch(onlySqlite)));
    return all;
  } catch (error) {
    return onlySqlite(error);
  } finally {
    client.close();
  }
}

function readersOf(store: Store, key: InstanceKey): readonly (() => Promise<readonly unknown[]>)[] {
  return [
    async () => {
      const stored = await store.load(key);
      return stored === null || stored.damage !== null ? [] : [stored];
    },
    () => store.findTimers(20),
    () => store.readMessages(key, 20),
    () => store.readActions(key, 20),
    async () => [await store.findAnswer(key, "e-2")].filter(isThere),
  ];
}

function isThere<Thing>(thing: Thing | null): thing is Thing {
  return thing !== null;
}

/** The damage is found by SQLite, or by the store, which says so. */
function onlySqlite(error: unknown): readonly unknown[] {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^SQLITE_|^SAGA_STORE_|^SAGA_SCHEDULE_DAMAGED/.test(code)) return [];
  throw error;
}

function inMemory(bytes: Buffer): Database.Database {
  const copy = Buffer.from(bytes);
  // What lies in memory has no WAL: the versions of reading and writing in the header say so.
  copy[18] = 1;
  copy[19] = 1;
  return new Database(copy);
}

interface Cell {
  readonly table: string;
  readonly start: number;
  readonly end: number;
}

/** Where the rows of those tables lie: the leaf cells of their trees (SQLite's file format, 1.6). */
function cellsOf(bytes: Buffer): readonly Cell[] {
  const client = inMemory(bytes);
  const pageBytes = bytes.readUInt16BE(16);
  const pages = client
    .prepare<[], { name: string; pageno: number }>(
      "SELECT name, pageno FROM dbstat WHERE pagetype = 'leaf'",
    )
    .all();
  client.close();
  return pages
    .filter(({ name }) => sealedTables.includes(name))
    .flatMap(({ name, pageno }) => {
      const page = (pageno - 1) * pageBytes;
      const count = bytes.readUInt16BE(page + 3);
      return Array.from({ length: count }, (_, index): Cell => {
        const cell = page + bytes.readUInt16BE(page + 8 + 2 * index);
        const size = readVarint(bytes, cell);
        const start = readVarint(bytes, size.next).next;
        return { table: name, start, end: start + size.value };
      });
    });
}

function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  let [value, next] = [0, at];
  for (;;) {
    const byte = bytes[next++] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, next };
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
