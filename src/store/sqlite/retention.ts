/**
 * Deletion of ended instances, in transactions of so many rows. An instance whose rows are too many for one is noted
 * in `leavings` with the first of them, so that whoever goes on with it later, after a crash too, knows of it.
 */
import type { Database } from "better-sqlite3";
import { and, asc, desc, eq, gt, inArray, lt, or, placeholder, sql } from "drizzle-orm";
import { endPhases } from "../../saga/phase.ts";
import type { InstanceKey } from "../family.ts";
import type { Deletion, EndedCursor } from "../retention.ts";
import { preparePlaces } from "./places.ts";
import type { Places } from "./places.ts";
import {
  actions,
  answers,
  hasEnded,
  instances,
  isChild,
  journal,
  leavings,
  outbox,
  rootOf,
} from "./schema.ts";
import { describeRead, describeWrite } from "./statements.ts";

/** Instances that one transaction looks at; most that are looked at go, each with a few rows. */
const LOOK_INSTANCES_MAX = 100;

interface Options {
  readonly beforeMs: number;
  readonly rowsMax: number;
  readonly after: EndedCursor | null;
}

/** What an instance counts for: its row, the first and the last entry of its journal, and what else goes with them. */
const INSTANCE_ROWS = 5;

/** A row of an instance, as far as its deletion needs it. */
interface Leaving extends InstanceKey {
  readonly key: number;
  readonly revision: number;
  readonly place: number;
}

/** What is left of the rows of one transaction. */
interface Budget {
  left: number;
}

export type Retention = ReturnType<typeof prepareRetention>;

/** To be called within a transaction. Nothing of an instance that has ended is in the memory of who writes. */
export function prepareRetention(client: Database) {
  const places = preparePlaces(client);
  const findEnded = prepareFindEnded(client);
  const findLeavings = prepareFindLeavings(client);
  const note = prepareNote(client);
  const mayLeave = prepareMayLeave(client);
  const deleteFamily = prepareDeleteFamily(client, places);

  return ({ beforeMs, rowsMax, after }: Options): Deletion => {
    places.begin();
    const budget: Budget = { left: rowsMax };
    const deleted: InstanceKey[] = [];
    const leave = (root: Leaving): void => {
      if (!deleteFamily(root, budget, deleted)) note.run({ instance: root.key });
    };
    for (const root of findLeavings.all()) if (budget.left > 0) leave(root);

    let next = after ?? FIRST;
    const found = findEnded.all({ beforeMs, ...next });
    for (const root of found) {
      const { key: position, updatedAtMs } = root;
      if (budget.left <= 0) break;
      if (mayLeave(root)) leave(root);
      next = { updatedAtMs, position };
    }
    places.write();
    const isOver = budget.left > 0 && found.length < LOOK_INSTANCES_MAX;
    return { deleted, rows: rowsMax - budget.left, next: isOver ? null : next };
  };
}

/** Before all instances. */
const FIRST: EndedCursor = { updatedAtMs: 0, position: -1 };

const leaving = {
  key: instances.key,
  revision: instances.revision,
  place: instances.place,
  saga: instances.saga,
  instanceId: instances.instanceId,
};

const prepareFindEnded = describeRead((db) =>
  db
    .select({ ...leaving, updatedAtMs: instances.updatedAtMs })
    .from(instances)
    .where(
      and(
        hasEnded,
        lt(instances.updatedAtMs, placeholder("beforeMs")),
        sql`(${instances.updatedAtMs}, ${instances.key}) > (${placeholder("updatedAtMs")}, ${placeholder("position")})`,
      ),
    )
    .orderBy(asc(instances.updatedAtMs), asc(instances.key))
    .limit(LOOK_INSTANCES_MAX),
);

const prepareFindLeavings = describeRead((db) =>
  db
    .select(leaving)
    .from(leavings)
    .innerJoin(instances, eq(instances.key, leavings.instance))
    .orderBy(asc(leavings.instance)),
);

const prepareNote = describeWrite<{ instance: number }>((db) =>
  db
    .insert(leavings)
    .values({ instance: sql`${placeholder("instance")}` })
    .onConflictDoNothing(),
);

/** The family of an instance without a parent: itself, and all whose root it is. */
const isOfFamily = or(
  eq(instances.key, placeholder("key")),
  and(isChild, sql`${rootOf} = ${placeholder("root")}`),
);

const prepareFindStaying = describeRead((db) =>
  db
    .select({ key: instances.key })
    .from(instances)
    .where(
      and(
        isOfFamily,
        sql`(${instances.phase} not in ${[...endPhases]}
          or ${instances.quarantined} is not null
          or exists (select 1 from ${outbox} where ${outbox.instance} = ${instances.key})
          or exists (select 1 from ${actions} where ${actions.instance} = ${instances.key}))`,
      ),
    )
    .limit(1),
);

function prepareMayLeave(client: Database): (root: Leaving) => boolean {
  const findStaying = prepareFindStaying(client);
  return (root) => findStaying.get({ key: root.key, root: nameOf(root) }) === undefined;
}

/** The youngest first, so that each goes before the one above it. */
const prepareFindFamily = describeRead((db) =>
  db
    .select(leaving)
    .from(instances)
    .where(isOfFamily)
    .orderBy(desc(instances.key))
    .limit(LOOK_INSTANCES_MAX),
);

/** Without the first entry a start could not be told from a repetition, without the last it would be taken as damaged. */
const prepareForget = describeWrite<Leaving, { limit: number }>((db) =>
  db.delete(journal).where(
    inArray(
      journal.position,
      db
        .select({ position: journal.position })
        .from(journal)
        .where(
          and(
            eq(journal.instance, placeholder("key")),
            gt(journal.revision, 1),
            lt(journal.revision, placeholder("revision")),
          ),
        )
        .limit(placeholder("limit")),
    ),
  ),
);

const prepareForgetAnswers = describeWrite<Leaving, { limit: number }>((db) =>
  db
    .delete(answers)
    .where(
      sql`rowid in (select rowid from ${answers} where ${answers.instance} = ${placeholder("key")} limit ${placeholder("limit")})`,
    ),
);

// What else belongs to it has limits of its own, and goes with the row.
const prepareDelete = describeWrite<Leaving>((db) =>
  db.delete(instances).where(eq(instances.key, placeholder("key"))),
);

/** Answers whether all of a family is gone; else the budget is spent. */
function prepareDeleteFamily(
  client: Database,
  places: Places,
): (root: Leaving, budget: Budget, deleted: InstanceKey[]) => boolean {
  const findFamily = prepareFindFamily(client);
  const deleteOne = prepareDeleteOne(client);
  return (root, budget, deleted) => {
    for (;;) {
      const family = findFamily.all({ key: root.key, root: nameOf(root) });
      for (const one of family) {
        if (!deleteOne(one, budget)) return false;
        places.move(one.place, null);
        deleted.push({ saga: one.saga, instanceId: one.instanceId });
        if (one.key === root.key) return true;
      }
    }
  };
}

function prepareDeleteOne(client: Database): (one: Leaving, budget: Budget) => boolean {
  const forget = [prepareForget(client), prepareForgetAnswers(client)];
  const remove = prepareDelete(client);
  return (one, budget) => {
    for (const some of forget) {
      if (budget.left <= 0) return false;
      budget.left -= some.run(one, { limit: budget.left });
    }
    if (budget.left <= 0) return false;
    remove.run(one);
    budget.left -= INSTANCE_ROWS;
    return true;
  };
}

/** As `rootOf` gives it. */
function nameOf({ saga, instanceId }: InstanceKey): string {
  return JSON.stringify({ saga, instanceId });
}
