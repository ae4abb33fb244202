/**
 * Who may perform an effect, and until when.
 *
 * A lease carries the epoch of the opening that wrote it. There is one owner at a time, so a lease of an
 * earlier epoch is held by nobody who could still extend it, and the effect is claimed again at once; when
 * that lost attempt can no longer take effect is kept beside the new lease.
 */
import { and, asc, eq, isNull, placeholder, sql } from "drizzle-orm";
import type { Database } from "better-sqlite3";
import type {
  AbandonedEffect,
  ClaimedEffect,
  EffectRecord,
  EffectRef,
  InstanceKey,
} from "../store.ts";
import { isEffectWhole, wholeOnes } from "./damage.ts";
import type { OnDamageOf } from "./damage.ts";
import { describeRead, describeWrite, type Describer } from "./statements.ts";
import { instances, isAbandoned, isLive, lapsesAtMs, moves, outbox } from "./schema.ts";

/** An effect that may be claimed, with its row. */
export interface Claimable extends InstanceKey {
  readonly key: number;
  readonly effect: EffectRecord;
}

export interface ClaimOptions {
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseUntilMs: number;
}

type NamedRow = InstanceKey & { readonly row: typeof outbox.$inferSelect };

export type Leases = ReturnType<typeof prepareLeases>;

export function toEffect(row: typeof outbox.$inferSelect): EffectRecord {
  const {
    key: _,
    instance: _instance,
    seal: _seal,
    leaseSeal: _leaseSeal,
    owner: _owner,
    ...effect
  } = row;
  return effect;
}

export function prepareLeases(
  client: Database,
  { epoch, onDamage }: { epoch: number; onDamage: OnDamageOf },
) {
  const findUnclaimed = prepareFindUnclaimed(client);
  const findUnheld = prepareFindUnheld(client);
  const findAbandoned = prepareFindAbandoned(client);
  const take = prepareTake(client);
  const extend = prepareExtend(client);
  const wholeRows = <Row extends NamedRow>(rows: readonly Row[]): readonly Row[] =>
    wholeOnes(
      rows,
      ({ row, ...owner }) => isEffectWhole(owner, row),
      ({ row }) => onDamage(row.instance, `activity "${row.activityId}" is not as it was written`),
    );

  return {
    findAbandoned: (limit: number): readonly AbandonedEffect[] =>
      wholeRows(findAbandoned.all({ limit })).map(({ row, saga, instanceId }) => ({
        saga,
        instanceId,
        activityId: row.activityId,
        generation: row.generation,
        leaseUntilMs: lapsesAt(row),
      })),

    extend(effect: InstanceKey & EffectRef, leaseUntilMs: number): void {
      extend.run(effect, { leaseUntilMs, epoch });
    },

    /** Writes nothing: an idle worker costs no commit. */
    findClaimable({ limit, nowMs }: ClaimOptions): readonly Claimable[] {
      const rows = [...findUnheld.all({ limit, nowMs, epoch }), ...findUnclaimed.all({ limit })];
      return wholeRows(rows)
        .map(({ row, ...name }) => ({ ...name, key: row.key, effect: toEffect(row) }))
        .toSorted((left, right) => left.key - right.key)
        .slice(0, limit);
    },

    claim({ key, effect, ...name }: Claimable, options: ClaimOptions): ClaimedEffect {
      const { leaseUntilMs } = options;
      const lostUntilMs = lostUntilMsOf(effect, options.nowMs);
      take.run({ key, leaseUntilMs, lostUntilMs, epoch });
      return { ...name, effect: { ...effect, leaseUntilMs, lostUntilMs } };
    },
  };
}

/** An attempt whose lease has not lapsed may still take effect, though its worker is lost. */
function lostUntilMsOf(effect: EffectRecord, nowMs: number): number | null {
  const { leaseUntilMs, lostUntilMs } = effect;
  if (leaseUntilMs === null || leaseUntilMs <= nowMs) return lostUntilMs;
  return Math.max(leaseUntilMs, lostUntilMs ?? leaseUntilMs);
}

function selectWithNames(db: Describer) {
  return db
    .select({ saga: instances.saga, instanceId: instances.instanceId, row: outbox })
    .from(outbox)
    .innerJoin(instances, eq(instances.key, outbox.instance));
}

// Two queries, since in each the index gives the order or the range: the cost is the limit, not the backlog.
const prepareFindUnclaimed = describeRead((db) =>
  selectWithNames(db)
    .where(and(isLive, isNull(outbox.owner), isNull(outbox.leaseUntilMs), moves))
    .orderBy(asc(outbox.key))
    .limit(placeholder("limit")),
);

const prepareFindUnheld = describeRead((db) => {
  // As a row value: of an earlier owner, or ours and lapsed. Epochs only grow.
  const isUnheld = sql`(${outbox.owner}, ${outbox.leaseUntilMs}) <= (${placeholder("epoch")}, ${placeholder("nowMs")})`;
  return (
    selectWithNames(db)
      .where(and(isLive, isUnheld, moves))
      // The plus keeps SQLite from walking the whole outbox in this order instead of the range.
      .orderBy(sql`+${outbox.key}`)
      .limit(placeholder("limit"))
  );
});

const prepareTake = describeWrite<{
  key: number;
  epoch: number;
  leaseUntilMs: number;
  lostUntilMs: number | null;
}>((db) =>
  db
    .update(outbox)
    .set({
      leaseUntilMs: sql`${placeholder("leaseUntilMs")}`,
      lostUntilMs: sql`${placeholder("lostUntilMs")}`,
      owner: sql`${placeholder("epoch")}`,
    })
    .where(eq(outbox.key, placeholder("key"))),
);

const prepareExtend = describeWrite<
  InstanceKey & EffectRef,
  { epoch: number; leaseUntilMs: number }
>((db) => {
  const instance = db
    .select({ key: instances.key })
    .from(instances)
    .where(
      and(
        eq(instances.saga, placeholder("saga")),
        eq(instances.instanceId, placeholder("instanceId")),
      ),
    );
  const isRunning = and(
    eq(outbox.instance, instance),
    eq(outbox.activityId, placeholder("activityId")),
    eq(outbox.generation, placeholder("generation")),
    isLive,
    // What this opening has not claimed is not running here.
    eq(outbox.owner, placeholder("epoch")),
  );
  return db
    .update(outbox)
    .set({ leaseUntilMs: sql`${placeholder("leaseUntilMs")}` })
    .where(isRunning);
});

/** What `lapsesAtMs` is in SQL. Nothing holds it and nothing was lost: it has lapsed already. */
function lapsesAt({ leaseUntilMs, lostUntilMs }: NamedRow["row"]): number {
  return Math.max(leaseUntilMs ?? 0, lostUntilMs ?? 0);
}

const prepareFindAbandoned = describeRead((db) =>
  selectWithNames(db)
    .where(isAbandoned)
    .orderBy(lapsesAtMs, asc(outbox.key))
    .limit(placeholder("limit")),
);
