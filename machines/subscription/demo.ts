/** What the demo's payments and access offer and refuse. */
import { z } from "zod";
import { refusal } from "../demo/books.ts";
import { callsAbout } from "../demo/offer.ts";
import type { Offer } from "../demo/offer.ts";

const AMOUNT_CENTS_MAX = 1_000_000;

const { makes, undoes } = callsAbout("subscriptionId");

const period = z.int().min(1);
const accessId = z.string().nullable();

export const subscriptionOffer: Offer = {
  idField: "subscriptionId",
  routes: [
    makes("charge", {
      path: "/payments/charges",
      body: z.object({ customerId: z.string(), period, amountCents: z.int().min(1) }),
      part: (body) => String(body.period),
      made: { field: "paymentId", prefix: "pay" },
      refusal: ({ amountCents }) =>
        amountCents > AMOUNT_CENTS_MAX ? refusal(402, "card declined") : null,
    }),
    makes("grantAccess", {
      path: "/access/grants",
      body: z.object({ customerId: z.string(), planId: z.string() }),
      made: { field: "accessId", prefix: "acs" },
      refusal: ({ planId }) =>
        planId === "withdrawn" ? refusal(409, "no such plan any more") : null,
    }),
    undoes("closeAccess", {
      path: "/access/closings",
      body: z.object({ accessId }),
      undoes: "grantAccess",
      thing: (body) => body.accessId,
    }),
    undoes("refund", {
      path: "/payments/refunds",
      body: z.object({ period, paymentId: z.string().nullable() }),
      part: (body) => String(body.period),
      undoes: "charge",
      thing: ({ paymentId }) => paymentId,
    }),
    undoes("revokeAccess", {
      path: "/access/revocations",
      body: z.object({ accessId }),
      undoes: "grantAccess",
      thing: (body) => body.accessId,
    }),
  ],
};
