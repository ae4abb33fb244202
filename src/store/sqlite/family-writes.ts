/** What a write set changes between instances: children, messages, and actions to be performed. */
import type { Database } from "better-sqlite3";
import { and, eq, placeholder, sql } from "drizzle-orm";
import type { ActionRecord, ChildMove, ChildRecord, ChildRef, MessageRecord } from "../family.ts";
import type { WriteSet } from "../store.ts";
import { boundColumns } from "./columns.ts";
import { sealOfAction, sealOfChild, sealOfMessage } from "./row-seals.ts";
import { actions, children, messages } from "./schema.ts";
import { sealOfState } from "./seal.ts";
import { describeSealed, describeWrite } from "./statements.ts";

interface OfInstance {
  readonly instance: number;
}

export function prepareFamilyWrites(client: Database) {
  const send = prepareSend(client);
  const take = prepareDrop(client);
  const ask = prepareAsk(client);
  const changeChildren = prepareChildren(client);

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

const prepareAsk = describeSealed<ActionRecord, OfInstance>(sealOfAction, (db) => {
  const { position: _, ...action } = boundColumns(actions);
  return db.insert(actions).values(action);
});

const prepareInsert = describeSealed<object>(sealOfMessage, (db) => {
  const { position: _, ...message } = boundColumns(messages);
  return db.insert(messages).values(message);
});

export function prepareSend(client: Database): (message: MessageRecord) => void {
  const insert = prepareInsert(client);
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

const prepareRemove = describeWrite<{ position: number }>((db) =>
  db.delete(messages).where(eq(messages.position, placeholder("position"))),
);

/** Answers whether the message was there. */
export function prepareDrop(client: Database): (position: number) => boolean {
  const remove = prepareRemove(client);
  return (position) => remove.run({ position }) === 1;
}

const prepareStart = describeSealed<ChildRecord, OfInstance & { stateSeal: number | null }>(
  sealOfChild,
  (db) => {
    const { key: _, ...child } = boundColumns(children);
    return db.insert(children).values(child);
  },
);

const isNamed = and(
  eq(children.instance, placeholder("instance")),
  eq(children.childId, placeholder("childId")),
  eq(children.generation, placeholder("generation")),
);

const prepareEnd = describeWrite<ChildRef & OfInstance>((db) => db.delete(children).where(isNamed));

const prepareMove = describeWrite<ChildMove & OfInstance & { stateSeal: number | null }>((db) =>
  db
    .update(children)
    .set({
      state: sql`${placeholder("state")}`,
      stateSeal: sql`${placeholder("stateSeal")}`,
    })
    .where(isNamed),
);

function prepareChildren(client: Database) {
  const start = prepareStart(client);
  const end = prepareEnd(client);
  const move = prepareMove(client);
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
