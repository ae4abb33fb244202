/** What the demo's funds and bank offer and refuse. */
import { z } from "zod";
import { refusal } from "../demo/books.ts";
import { callsAbout } from "../demo/offer.ts";
import type { Offer } from "../demo/offer.ts";

/** What there is to pay out of. */
const FUNDS_CENTS_MAX = 1_000_000;

const { finds, makes, notes, undoes } = callsAbout("payoutId");

export const payoutOffer: Offer = {
  idField: "payoutId",
  routes: [
    makes("reserveFunds", {
      path: "/funds/holds",
      body: z.object({ amountCents: z.int().min(1) }),
      made: { field: "holdId", prefix: "hld" },
      refusal: ({ amountCents }) =>
        amountCents > FUNDS_CENTS_MAX ? refusal(402, "insufficient funds") : null,
    }),
    makes("submitTransfer", {
      path: "/bank/transfers",
      body: z.object({ payeeId: z.string(), iban: z.string(), amountCents: z.int().min(1) }),
      made: { field: "transferId", prefix: "trf" },
      refusal: ({ iban }) =>
        iban.startsWith("XX") ? refusal(422, "there is no country XX") : null,
    }),
    finds("findTransfer", {
      path: "/bank/transfers",
      body: z.object({}),
      finds: "submitTransfer",
      field: "transferId",
    }),
    undoes("withdrawTransfer", {
      path: "/bank/withdrawals",
      body: z.object({}),
      undoes: "submitTransfer",
      thing: () => null,
      keptAs: "transferId",
    }),
    notes("bookTransfer", {
      path: "/funds/bookings",
      body: z.object({ holdId: z.string().nullable(), transferId: z.string() }),
    }),
    notes("notifyPayee", { path: "/notifications", body: z.object({ payeeId: z.string() }) }),
    undoes("releaseFunds", {
      path: "/funds/releases",
      body: z.object({ holdId: z.string().nullable() }),
      undoes: "reserveFunds",
      thing: ({ holdId }) => holdId,
    }),
  ],
};
