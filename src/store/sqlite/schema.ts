/**
 * The tables of the SQLite store: the one place that names them and their columns.
 *
 * Each index serves a query of the store port; every further one would be paid for at each commit.
 * Long texts stand last in their tables, since SQLite walks overflow pages to reach what follows them.
 * Times are ms since the Unix epoch. A change here comes with `npm run db:generate -- --name <what>`.
 */
import { and, isNull, sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
} from "drizzle-orm/sqlite-core";
import { endPhases } from "../../saga/phase.ts";
import type { Phase } from "../../saga/phase.ts";
import { flag } from "./columns.ts";
import { DAMAGED, jsonOf, NO_OPERATION, NO_PARENT, NO_QUARANTINE, NOBODY } from "./damaged-json.ts";
import { leaseSealInSql } from "./lease-seal.ts";
import { seal } from "./seal.ts";
import type { ChildRecord, ParentLink, MessageRecord } from "../family.ts";
import type {
  EffectRecord,
  EventSource,
  InstanceKey,
  JournalEntry,
  Limited,
  ScheduleRecord,
  OperationRecord,
  Quarantine,
  Suspension,
} from "../store.ts";

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

/**
 * Where instances stand, and how many in each place. Charts are finite, so there are few of them however
 * many instances there are: a search picks places, and counting reads this table alone.
 */
export const places = sqliteTable(
  "places",
  {
    key: integer("key").primaryKey(),
    saga: text("saga").notNull(),
    version: integer("version").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    state: text("state").notNull(),
    /** A list of strings. */
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    /** Changed by each commit that changes a place; whoever deletes an instance takes it off here. */
    instances: integer("instances").notNull(),
  },
  (table) => [
    unique("places_name").on(table.saga, table.version, table.phase, table.state, table.tags),
  ],
);

/** Conditions as literals, not parameters: SQLite must prove them to use a partial index. */
export const isSuspended = sql.raw(`"suspended" is not null`);
export const isQuarantined = sql.raw(`"quarantined" is not null`);
export const isLimited = sql.raw(`"limited" is not null`);

/** Of an instance that nobody is above, and that has ended. */
export const hasEnded = sql.raw(
  `"parent" is null and (${endPhases.map((phase) => `"phase" = '${phase}'`).join(" or ")})`,
);
export const isChild = sql.raw(`"parent" is not null`);
/** The name of the instance above all. What is no JSON any more has none, instead of an error at each write. */
export const rootOf = sql.raw(`case when json_valid("parent") then "parent" ->> '$.root' end`);

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
    /** Key of its place: saga, version, phase, state and tags as one number to search by. */
    place: integer("place").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    state: text("state").notNull(),
    /** A list of strings. */
    tags: jsonOf<readonly string[]>("tags", [DAMAGED]).notNull(),
    fault: text("fault"),
    /** Null unless it is suspended. */
    suspended: jsonOf<Suspension | null>("suspended", { by: null, reason: DAMAGED, atMs: 0 }),
    /** Null unless its rows cannot be trusted, or its chart cannot read them. Written alone, so it is not sealed. */
    quarantined: jsonOf<Quarantine | null>("quarantined", NO_QUARANTINE),
    /** Null unless it counts under a limit of its saga. */
    limited: jsonOf<Limited | null>("limited", { key: DAMAGED, waits: false }),
    correlationId: text("correlation_id").notNull(),
    traceparent: text("traceparent"),
    /** Null unless its chart is that of a child machine. */
    parent: jsonOf<ParentLink | null>("parent", NO_PARENT),
    /** An object of strings. */
    attributes: jsonOf<Readonly<Record<string, string>>>("attributes", { [DAMAGED]: "" }).notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
    /** Hash of the last journal entry. */
    head: text("head").notNull(),
    seal: seal(),
    snapshot: text("snapshot").notNull(),
  },
  (table) => [
    unique("instances_name").on(table.saga, table.instanceId),
    // Each ends with the key by itself, which makes the order of starts total.
    index("instances_started").on(table.createdAtMs),
    index("instances_place").on(table.place, table.createdAtMs),
    index("instances_suspended").on(table.createdAtMs).where(isSuspended),
    index("instances_quarantined").on(table.createdAtMs).where(isQuarantined),
    index("instances_limited").on(table.key).where(isLimited),
    index("instances_ended").on(table.updatedAtMs).where(hasEnded),
    index("instances_root").on(rootOf).where(isChild),
  ],
);

/** Ended instances that are being deleted, in more than one transaction. */
export const leavings = sqliteTable("leavings", {
  instance: integer("instance")
    .primaryKey()
    .references(() => instances.key, { onDelete: "cascade" }),
});

/** Of instances that neither hold still nor are in quarantine. */
export const moves = and(isNull(instances.suspended), isNull(instances.quarantined));

/** The attributes of instances once more, for search. Written at the start, as they never change. */
export const attributes = sqliteTable(
  "attributes",
  {
    instance: referenceToInstance(),
    /** The instance's, so that one index gives the newest first. */
    createdAtMs: integer("created_at_ms").notNull(),
    name: text("name").notNull(),
    value: text("value").notNull(),
  },
  (table) => [
    // Begins with the instance, or deleting one would read the whole table.
    unique("attributes_name").on(table.instance, table.name),
    index("attributes_value").on(table.name, table.value, table.createdAtMs, table.instance),
  ],
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
    traceparent: text("traceparent"),
    stateBefore: text("state_before"),
    stateAfter: text("state_after").notNull(),
    phase: text("phase").$type<Phase>().notNull(),
    verdict: text("verdict").$type<JournalEntry["verdict"]>().notNull(),
    /** Null unless an operator did it. */
    operation: jsonOf<OperationRecord | null>("operation", NO_OPERATION),
    sender: jsonOf<InstanceKey | null>("sender", NOBODY),
    /** SHA-256 of this entry and of the hash before it; see `seal.ts`. */
    hash: text("hash").notNull(),
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
    /** An encoded address; null: the instance takes the event itself. */
    sendTo: text("send_to"),
    seal: seal(),
    event: text("event").notNull(),
  },
  (table) => [
    unique("timers_name").on(table.instance, table.timerId),
    index("timers_due").on(table.dueAtMs),
  ],
);

