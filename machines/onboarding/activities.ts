/**
 * The work behind the onboarding saga's effects: one call each to reviews, accounts, access or mail.
 *
 * Every call carries the idempotency key of its operation, so that a repeated attempt has its effect
 * once. Undoing takes a missing id: the service then finds by the onboarding what there is to undo.
 */
import { z } from "zod";
import type { Activities } from "../../src/index.ts";
import { callsTo, Id } from "../calls/call.ts";
import type { onboardingMachine } from "./chart.ts";

/** The saga's activities against the services at `onboardingUrl()`, which is asked for at every call. */
export function onboardingActivities(
  onboardingUrl: () => string,
): Activities<typeof onboardingMachine> {
  const { post, postFor } = callsTo(onboardingUrl);
  return {
    openReview: postFor("/reviews", z.object({ reviewId: Id })),
    sendReminder: post("/reminders"),
    createAccount: postFor("/accounts", z.object({ accountId: Id })),
    grantAccess: postFor("/access/grants", z.object({ grantId: Id })),
    sendWelcome: post("/welcomes"),
    revokeAccess: post("/access/revocations"),
    deleteAccount: post("/accounts/deletions"),
    withdrawReview: post("/reviews/withdrawals"),
  };
}
