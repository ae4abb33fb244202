/**
 * The tables of the SQLite store: the one place that names them and their columns.
 *
 * Each index serves a query of the store port; every further one would be paid for at each commit.
 * Long texts stand last in their tables, since SQLite walks overflow pages to reach what follows them.
 * Times are ms since the Unix epoch. A change here comes with `npm run db:generate -- --name <what>`.
 */
import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import type { Phase } from "../../saga/phase.ts";
import type { EffectRecord, EventSource, JournalEntry } from "../store.ts";

/** One row that names this store and counts its openings. */
export const meta = sqliteTable(
  "meta",
  {
    /** Always 1. */
    id: integer("id").primaryKey(),
    /** Random, given once; a copy of the file keeps it. */
    storeId: text("store_id").notNull(),
    /** Counts openings from 1; the owner that is written on leases. */
    epoch: integer("epoch").notNull(),
  },
  (table) => [check("meta_single_row", sql`${table.id} = 1`)],
);

export const instances = sqliteTable(
  "instances",
  {
    /** What the other tables refer to: a rowid, so that an update touches one B-tree. */
    key: integer("key").primaryKey(),
    saga: text("saga").notNull(),
    instanceId: text("instance_id").notNull(),
    /** Version of the saga. */
    version: integer("version").notNull(),
    /** Compared and swapped by each commit. */
    revision: integer("revision").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    state: text("state").notNull(),
    /** A list of strings. */
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    fault: text("fault"),
    correlationId: text("correlation_id").notNull(),
    /** An object of strings. */
    attributes: text("attributes", { mode: "json" })
      .$type<Readonly<Record<string, string>>>()
      .notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
    snapshot: text("snapshot").notNull(),
  },
  (table) => [unique("instances_name").on(table.saga, table.instanceId)],
);

export const journal = sqliteTable(
  "journal",
  {
    /** Order of commits over all instances; a number is never used again, so a reader may remember it. */
    position: integer("position").primaryKey({ autoIncrement: true }),
    instance: referenceToInstance(),
    revision: integer("revision").notNull(),
    atMs: integer("at_ms").notNull(),
    source: text("source").$type<EventSource>().notNull(),
    eventType: text("event_type").notNull(),
    eventId: text("event_id"),
    stateBefore: text("state_before"),
    stateAfter: text("state_after").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    verdict: text("verdict").$type<JournalEntry["verdict"]>().notNull(),
    event: text("event").notNull(),
    effects: text("effects").notNull(),
  },
  (table) => [unique("journal_revision").on(table.instance, table.revision)],
);

export const timers = sqliteTable(
  "timers",
  {
    /** Ascends in the order in which the timers of an instance were set. */
    key: integer("key").primaryKey(),
    instance: referenceToInstance(),
    timerId: text("timer_id").notNull(),
    sendId: text("send_id"),
    dueAtMs: integer("due_at_ms").notNull(),
    event: text("event").notNull(),
  },
  (table) => [
    unique("timers_name").on(table.instance, table.timerId),
    index("timers_due").on(table.dueAtMs),
  ],
);

/** Conditions as literals, not parameters: SQLite must prove them to use a partial index. */
export const isLive = sql.raw(`"status" = 'live'`);
export const isAbandoned = sql.raw(`"status" = 'abandoned'`);

/**
 * When an abandoned effect can no longer take effect: the later of lease and loss; null, which sorts first,
 * if there is neither. Spelled with `case` because drizzle-kit splits an index's expressions at commas.
 */
export const lapsesAtMs = sql.raw(
  `case when "lease_until_ms" is null or "lost_until_ms" > "lease_until_ms" then "lost_until_ms" else "lease_until_ms" end`,
);

export const outbox = sqliteTable(
  "outbox",
  {
    /** Ascends in the order in which effects were started. */
    key: integer("key").primaryKey(),
    instance: referenceToInstance(),
    activityId: text("activity_id").notNull(),
    generation: integer("generation").notNull(),
    src: text("src").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    attempt: integer("attempt").notNull(),
    status: text("status").$type<EffectRecord["status"]>().notNull(),
    leaseUntilMs: integer("lease_until_ms"),
    /** Epoch of the opening that holds the lease; null exactly when there is no lease. */
    owner: integer("owner"),
    lostUntilMs: integer("lost_until_ms"),
    input: text("input").notNull(),
  },
  (table) => [
    unique("outbox_name").on(table.instance, table.activityId, table.generation),
    // Serves "never claimed, oldest first" and, as a range, "of an earlier owner, or ours and lapsed".
    index("outbox_claim").on(table.owner, table.leaseUntilMs).where(isLive),
    index("outbox_abandoned").on(lapsesAtMs).where(isAbandoned),
  ],
);

export const answers = sqliteTable(
  "answers",
  {
    instance: referenceToInstance(),
    eventId: text("event_id").notNull(),
    fingerprint: text("fingerprint").notNull(),
    answer: text("answer").notNull(),
  },
  (table) => [unique("answers_event").on(table.instance, table.eventId)],
);

function referenceToInstance() {
  return integer("instance")
    .notNull()
    .references(() => instances.key, { onDelete: "cascade" });
}
