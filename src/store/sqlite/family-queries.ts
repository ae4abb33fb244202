/** What the store reads of children, messages and actions. */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder, sql } from "drizzle-orm";
import type { ChildRef, InstanceKey, StoredAction, StoredMessage } from "../family.ts";
import { isActionWhole, isMessageWhole, wholeOnes } from "./damage.ts";
import type { OnDamage } from "./damage.ts";
import { prepareDrop, prepareSend } from "./family-writes.ts";
import { actions, children, hasSystemId, instances, isLiveChild, messages } from "./schema.ts";
import { describeRead, describeWrite } from "./statements.ts";

interface Page {
  readonly afterPosition: number;
  readonly limit: number;
}

export type Family = ReturnType<typeof prepareFamily>;

export function prepareFamily(client: Database, onDamage: OnDamage) {
  const remove = prepareRemoveAction(client);
  const findLive = prepareFindLiveChildren(client);
  return {
    ...prepareMessages(client, onDamage),
    ...prepareActions(client, onDamage),
    findLiveChildren: (
      page: Page,
    ): readonly (InstanceKey & ChildRef & { readonly position: number })[] => findLive.all(page),
    findSystemId: prepareSystemIds(client),
    drop: prepareDrop(client),
    send: prepareSend(client),
    finishAction: (position: number): boolean => remove.run({ position }) === 1,
  };
}

const prepareRemoveAction = describeWrite<{ position: number }>((db) =>
  db.delete(actions).where(eq(actions.position, placeholder("position"))),
);

/** What is in order up to the first damaged one, of which is told; what comes after it has to wait. */
function untilFirst<Row, Read>(
  rows: readonly Row[],
  isWhole: (row: Row) => boolean,
  read: (rows: readonly Row[]) => readonly Read[],
): readonly Read[] {
  const end = rows.findIndex((row) => !isWhole(row));
  return read(end === -1 ? rows : rows.slice(0, end + 1));
}

type MessageRow = typeof messages.$inferSelect;

const prepareMessagesOfReceiver = describeRead((db) =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.toSaga, placeholder("saga")),
        eq(messages.toInstanceId, placeholder("instanceId")),
      ),
    )
    .orderBy(asc(messages.position))
    .limit(placeholder("limit")),
);

const prepareAllMessages = describeRead((db) =>
  db
    .select()
    .from(messages)
    .where(gt(messages.position, placeholder("afterPosition")))
    .orderBy(asc(messages.position))
    .limit(placeholder("limit")),
);

function prepareMessages(client: Database, onDamage: OnDamage) {
  const ofReceiver = prepareMessagesOfReceiver(client);
  const ofAll = prepareAllMessages(client);
  // Those after a damaged one must not go before it: its receiver comes into quarantine.
  const whole = (rows: readonly MessageRow[]): readonly StoredMessage[] =>
    wholeOnes(rows, isMessageWhole, (row) => {
      const key = { saga: row.toSaga, instanceId: row.toInstanceId };
      onDamage({ key, what: `message ${row.position} to it is not as it was written` });
    }).map(toMessage);
  return {
    readMessages: ({ saga, instanceId }: InstanceKey, limit: number): readonly StoredMessage[] =>
      untilFirst(ofReceiver.all({ saga, instanceId, limit }), isMessageWhole, whole),
    findMessages: (page: Page): readonly StoredMessage[] => whole(ofAll.all(page)),
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

const prepareActionsOfInstance = describeRead((db) =>
  db
    .select({ row: actions })
    .from(actions)
    .innerJoin(instances, eq(instances.key, actions.instance))
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
      ),
    )
    .orderBy(asc(actions.position))
    .limit(placeholder("limit")),
);

const prepareAllActions = describeRead((db) =>
  db
    .select({
      saga: instances.saga,
      instanceId: instances.instanceId,
      position: actions.position,
    })
    .from(actions)
    .innerJoin(instances, eq(instances.key, actions.instance))
    .where(gt(actions.position, placeholder("afterPosition")))
    .orderBy(asc(actions.position))
    .limit(placeholder("limit")),
);

function prepareActions(client: Database, onDamage: OnDamage) {
  const ofInstance = prepareActionsOfInstance(client);
  const ofAll = prepareAllActions(client);
  return {
    readActions: ({ saga, instanceId }: InstanceKey, limit: number): readonly StoredAction[] => {
      const rows = ofInstance.all({ saga, instanceId, limit }).map(({ row }) => row);
      const key = { saga, instanceId };
      const isWhole = (row: ActionRow): boolean => isActionWhole(key, row);
      const tell = ({ type }: ActionRow): void =>
        onDamage({ key, what: `action "${type}" is not as it was written` });
      return untilFirst(rows, isWhole, (read) => wholeOnes(read, isWhole, tell).map(toAction));
    },
    findActions: (page: Page): readonly (InstanceKey & { readonly position: number })[] =>
      ofAll.all(page),
  };
}

type ActionRow = typeof actions.$inferSelect;

function toAction({ instance: _instance, seal: _seal, ...action }: ActionRow): StoredAction {
  return action;
}

const prepareFindLiveChildren = describeRead((db) =>
  db
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
    .limit(placeholder("limit")),
);

const prepareFindSystemId = describeRead((db) =>
  db
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
        eq(children.root, sql`${sql.param(placeholder("root"), children.root)}`),
        eq(children.systemId, placeholder("systemId")),
      ),
    )
    .limit(1),
);

function prepareSystemIds(client: Database) {
  const find = prepareFindSystemId(client);
  return ({ saga, instanceId }: InstanceKey, systemId: string): InstanceKey | null => {
    const found = find.get({ root: { saga, instanceId }, systemId });
    if (found === undefined || found.instanceId === null) return null;
    return { saga: `${found.parentSaga}.${found.src}`, instanceId: found.instanceId };
  };
}
