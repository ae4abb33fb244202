/**
 * Clients of the order saga who never give up: each sends the same request, with the same key, until it is
 * answered, however often the server dies.
 */
import { setTimeout } from "node:timers/promises";

export interface Server {
  /** Where it is now; it moves at each start. `nowhere` while there is none. */
  url: string;
}

/** A request to it fails at once; one to the address of a dead server costs time that the next one needs to start. */
export const nowhere = "nowhere:";

export interface OrderState {
  readonly id: string;
  readonly phase: string;
  readonly revision: number;
  readonly output: { readonly notified: boolean } | null;
}

/**
 * Delays of an order. With a short timeout hangs and retries fall between kills; with a long one the chart
 * does not ask again, and only the outbox can bring back an attempt that died with its server.
 */
export const delays = {
  short: { attemptTimeoutMs: 150, backoffBaseMs: 20, backoffCapMs: 200 },
  long: { attemptTimeoutMs: 3_600_000, backoffBaseMs: 20, backoffCapMs: 200 },
} as const;

export async function startOrder(
  server: Server,
  id: string,
  patience: keyof typeof delays,
): Promise<void> {
  const input = {
    customerId: `customer of ${id}`,
    amountCents: 4_200,
    items: [{ sku: "tea", quantity: 2 }],
    address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
    delays: delays[patience],
  };
  const status = await insist(server, "/sagas/order/instances", { id, input });
  if (status !== 201 && status !== 200) throw new Error(`order ${id} was answered with ${status}`);
}

/** Gives whether the cancel was taken; shipped orders refuse it. */
export async function cancelOrder(server: Server, id: string): Promise<boolean> {
  const path = `/sagas/order/instances/${id}/events`;
  const status = await insist(server, path, { type: "saga.cancel" }, `cancel-${id}`);
  if (status !== 200 && status !== 409) {
    throw new Error(`the cancel of ${id} was answered with ${status}`);
  }
  return status === 200;
}

/** What a person does about an undo that ran out of attempts because the server died in each of them. */
export async function retryOrder(server: Server, id: string, key: string): Promise<void> {
  await insist(server, `/sagas/order/instances/${id}/events`, { type: "saga.retry" }, key);
}

export async function readOrder(server: Server, id: string): Promise<OrderState> {
  const response = await fetch(`${server.url}/sagas/order/instances/${id}`);
  return (await response.json()) as OrderState;
}

/** Sends a request until it is answered, and gives the status. */
export async function insist(
  server: Server,
  path: string,
  body: object,
  key?: string,
): Promise<number> {
  for (;;) {
    try {
      const response = await fetch(`${server.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key && { "idempotency-key": key }) },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      if (response.status < 500) return response.status;
    } catch {
      // The server is dead or dying; whether it took the request only a repetition tells.
    }
    await setTimeout(20);
  }
}
