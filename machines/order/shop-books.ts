/** What the demo shop offers and refuses, and what its ledger tells. */
import { z } from "zod";
import { refusal } from "../demo/books.ts";
import type * as books from "../demo/books.ts";
import { callsAbout } from "../demo/offer.ts";
import type { Offer } from "../demo/offer.ts";

export const shopCalls = [
  "reserve",
  "charge",
  "ship",
  "notify",
  "release",
  "refund",
  "cancelShipment",
] as const;

export type ShopCallName = (typeof shopCalls)[number];
export type Effect = books.Effect<"orderId", ShopCallName>;
export type Ledger = books.Ledger<"orderId", ShopCallName>;

const items = z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })).min(1);

/** The shop's calls, where a charge above `amountCentsMax` is declined. */
export function shopOffer(amountCentsMax: number): Offer {
  const { makes, notes, undoes } = callsAbout("orderId");
  return {
    idField: "orderId",
    routes: [
      makes("reserve", {
        path: "/inventory/reservations",
        body: z.object({ items }),
        made: { field: "reservationId", prefix: "res" },
        refusal: (body) =>
          body.items.some(({ sku }) => sku === "sold-out")
            ? refusal(409, 'sku "sold-out" is sold out')
            : null,
      }),
      makes("charge", {
        path: "/payments/charges",
        body: z.object({ customerId: z.string(), amountCents: z.int().min(1) }),
        made: { field: "paymentId", prefix: "pay" },
        refusal: ({ amountCents }) =>
          amountCents > amountCentsMax ? refusal(402, "card declined") : null,
      }),
      makes("ship", {
        path: "/shipping/shipments",
        body: z.object({ items, address: z.object({ country: z.string() }) }),
        made: { field: "shipmentId", prefix: "shp" },
        refusal: ({ address }) =>
          address.country === "Atlantis"
            ? refusal(422, "no carrier goes to Atlantis any more")
            : null,
      }),
      notes("notify", { path: "/notifications", body: z.object({ template: z.string() }) }),
      undoes("release", {
        path: "/inventory/releases",
        body: z.object({ reservationId: z.string().nullable() }),
        undoes: "reserve",
        thing: ({ reservationId }) => reservationId,
      }),
      undoes("refund", {
        path: "/payments/refunds",
        body: z.object({ paymentId: z.string().nullable() }),
        undoes: "charge",
        thing: ({ paymentId }) => paymentId,
      }),
      undoes("cancelShipment", {
        path: "/shipping/cancellations",
        body: z.object({ shipmentId: z.string().nullable() }),
        undoes: "ship",
        thing: ({ shipmentId }) => shipmentId,
      }),
    ],
  };
}
