/**
 * How a transactional activity is performed: its function, the decision about its result, and the rows of the
 * step are one transaction of the store. If the result cannot be taken, what the function wrote is undone.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import { decode, normalize } from "../../saga/codec.ts";
import type { AnySaga } from "../../saga/define.ts";
import { familyOf } from "../../saga/family.ts";
import type { Outcome } from "../../saga/step.ts";
import { transactionalOf } from "../../saga/transactional.ts";
import type { TransactionalActivity } from "../../saga/transactional.ts";
import type { EffectRef, Store, WriteSet } from "../../store/store.ts";
import { factsOf, isLive } from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import type { Committer } from "../committer.ts";
import type { InnerDelivery } from "../decisions/decide.ts";
import { Missing, untilKnown } from "../facts.ts";
import type { Instance } from "../instance.ts";
import { checkNotSuspended } from "../decisions/operate.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Prepared } from "../decisions/write-set.ts";

/** A transactional activity that is due. */
export interface Transaction {
  readonly kind: "transaction";
  readonly effect: EffectRef;
  /** Calls the function; throws what it throws. */
  readonly perform: (tx: unknown) => unknown;
}

/** The transaction that an attempt is; null if its activity is no transactional one. */
export function toTransaction(
  attempt: Attempt,
  { clock, telemetry }: { clock: Clock; telemetry: Telemetry },
): Transaction | null {
  const activity = transactionalOf(attempt.chart.saga, attempt.effect.src);
  if (activity === undefined) return null;
  const perform = (tx: unknown): unknown => {
    const begunAt = clock.monotonic();
    const tell = (outcome: "done" | "error", error: unknown): void => {
      const durationMs = clock.monotonic() - begunAt;
      telemetry({ kind: "attempt", ...factsOf(attempt), outcome, durationMs, error });
    };
    try {
      const output = call(attempt, activity, tx);
      tell("done", null);
      return output;
    } catch (error) {
      tell("error", error);
      throw error;
    }
  };
  const { activityId, generation } = attempt.effect;
  return { kind: "transaction", effect: { activityId, generation }, perform };
}

/**
 * Performs it if its chart still waits for it. What becomes of its result is committed then, unless it threw, or
 * its result cannot be taken: that is still to be committed. Null: it is of no use any more.
 *
 * @throws {SagaError} SAGA_INSTANCE_SUSPENDED, and what `Store.commit` throws: then nothing was written.
 */
export async function transact(
  before: Instance,
  { effect, perform }: Transaction,
  { prepare, committer }: Preparing,
): Promise<Prepared | null> {
  const toDelivery = (outcome: Outcome) => ({ kind: "outcome", effect, outcome }) as const;
  const left = toDelivery({ kind: "error", error: "the chart has left the activity" });
  checkNotSuspended(before, left);
  if (!isLive(before, effect)) return untilKnown(() => prepare(left));

  for (let tries = 1; ; tries += 1) {
    try {
      return await performOnce(perform, (outcome) => prepare(toDelivery(outcome)), committer);
    } catch (error) {
      if (!(error instanceof Missing) || tries >= TRIES_MAX) throw error;
      await error.lookUp();
    }
  }
}

/** @throws {Missing} if a fact is not known: then nothing was written. */
async function performOnce(
  perform: Transaction["perform"],
  prepare: (outcome: Outcome) => Prepared | null,
  committer: Preparing["committer"],
): Promise<Prepared | null> {
  const seen: { threw?: unknown; prepared?: Prepared } = {};
  const work = (tx: unknown): WriteSet => {
    let output: unknown;
    try {
      output = perform(tx);
    } catch (error) {
      seen.threw = error;
      throw error;
    }
    // It was awaited, and nothing else moves the instance meanwhile.
    const prepared = prepare({ kind: "done", output }) as Prepared;
    seen.prepared = prepared;
    if (prepared.decision.verdict === "failed") throw new Untaken();
    return prepared.writeSet;
  };

  try {
    const outcome = await committer.commitWith(work);
    return { ...(seen.prepared as Prepared), written: () => Promise.resolve(outcome) };
  } catch (error) {
    if (isMisuse(error) || ("threw" in seen && seen.threw === error)) {
      return untilKnown(() => prepare({ kind: "error", error }));
    }
    if (seen.prepared === undefined) throw error;
    if (error instanceof Untaken) return seen.prepared;
    return { ...seen.prepared, written: () => Promise.reject(error) };
  }
}

/** The ids that a result asks about may be new ones each time it is made. */
const TRIES_MAX = 100;

interface Preparing {
  /** What a delivery makes of the instance; null: it is of no use any more. Throws `Missing`. */
  readonly prepare: (delivery: InnerDelivery) => Prepared | null;
  readonly committer: Pick<Committer, "commitWith">;
}

/** The chart cannot take the result: what the function wrote is not to be kept. */
class Untaken extends Error {}

/** @throws {SagaError} SAGA_DEFINITION_INVALID if a saga has transactional activities and the store cannot perform them. */
export function checkTransactional(sagas: readonly AnySaga[], store: Store): void {
  if (store.commitWith !== undefined) return;
  for (const saga of sagas.flatMap((one) => familyOf(one))) {
    const src = Object.keys(saga.activities).find((name) => transactionalOf(saga, name));
    if (src === undefined) continue;
    throw new SagaError(
      "SAGA_DEFINITION_INVALID",
      `activity "${src}" of saga "${saga.name}" is transactional, which this store cannot perform; use openSqlite, or an activity with an idempotency key`,
    );
  }
}

function call(
  { chart, effect, correlationId, keyError }: Attempt,
  activity: TransactionalActivity<unknown, unknown>,
  tx: unknown,
): unknown {
  if (keyError !== undefined) throw keyError;
  const { idempotencyKey, src } = effect;
  const facts = { input: decode(effect.input), idempotencyKey, correlationId };
  const output = activity.inTransaction(facts, tx);
  if (isThenable(output)) {
    // What it still does is refused by the transaction, and nobody waits for it.
    if (output instanceof Promise) output.catch(() => undefined);
    throw new SagaError(
      "SAGA_TRANSACTION_INVALID",
      `transactional activity "${src}" of saga "${chart.saga.name}" returned a promise, or a query that was not run; write it without async, and end its queries with run(), get() or all()`,
    );
  }
  return normalize(output);
}

function isMisuse(error: unknown): boolean {
  return error instanceof SagaError && error.code === "SAGA_TRANSACTION_INVALID";
}

function isThenable(value: unknown): boolean {
  return value !== null && typeof value === "object" && "then" in value;
}
