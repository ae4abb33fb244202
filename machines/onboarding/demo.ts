/** What the demo's reviews, accounts, access and mail offer and refuse. */
import { z } from "zod";
import { refusal } from "../demo/books.ts";
import { callsAbout } from "../demo/offer.ts";
import type { Offer } from "../demo/offer.ts";

const { makes, notes, undoes } = callsAbout("onboardingId");

const id = z.string().nullable();

export const onboardingOffer: Offer = {
  idField: "onboardingId",
  routes: [
    makes("openReview", {
      path: "/reviews",
      body: z.object({ company: z.string(), email: z.string(), plan: z.string() }),
      made: { field: "reviewId", prefix: "rev" },
      refusal: ({ email }) =>
        email.endsWith("@spam.example") ? refusal(422, "blocked sender") : null,
    }),
    notes("sendReminder", {
      path: "/reminders",
      body: z.object({ reviewId: id, reminder: z.int().min(1) }),
    }),
    makes("createAccount", {
      path: "/accounts",
      body: z.object({ company: z.string(), plan: z.string() }),
      made: { field: "accountId", prefix: "acc" },
      refusal: ({ plan }) => (plan === "withdrawn" ? refusal(409, "no such plan any more") : null),
    }),
    makes("grantAccess", {
      path: "/access/grants",
      body: z.object({ accountId: id, email: z.string() }),
      made: { field: "grantId", prefix: "grt" },
      refusal: ({ email }) =>
        email.endsWith("@rival.example") ? refusal(403, "not to our rivals") : null,
    }),
    notes("sendWelcome", { path: "/welcomes", body: z.object({ email: z.string() }) }),
    undoes("revokeAccess", {
      path: "/access/revocations",
      body: z.object({ grantId: id }),
      undoes: "grantAccess",
      thing: ({ grantId }) => grantId,
    }),
    undoes("deleteAccount", {
      path: "/accounts/deletions",
      body: z.object({ accountId: id }),
      undoes: "createAccount",
      thing: ({ accountId }) => accountId,
    }),
    undoes("withdrawReview", {
      path: "/reviews/withdrawals",
      body: z.object({ reviewId: id }),
      undoes: "openReview",
      thing: ({ reviewId }) => reviewId,
    }),
  ],
};
