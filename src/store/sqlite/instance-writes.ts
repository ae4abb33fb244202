/**
 * Writes the row of an instance inside an open transaction, by compare and swap: the update itself says from which
 * revision it goes on. The row is looked for only if its place is not known from the commit before.
 */
import type { Database } from "better-sqlite3";
import { and, eq, placeholder, sql } from "drizzle-orm";
import { isEndPhase } from "../../saga/phase.ts";
import type { InstanceRecord, WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { nameOf } from "./heads.ts";
import type { Head, Heads } from "./heads.ts";
import type { Places } from "./places.ts";
import { prepareLift } from "./quarantine.ts";
import { chainOfJournal, sealOfInstance } from "./row-seals.ts";
import { attributes, instances } from "./schema.ts";
import { chainStart } from "./seal.ts";
import { describeColumn, describeRead, describeWrite } from "./statements.ts";

/** What a transaction changes, kept in memory once it is committed. */
export interface Kept {
  readonly places: Places;
  readonly heads: Heads;
}

/** Creates or advances; null if the stored revision is not the one before, or it is in quarantine. */
export function prepareInstance(client: Database, { places, heads }: Kept) {
  const create = prepareCreate(client);
  const advance = prepareAdvance(client, { places, heads });

  return (writeSet: WriteSet): Head | null => {
    const record = writeSet.instance;
    const place = places.placeOf(record);
    const name = nameOf(record);
    const written = record.revision === 1 ? begin(writeSet, place) : advance(writeSet, place, name);
    if (written !== null) heads.move(name, isEndPhase(record.phase) ? null : written);
    return written;
  };

  function begin({ instance: record, journal: entry }: WriteSet, place: number): Head | null {
    const head = chainOfJournal(chainStart(record), entry);
    const key = create(record, { place, head, seal: sealOfInstance(record, head) });
    if (key === null) return null;
    places.move(null, place);
    return { key, place, head };
  }
}

/** What a row of an instance has beside its record. */
interface Placed {
  readonly place: number;
  readonly head: string;
  readonly seal: number;
}

const prepareInsertInstance = describeColumn<InstanceRecord, Placed>((db) => {
  const { key: _, quarantined: _quarantined, ...values } = boundColumns(instances);
  return db
    .insert(instances)
    .values(values)
    .onConflictDoNothing()
    .returning({ key: instances.key });
});

interface AttributeOfInstance {
  readonly instance: number;
  readonly name: string;
  readonly value: string;
  readonly createdAtMs: number;
}

const prepareInsertAttribute = describeWrite<AttributeOfInstance>((db) =>
  db.insert(attributes).values(boundColumns(attributes)),
);

function prepareCreate(
  client: Database,
): (record: InstanceRecord, beside: Placed) => number | null {
  const create = prepareInsertInstance(client);
  const addAttribute = prepareInsertAttribute(client);
  return (record, beside) => {
    const key = create.get(record, beside);
    if (typeof key !== "number") return null;
    const { createdAtMs } = record;
    for (const [name, value] of Object.entries(record.attributes)) {
      addAttribute.run({ instance: key, name, value, createdAtMs });
    }
    return key;
  };
}

/** The revision before, out of quarantine unless it is lifted out of it now. */
const isBefore = and(
  eq(instances.saga, placeholder("saga")),
  eq(instances.instanceId, placeholder("instanceId")),
  sql`${instances.revision} = ${placeholder("revision")} - 1`,
  sql`(${instances.quarantined} is null or ${placeholder("lifts")} = 1)`,
);

const prepareFindBefore = describeRead((db) =>
  db
    .select({ key: instances.key, place: instances.place, head: instances.head })
    .from(instances)
    .where(isBefore),
);

/** What an event may change, but for the place. */
function boundChanges() {
  // What never changes stays out of it, or each update would write its indexes as well.
  const {
    key: _key,
    saga: _saga,
    instanceId: _instanceId,
    createdAtMs: _createdAtMs,
    attributes: _attributes,
    parent: _parent,
    quarantined: _quarantined,
    place: _place,
    ...sealed
  } = boundColumns(instances);
  // It is null already, but for one that is lifted.
  return { ...sealed, quarantined: null };
}

interface Change extends Placed {
  readonly key: number;
  /** 1 or 0. */
  readonly lifts: number;
}

const isRow = and(eq(instances.key, placeholder("key")), isBefore);

const prepareStay = describeWrite<InstanceRecord, Change>((db) =>
  db.update(instances).set(boundChanges()).where(isRow),
);

const prepareMove = describeWrite<InstanceRecord, Change>((db) =>
  db
    .update(instances)
    .set({ ...boundChanges(), place: boundColumns(instances).place })
    .where(isRow),
);

function prepareAdvance(
  client: Database,
  { places, heads }: Kept,
): (writeSet: WriteSet, place: number, name: string) => Head | null {
  const find = prepareFindBefore(client);
  const lift = prepareLift(client);
  const stay = prepareStay(client);
  const move = prepareMove(client);

  return (writeSet, place, name) => {
    const known = heads.find(name);
    if (known !== undefined && writeSet.lifts !== true) {
      const moved = change(writeSet, known, place);
      if (moved !== null) return moved;
    }
    const record = writeSet.instance;
    const found = find.get(record, { lifts: writeSet.lifts === true ? 1 : 0 });
    if (found === undefined) return null;
    const { key } = found;
    const head = writeSet.lifts === true ? lift(key, record) : found.head;
    return change(writeSet, { key, place: found.place, head }, place);
  };

  /** Null if the file does not say the same of the instance. */
  function change(writeSet: WriteSet, before: Head, place: number): Head | null {
    const record = writeSet.instance;
    const { key } = before;
    const head = chainOfJournal(before.head, writeSet.journal);
    const seal = sealOfInstance(record, head);
    const lifts = writeSet.lifts === true ? 1 : 0;
    const update = before.place === place ? stay : move;
    if (update.run(record, { key, place, head, seal, lifts }) !== 1) return null;
    places.move(before.place, place);
    return { key, place, head };
  }
}