export const isLive = sql.raw(`"status" = 'live'`);
export const isAbandoned = sql.raw(`"status" = 'abandoned'`);
export const isLiveChild = sql.raw(`"kind" = 'live'`);
export const hasSystemId = sql.raw(`"system_id" is not null`);
export const isDue = sql.raw(`"next_due_at_ms" is not null`);

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
    traceparent: text("traceparent"),
    attempt: integer("attempt").notNull(),
    status: text("status").$type<EffectRecord["status"]>().notNull(),
    leaseUntilMs: integer("lease_until_ms"),
    /** Epoch of the opening that holds the lease; null exactly when there is no lease. */
    owner: integer("owner"),
    lostUntilMs: integer("lost_until_ms"),
    /** SQLite works it out in each write, since leases are prolonged in place; see `lease-seal.ts`. */
    leaseSeal: integer("lease_seal")
      .notNull()
      .generatedAlwaysAs(leaseSealInSql, { mode: "stored" }),
    seal: seal(),
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
    seal: seal(),
    answer: text("answer").notNull(),
  },
  (table) => [unique("answers_event").on(table.instance, table.eventId)],
);

/** Events that came early. */
export const parked = sqliteTable(
  "parked",
  {
    instance: referenceToInstance(),
    /** The revision that parked it. */
    sequence: integer("sequence").notNull(),
    atMs: integer("at_ms").notNull(),
    eventId: text("event_id"),
    traceparent: text("traceparent"),
    seal: seal(),
    event: text("event").notNull(),
  },
  (table) => [primaryKey({ columns: [table.instance, table.sequence] })],
);

/** Children that have not ended. */
export const children = sqliteTable(
  "children",
  {
    /** Ascends in the order in which children were started. */
    key: integer("key").primaryKey(),
    instance: referenceToInstance(),
    childId: text("child_id").notNull(),
    generation: integer("generation").notNull(),
    kind: text("kind").$type<ChildRecord["kind"]>().notNull(),
    src: text("src").notNull(),
    instanceId: text("instance_id"),
    systemId: text("system_id"),
    /** The instance above all; null if there is no system id to be found by. */
    root: jsonOf<InstanceKey | null>("root", NOBODY),
    reportsSnapshots: flag("reports_snapshots").notNull(),
    seal: seal(),
    input: text("input").notNull(),
    state: text("state"),
    /** CRC-32 of the state, which changes alone; null if there is none. */
    stateSeal: integer("state_seal"),
  },
  (table) => [
    unique("children_name").on(table.instance, table.childId, table.generation),
    index("children_live").on(table.key).where(isLiveChild),
    index("children_system").on(table.root, table.systemId).where(hasSystemId),
  ],
);

/** Messages between instances that nobody has taken yet. */
export const messages = sqliteTable(
  "messages",
  {
    /** Order of commits; a number is never used again, so a message that was taken is never found again. */
    position: integer("position").primaryKey({ autoIncrement: true }),
    toSaga: text("to_saga").notNull(),
    toInstanceId: text("to_instance_id").notNull(),
    fromSaga: text("from_saga").notNull(),
    fromInstanceId: text("from_instance_id").notNull(),
    kind: text("kind").$type<MessageRecord["kind"]>().notNull(),
    childId: text("child_id"),
    generation: integer("generation"),
    traceparent: text("traceparent"),
    seal: seal(),
    event: text("event").notNull(),
  },
  (table) => [index("messages_to").on(table.toSaga, table.toInstanceId)],
);

/** Actions of the authors' own that are to be performed. */
export const actions = sqliteTable(
  "actions",
  {
    /** Order of commits; a number is never used again. */
    position: integer("position").primaryKey({ autoIncrement: true }),
    instance: referenceToInstance(),
    type: text("type").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    traceparent: text("traceparent"),
    seal: seal(),
    params: text("params").notNull(),
    seen: text("seen"),
  },
  (table) => [index("actions_instance").on(table.instance)],
);

export const schedules = sqliteTable(
  "schedules",
  {
    key: integer("key").primaryKey(),
    saga: text("saga").notNull(),
    scheduleId: text("schedule_id").notNull(),
    revision: integer("revision").notNull(),
    isPaused: flag("is_paused").notNull(),
    nextDueAtMs: integer("next_due_at_ms"),
    lastDueAtMs: integer("last_due_at_ms"),
    lastOutcome: text("last_outcome").$type<ScheduleRecord["lastOutcome"]>(),
    lastInstanceId: text("last_instance_id"),
    lastError: text("last_error"),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
    seal: seal(),
    definition: text("definition").notNull(),
  },
  (table) => [
    unique("schedules_name").on(table.saga, table.scheduleId),
    index("schedules_due").on(table.nextDueAtMs).where(isDue),
  ],
);

function referenceToInstance() {
  return integer("instance")
    .notNull()
    .references(() => instances.key, { onDelete: "cascade" });
}
