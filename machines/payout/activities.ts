/**
 * The work behind the payout saga's effects: calls to the ledger of our own funds, to the bank, and to the payee.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the service then finds by the payout what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { callsTo, Id } from "../calls/call.ts";
import type { payoutMachine } from "./chart.ts";

/** The saga's activities against the services at `payoutUrl()`, which is asked for at every call. */
export function payoutActivities(payoutUrl: () => string): Activities<typeof payoutMachine> {
  const { getFor, post, postFor } = callsTo(payoutUrl);
  const FoundOrNot = z.object({ transferId: Id.nullable() });
  return {
    reserveFunds: postFor("/funds/holds", z.object({ holdId: Id })),
    submitTransfer: postFor("/bank/transfers", z.object({ transferId: Id })),
    findTransfer: getFor("/bank/transfers", FoundOrNot),
    bookTransfer: post("/funds/bookings"),
    notifyPayee: post("/notifications"),
    withdrawTransfer: postFor("/bank/withdrawals", FoundOrNot),
    releaseFunds: post("/funds/releases"),
  };
}
