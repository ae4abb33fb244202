/**
 * Transactional activities: work whose whole effect is rows in the database of the store.
 *
 * It runs inside the commit that takes its result, so it happens exactly once: either its rows and the step are
 * there, or neither is. What it writes with is the store's business, and opaque here.
 */
import type { AnySaga } from "./define.ts";

/** What a transactional activity is called with, beside the transaction. */
export interface TransactionFacts<Input> {
  readonly input: Input;
  /** Name of the operation, the same on every attempt. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
}

/** Made by the store's own `transaction`, which knows the type of `tx`. */
export interface TransactionalActivity<Input, Output> {
  readonly inTransaction: (facts: TransactionFacts<Input>, tx: unknown) => Output;
}

/** The transactional activity of that name; undefined if the activity is none. */
export function transactionalOf(
  saga: AnySaga,
  src: string,
): TransactionalActivity<unknown, unknown> | undefined {
  const activity: unknown = saga.activities[src];
  return isTransactional(activity) ? activity : undefined;
}

export function isTransactional(
  activity: unknown,
): activity is TransactionalActivity<unknown, unknown> {
  const { inTransaction } = Object(activity) as { inTransaction?: unknown };
  return typeof inTransaction === "function";
}
