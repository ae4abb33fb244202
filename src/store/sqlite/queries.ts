/** What the store reads: an instance, its journal, its answers, and the timers of all instances. */
import type { Database } from "better-sqlite3";
import { and, asc, eq, gt, placeholder } from "drizzle-orm";
import { SagaError } from "../../errors.ts";
import type {
  DueTimer,
  InstanceKey,
  JournalEntry,
  LimitedInstance,
  ParkingInstance,
  RecordedAnswer,
} from "../store.ts";
import { isTimerWhole, wholeOnes } from "./damage.ts";
import type { OnDamageOf } from "./damage.ts";
import type { Heads } from "./heads.ts";
import { isNamed, prepareLoads } from "./load.ts";
import { prepareFindParked } from "./parked.ts";
import { sealOfAnswer } from "./row-seals.ts";
import { answers, instances, isLimited, journal, moves, timers } from "./schema.ts";
import { describeRead } from "./statements.ts";

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(
  client: Database,
  { onDamage, heads }: { onDamage: OnDamageOf; heads: Heads },
) {
  const read = prepareReadJournal(client);
  const parking = prepareFindParked(client);
  const limited = prepareFindLimited(client);
  return {
    load: prepareLoads(client, heads),
    findAnswer: prepareAnswer(client),
    readJournal: (
      { saga, instanceId }: InstanceKey,
      { afterRevision, limit }: { afterRevision: number; limit: number },
    ): readonly JournalEntry[] => read.all({ saga, instanceId, afterRevision, limit }),
    findTimers: prepareTimers(client, onDamage),
    findParked: (page: Page): readonly ParkingInstance[] => parking.all(page),
    findLimited: (page: Page): readonly LimitedInstance[] =>
      limited.all(page) as readonly LimitedInstance[],
  };
}

interface Page {
  readonly afterPosition: number;
  readonly limit: number;
}

const prepareFindAnswer = describeRead((db) =>
  db
    .select({ row: answers })
    .from(answers)
    .innerJoin(instances, eq(instances.key, answers.instance))
    .where(and(isNamed, eq(answers.eventId, placeholder("eventId")))),
);

function prepareAnswer(client: Database) {
  const find = prepareFindAnswer(client);
  return ({ saga, instanceId }: InstanceKey, eventId: string): RecordedAnswer | null => {
    const found = find.get({ saga, instanceId, eventId });
    if (found === undefined) return null;
    const { fingerprint, answer } = found.row;
    if (found.row.seal === sealOfAnswer({ saga, instanceId }, found.row)) {
      return { eventId, fingerprint, answer };
    }
    throw new SagaError(
      "SAGA_STORE_DAMAGED",
      `the answer to event "${eventId}" of "${saga}/${instanceId}" is not as it was written; restore a backup`,
    );
  };
}

/** An entry as the port has it. */
export const journalColumns = {
  revision: journal.revision,
  atMs: journal.atMs,
  source: journal.source,
  eventType: journal.eventType,
  event: journal.event,
  eventId: journal.eventId,
  traceparent: journal.traceparent,
  stateBefore: journal.stateBefore,
  stateAfter: journal.stateAfter,
  phase: journal.phase,
  effects: journal.effects,
  verdict: journal.verdict,
  operation: journal.operation,
  sender: journal.sender,
};

const prepareReadJournal = describeRead((db) =>
  db
    .select(journalColumns)
    .from(journal)
    .innerJoin(instances, eq(instances.key, journal.instance))
    .where(and(isNamed, gt(journal.revision, placeholder("afterRevision"))))
    .orderBy(asc(journal.revision))
    .limit(placeholder("limit")),
);

const prepareFindTimers = describeRead((db) =>
  db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: timers })
    .from(timers)
    .innerJoin(instances, eq(instances.key, timers.instance))
    .where(moves)
    .orderBy(asc(timers.dueAtMs), asc(timers.key))
    .limit(placeholder("limit")),
);

function prepareTimers(client: Database, onDamage: OnDamageOf) {
  const find = prepareFindTimers(client);
  return (limit: number): readonly DueTimer[] => {
    const whole = wholeOnes(
      find.all({ limit }),
      ({ row, ...owner }) => isTimerWhole(owner, row),
      ({ row }) => onDamage(row.instance, `timer "${row.timerId}" is not as it was written`),
    );
    return whole.map(({ row: { timerId, dueAtMs }, ...key }) => ({ ...key, timerId, dueAtMs }));
  };
}

const prepareFindLimited = describeRead((db) =>
  db
    .select({
      position: instances.key,
      saga: instances.saga,
      instanceId: instances.instanceId,
      version: instances.version,
      limited: instances.limited,
    })
    .from(instances)
    .where(and(isLimited, gt(instances.key, placeholder("afterPosition"))))
    .orderBy(asc(instances.key))
    .limit(placeholder("limit")),
);
