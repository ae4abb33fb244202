/**
 * Sagas at work for the disk tests: a few dozen transitions of all kinds on the real runtime, in a time moved by
 * hand, and a record of all that the world was told meanwhile.
 */
import { createRuntime, defineSaga } from "../../src/index.ts";
import type { AnySaga, Runtime } from "../../src/index.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { SagaError } from "../../src/errors.ts";
import type { InstanceKey } from "../../src/store/store.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import type { OpenedForWork } from "./opened-for-work.ts";
import { BACKOFF_MS, definePurchase, TIMEOUT_MS } from "../fixtures/purchase.ts";

/** What a process told somebody, and must stand by after the power failed. */
export type Said =
  /** A caller was answered, or a follower told: that revision is committed. */
  | { readonly is: "moved"; readonly saga: string; readonly id: string; readonly revision: number }
  /** A caller was answered: his event is applied. */
  | { readonly is: "taken"; readonly saga: string; readonly id: string; readonly eventId: string }
  /** A caller was told that his event, or his start, came to nothing. */
  | {
      readonly is: "refused";
      readonly saga: string;
      readonly id: string;
      /** Null: a start. */
      readonly eventId: string | null;
      readonly code: string;
    }
  /** The runtime has stopped for good. */
  | { readonly is: "stopped" }
  /** A service was asked for an effect. */
  | { readonly is: "begun"; readonly idempotencyKey: string };

export type Tell = (said: Said) => void;

/** The instances that there will be, or some of them. */
export const instancesAtWork: readonly InstanceKey[] = [
  ...Array.from({ length: 10 }, (_, index) => ({ saga: "purchase", instanceId: `b-${index}` })),
  ...Array.from({ length: 3 }, (_, index) => ({ saga: "order", instanceId: `o-${index}` })),
];

/** Event ids that an instance may have been sent. */
export function eventIdsOf(instanceId: string): readonly string[] {
  return [`${instanceId}-PAY`, `${instanceId}-CANCEL`];
}

const orderInput = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};

/** The sagas: a purchase with timers and events, and an order with many steps. */
export function sagasAtWork(tell: Tell): readonly [purchase: AnySaga, order: AnySaga] {
  const asked =
    <Output>(answer: (attempt: number) => Promise<Output>) =>
    ({ idempotencyKey, attempt }: { idempotencyKey: string; attempt: number }) => {
      tell({ is: "begun", idempotencyKey });
      return answer(attempt);
    };
  const ok = <Output>(output: Output) => asked(() => Promise.resolve(output));
  const purchase = definePurchase({
    // The first attempt fails, so that a timer of a retry is set and fires.
    charge: asked((attempt) =>
      attempt === 1 ? Promise.reject(new Error("busy")) : Promise.resolve({ paymentId: "p-1" }),
    ),
    refund: ok(undefined),
  });
  const order = defineSaga({
    name: "order",
    version: 1,
    machine: orderMachine,
    activities: {
      reserveInventory: ok({ reservationId: "r-1" }),
      chargePayment: ok({ paymentId: "p-1" }),
      createShipment: ok({ shipmentId: "s-1" }),
      notifyCustomer: ok(undefined),
      cancelShipment: ok(undefined),
      refundPayment: ok(undefined),
      releaseInventory: ok(undefined),
    },
  });
  return [purchase, order];
}

/** Does the work on a store, and closes it. Whatever fails is told; nothing is thrown but bugs. */
export async function work({ store, committed }: OpenedForWork, tell: Tell): Promise<void> {
  const [purchase, order] = sagasAtWork(tell);
  const clock = new ManualClock();
  const runtime = await createRuntime({
    store,
    sagas: [purchase, order],
    clock,
    telemetry: (event) => {
      if (event.kind === "fatal") tell({ is: "stopped" });
      if (event.kind !== "transition") return;
      const { saga, instanceId, revision } = event;
      tell({ is: "moved", saga, id: instanceId, revision });
      committed();
    },
  });
  const begin = (saga: AnySaga, id: string, input: unknown) =>
    start(runtime, { saga, id, input }, tell);
  const say = (id: string, type: "PAY" | "CANCEL") =>
    send(runtime, { saga: purchase, id, type }, tell);
  const buyers = Array.from({ length: 8 }, (_, index) => `b-${index}`);

  // One by one, and then many at once, which share a transaction.
  await begin(purchase, "b-0", { cents: 1 });
  await begin(order, "o-0", orderInput);
  await clock.quiet();
  await Promise.all(buyers.slice(1).map((id) => begin(purchase, id, { cents: 100 })));
  await Promise.all(buyers.map((id) => say(id, "PAY")));
  await clock.advance(BACKOFF_MS / 2);
  await Promise.all([
    say("b-1", "CANCEL"),
    say("b-2", "CANCEL"),
    begin(order, "o-1", orderInput),
    begin(order, "o-2", orderInput),
  ]);
  await clock.advance(BACKOFF_MS);
  for (const id of ["b-8", "b-9"]) {
    await begin(purchase, id, { cents: 7 });
    await say(id, "PAY");
    await say(id, "CANCEL");
  }
  await clock.advance(2 * TIMEOUT_MS);
  await runtime.close({ graceMs: 0 }).catch(ignoreDisk);
}

async function start(
  runtime: Runtime,
  { saga, id, input }: { saga: AnySaga; id: string; input: unknown },
  tell: Tell,
): Promise<void> {
  try {
    await runtime.start(saga, { instanceId: id, input });
    tell({ is: "moved", saga: saga.name, id, revision: 1 });
  } catch (error) {
    tell({ is: "refused", saga: saga.name, id, eventId: null, code: codeOf(error) });
  }
}

async function send(
  runtime: Runtime,
  { saga, id, type }: { saga: AnySaga; id: string; type: string },
  tell: Tell,
): Promise<void> {
  const eventId = `${id}-${type}`;
  try {
    await runtime.send(saga, id, { type }, { eventId });
    tell({ is: "taken", saga: saga.name, id, eventId });
  } catch (error) {
    tell({ is: "refused", saga: saga.name, id, eventId, code: codeOf(error) });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof SagaError) return error.code;
  throw error;
}

/** A disk that fails while a store is closed is told by its close. */
function ignoreDisk(error: unknown): void {
  codeOf(error);
}
