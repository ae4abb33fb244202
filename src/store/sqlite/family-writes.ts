/** What a write set changes between instances: children, messages, and actions to be performed. */
import { and, eq, placeholder, sql } from "drizzle-orm";
import type { ActionRecord, ChildMove, ChildRecord, ChildRef, MessageRecord } from "../family.ts";
import type { WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { prepareSealed, prepareWrite, type SqliteDatabase } from "./prepared-write.ts";
import { sealOfAction, sealOfChild, sealOfMessage } from "./row-seals.ts";
import { actions, children, messages } from "./schema.ts";
import { sealOfState } from "./seal.ts";

interface OfInstance {
  readonly instance: number;
}

export function prepareFamilyWrites(db: SqliteDatabase) {
  const send = prepareSend(db);
  const take = prepareDrop(db);
  const { position: _, ...action } = boundColumns(actions);
  const ask = prepareSealed<ActionRecord, OfInstance>(
    db.$client,
    db.insert(actions).values(action),
    sealOfAction,
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
      for (const record of writeSet.actionsAsked) {
        ask.run(writeSet.instance, record, { instance });
      }
    },
  };
}

export function prepareSend(db: SqliteDatabase): (message: MessageRecord) => void {
  const { position: _, ...message } = boundColumns(messages);
  const insert = prepareSealed<object>(
    db.$client,
    db.insert(messages).values(message),
    sealOfMessage,
  );
  return ({ from, to, about, kind, event, traceparent }) => {
    const row = {
      toSaga: to.saga,
      toInstanceId: to.instanceId,
      fromSaga: from.saga,
      fromInstanceId: from.instanceId,
      kind,
      childId: about?.childId ?? null,
      generation: about?.generation ?? null,
      traceparent,
      event,
    };
    insert.run(null, row, {});
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
  const start = prepareSealed<ChildRecord, OfInstance & { stateSeal: number | null }>(
    db.$client,
    db.insert(children).values(child),
    sealOfChild,
  );
  const isNamed = and(
    eq(children.instance, placeholder("instance")),
    eq(children.childId, placeholder("childId")),
    eq(children.generation, placeholder("generation")),
  );
  const end = prepareWrite<ChildRef & OfInstance>(db.$client, db.delete(children).where(isNamed));
  const move = prepareWrite<ChildMove & OfInstance & { stateSeal: number | null }>(
    db.$client,
    db
      .update(children)
      .set({
        state: sql`${placeholder("state")}`,
        stateSeal: sql`${placeholder("stateSeal")}`,
      })
      .where(isNamed),
  );
  return (instance: number, writeSet: WriteSet): void => {
    for (const record of writeSet.childrenStarted) {
      start.run(writeSet.instance, record, { instance, stateSeal: sealOfState(record.state) });
    }
    for (const record of writeSet.childrenMoved) {
      move.run({ ...record, instance, stateSeal: sealOfState(record.state) });
    }
    for (const ref of writeSet.childrenEnded) end.run({ ...ref, instance });
  };
}
