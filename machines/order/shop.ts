/** The demo shop: inventory, payments, shipping and notifications, for the order saga to be tried and tested against. */
import { createDemo } from "../demo/demo.ts";
import type { Demo, DemoOptions } from "../demo/demo.ts";
import { shopOffer } from "./shop-books.ts";

export interface ShopOptions extends DemoOptions {
  /** A charge above this is declined with 402. */
  readonly amountCentsMax?: number | undefined;
}

const AMOUNT_CENTS_MAX_DEFAULT = 1_000_000;

export function createShop({ amountCentsMax, tombstones }: ShopOptions = {}): Demo {
  const offer = shopOffer(amountCentsMax ?? AMOUNT_CENTS_MAX_DEFAULT);
  return createDemo({ "": offer }, { tombstones });
}
