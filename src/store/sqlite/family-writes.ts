/** What a write set changes between instances: children, messages, and actions to be performed. */
import { and, eq, placeholder, sql } from "drizzle-orm";
import type { ActionRecord, ChildMove, ChildRecord, ChildRef, MessageRecord } from "../family.ts";
import type { WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { actions, children, messages } from "./schema.ts";

interface OfInstance {
  readonly instance: number;
}

export function prepareFamilyWrites(db: SqliteDatabase) {
  const send = prepareSend(db);
  const take = prepareDrop(db);
  const { position: _, ...action } = boundColumns(actions);
  const ask = prepareWrite<ActionRecord & OfInstance>(
    db.$client,
    db.insert(actions).values(action),
  );
  const changeChildren = prepareChildren(db);

  return {
    /** False if the message is gone. */
    take({ messageTaken: position }: WriteSet): boolean {
      return position === null || take(position);
    },
    change(instance: number, writeSet: WriteSet): void {
      changeChildren(instance, writeSet);
      for (const message of writeSet.messagesSent) send(message);
      for (const record of writeSet.actionsAsked) ask.run({ ...record, instance });
    },
  };
}

export function prepareSend(db: SqliteDatabase): (message: MessageRecord) => void {
  const { position: _, ...message } = boundColumns(messages);
  const insert = prepareWrite<object>(db.$client, db.insert(messages).values(message));
  return ({ from, to, about, kind, event, traceparent }) => {
    insert.run({
      toSaga: to.saga,
      toInstanceId: to.instanceId,
      fromSaga: from.saga,
      fromInstanceId: from.instanceId,
      kind,
      childId: about?.childId ?? null,
      generation: about?.generation ?? null,
      traceparent,
      event,
    });
  };
}

/** Answers whether the message was there. */
export function prepareDrop(db: SqliteDatabase): (position: number) => boolean {
  const remove = prepareWrite<{ position: number }>(
    db.$client,
    db.delete(messages).where(eq(messages.position, placeholder("position"))),
  );
  return (position) => remove.run({ position }) === 1;
}

function prepareChildren(db: SqliteDatabase) {
  const { key: _, ...child } = boundColumns(children);
  const start = prepareWrite<ChildRecord & OfInstance>(
    db.$client,
    db.insert(children).values(child),
  );
  const isNamed = and(
    eq(children.instance, placeholder("instance")),
    eq(children.childId, placeholder("childId")),
    eq(children.generation, placeholder("generation")),
  );
  const end = prepareWrite<ChildRef & OfInstance>(db.$client, db.delete(children).where(isNamed));
  const move = prepareWrite<ChildMove & OfInstance>(
    db.$client,
    db
      .update(children)
      .set({ state: sql`${placeholder("state")}` })
      .where(isNamed),
  );
  return (instance: number, writeSet: WriteSet): void => {
    for (const record of writeSet.childrenStarted) start.run({ ...record, instance });
    for (const record of writeSet.childrenMoved) move.run({ ...record, instance });
    for (const ref of writeSet.childrenEnded) end.run({ ...ref, instance });
  };
}
