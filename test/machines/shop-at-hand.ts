/** A demo shop for one test, and what a test asks of it over HTTP. */
import { onTestFinished } from "vitest";
import { orderActivities } from "../../machines/order/activities.ts";
import { createShop } from "../../machines/order/shop.ts";
import type { ShopOptions } from "../../machines/order/shop.ts";
import type { Ledger, ShopCallName } from "../../machines/order/shop-books.ts";
import type { ActivityArguments, ActivityLog } from "../../src/index.ts";
import { orderInput } from "./scripted-order.ts";

const silent: ActivityLog = { debug() {}, info() {}, warn() {}, error() {} };

/** The arguments that a runtime would give to an activity. */
export function argumentsOf<Input>(
  input: Input,
  others: Partial<ActivityArguments<unknown>> = {},
): ActivityArguments<Input> {
  return {
    idempotencyKey: "order/o-1/key/1",
    attempt: 1,
    signal: new AbortController().signal,
    correlationId: "cor-1",
    traceparent: null,
    log: silent,
    ...others,
    input,
  };
}

export const charge = { orderId: "o-1", customerId: "c-1", amountCents: 4200 };
export const reserve = { orderId: "o-1", items: orderInput.items };
export const ship = { orderId: "o-1", items: orderInput.items, address: orderInput.address };

export interface ShopAtHand {
  readonly url: string;
  readonly activities: ReturnType<typeof orderActivities>;
  readonly ledger: (orderId?: string) => Promise<Ledger>;
  readonly turn: (call: ShopCallName, knob: object) => Promise<void>;
  /** Any request; the body is sent as JSON. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: object,
  ) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** A shop that listens, and closes when the test is over. */
export async function openShop(options: ShopOptions = {}): Promise<ShopAtHand> {
  const shop = createShop(options);
  const url = await shop.listen();
  onTestFinished(() => shop.close());

  const ask: ShopAtHand["ask"] = (method, path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    activities: orderActivities(shop.url),
    ask,
    async ledger(orderId) {
      const query = orderId === undefined ? "" : `?orderId=${encodeURIComponent(orderId)}`;
      return (await ask("GET", `/ledger${query}`)).json() as Promise<Ledger>;
    },
    async turn(call, knob) {
      const response = await ask("PUT", `/knobs/${call}`, knob);
      if (response.status !== 204) throw new Error(await response.text());
    },
    close: shop.close,
  };
}
