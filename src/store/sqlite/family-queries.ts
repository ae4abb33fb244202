/** What the store reads of children, messages and actions. */
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { ChildRecord, ChildRef, InstanceKey, StoredAction, StoredMessage } from "../family.ts";
import { prepareDrop, prepareSend } from "./family-writes.ts";
import { prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { actions, children, hasSystemId, instances, isLiveChild, messages } from "./schema.ts";

interface Page {
  readonly afterPosition: number;
  readonly limit: number;
}

export type Family = ReturnType<typeof prepareFamily>;

export function prepareFamily(db: SqliteDatabase) {
  const remove = prepareWrite<{ position: number }>(
    db.$client,
    db.delete(actions).where(eq(actions.position, placeholder("position"))),
  );
  return {
    ...prepareMessages(db),
    ...prepareActions(db),
    findLiveChildren: prepareFindLiveChildren(db),
    findSystemId: prepareFindSystemId(db),
    drop: prepareDrop(db),
    send: prepareSend(db),
    finishAction: (position: number): boolean => remove.run({ position }) === 1,
  };
}

type MessageRow = typeof messages.$inferSelect;

function prepareMessages(db: BetterSQLite3Database) {
  const ofReceiver = db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.toSaga, placeholder("saga")),
        eq(messages.toInstanceId, placeholder("instanceId")),
      ),
    )
    .orderBy(asc(messages.position))
    .limit(placeholder("limit"))
    .prepare();
  const ofAll = db
    .select()
    .from(messages)
    .where(gt(messages.position, placeholder("afterPosition")))
    .orderBy(asc(messages.position))
    .limit(placeholder("limit"))
    .prepare();
  return {
    readMessages: ({ saga, instanceId }: InstanceKey, limit: number): readonly StoredMessage[] =>
      ofReceiver.all({ saga, instanceId, limit }).map(toMessage),
    findMessages: (page: Page): readonly StoredMessage[] => ofAll.all({ ...page }).map(toMessage),
  };
}

function toMessage(row: MessageRow): StoredMessage {
  const { position, kind, childId, generation, traceparent, event } = row;
  return {
    position,
    from: { saga: row.fromSaga, instanceId: row.fromInstanceId },
    to: { saga: row.toSaga, instanceId: row.toInstanceId },
    kind,
    about: childId === null || generation === null ? null : { childId, generation },
    event,
    traceparent,
  };
}

function prepareActions(db: BetterSQLite3Database) {
  const { instance: _, ...columns } = {
    position: actions.position,
    instance: actions.instance,
    type: actions.type,
    params: actions.params,
    seen: actions.seen,
    idempotencyKey: actions.idempotencyKey,
    traceparent: actions.traceparent,
  };
  const ofInstance = db
    .select(columns)
    .from(actions)
    .innerJoin(instances, eq(instances.key, actions.instance))
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
      ),
    )
    .orderBy(asc(actions.position))
    .limit(placeholder("limit"))
    .prepare();
  const ofAll = db
    .select({
      saga: instances.saga,
      instanceId: instances.instanceId,
      position: actions.position,
    })
    .from(actions)
    .innerJoin(instances, eq(instances.key, actions.instance))
    .where(gt(actions.position, placeholder("afterPosition")))
    .orderBy(asc(actions.position))
    .limit(placeholder("limit"))
    .prepare();
  return {
    readActions: ({ saga, instanceId }: InstanceKey, limit: number): readonly StoredAction[] =>
      ofInstance.all({ saga, instanceId, limit }),
    findActions: (page: Page): readonly (InstanceKey & { readonly position: number })[] =>
      ofAll.all({ ...page }),
  };
}

/** The children of the instance with that `key`, in the order in which they were started. */
export function prepareFindChildrenOf(db: BetterSQLite3Database) {
  const find = db
    .select({
      childId: children.childId,
      generation: children.generation,
      kind: children.kind,
      src: children.src,
      instanceId: children.instanceId,
      systemId: children.systemId,
      root: children.root,
      reportsSnapshots: children.reportsSnapshots,
      input: children.input,
      state: children.state,
    })
    .from(children)
    .where(eq(children.instance, placeholder("key")))
    .orderBy(asc(children.key))
    .prepare();
  return (key: number): readonly ChildRecord[] => find.all({ key });
}

function prepareFindLiveChildren(db: BetterSQLite3Database) {
  const find = db
    .select({
      saga: instances.saga,
      instanceId: instances.instanceId,
      childId: children.childId,
      generation: children.generation,
      position: children.key,
    })
    .from(children)
    .innerJoin(instances, eq(instances.key, children.instance))
    .where(and(isLiveChild, gt(children.key, placeholder("afterPosition"))))
    .orderBy(asc(children.key))
    .limit(placeholder("limit"))
    .prepare();
  return (page: Page): readonly (InstanceKey & ChildRef & { readonly position: number })[] =>
    find.all({ ...page });
}

function prepareFindSystemId(db: BetterSQLite3Database) {
  const find = db
    .select({
      parentSaga: instances.saga,
      src: children.src,
      instanceId: children.instanceId,
    })
    .from(children)
    .innerJoin(instances, eq(instances.key, children.instance))
    .where(
      and(
        hasSystemId,
        eq(children.root, placeholder("root")),
        eq(children.systemId, placeholder("systemId")),
      ),
    )
    .limit(1)
    .prepare();
  return (root: InstanceKey, systemId: string): InstanceKey | null => {
    // As the column writes it: a placeholder of Drizzle's does not.
    const text = JSON.stringify({ saga: root.saga, instanceId: root.instanceId });
    const found = find.get({ root: text, systemId });
    if (found === undefined || found.instanceId === null) return null;
    return { saga: `${found.parentSaga}.${found.src}`, instanceId: found.instanceId };
  };
}
