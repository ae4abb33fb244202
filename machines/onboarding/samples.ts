/** What the world says to the onboarding saga, by example, and what its check is to know. */
import { always } from "../../src/check/check.ts";
import type { CheckOptions, Samples } from "../../src/check/check.ts";

export const samples: Samples = {
  input: { company: "Acme", email: "ada@acme.example", plan: "basic" },
  outputs: {
    openReview: { reviewId: "r-1" },
    createAccount: { accountId: "a-1" },
    grantAccess: { grantId: "g-1" },
  },
  events: { APPROVED: [{ by: "ada" }], DECLINED: [{ by: "ada" }] },
};

export const checkOptions: Partial<CheckOptions> = {
  rules: [always({ takes: "DECLINED" }, { in: "awaitingDecision" })],
};
