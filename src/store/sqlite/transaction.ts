/** `transaction`: defines an activity that writes rows of the user's own in the file of the store. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { TransactionalActivity, TransactionFacts } from "../../saga/transactional.ts";

/** Drizzle on the connection of the store. It can be used until the function that it was given to returns. */
export type SqliteTransaction = BetterSQLite3Database;

export interface TransactionArguments<Input> extends TransactionFacts<Input> {
  readonly tx: SqliteTransaction;
}

/**
 * An activity whose function runs inside the commit that takes its result: exactly once, in effect. The function
 * is synchronous. If it throws, what it wrote is undone and the chart's `onError` is taken; if the chart has left
 * its state meanwhile, it does not run. Whatever it does beside writing to `tx` may happen more than once.
 * Inside `defineSaga` the type of `input` is known if that is told its machine: `defineSaga<typeof machine>({ … })`.
 *
 * @example
 * activities: {
 *   recordSale: transaction(({ tx, input }) => tx.insert(sales).values(input).returning().get()),
 * }
 */
export function transaction<Input, Output>(
  perform: (activity: TransactionArguments<Input>) => Output,
): TransactionalActivity<Input, Output> {
  return Object.freeze({
    inTransaction: (facts: TransactionFacts<Input>, tx: unknown) =>
      perform({ ...facts, tx: tx as SqliteTransaction }),
  });
}
