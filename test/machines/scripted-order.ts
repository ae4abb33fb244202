/**
 * An order in plain XState whose activities answer by a script, on a clock that only the test moves.
 *
 * It proves the chart alone: no runtime, no store and no network are in it.
 */
import { setImmediate } from "node:timers/promises";
import { SimulatedClock, createActor, fromPromise } from "xstate";
import type { ActorRefFrom, NonReducibleUnknown, PromiseActorLogic, SnapshotFrom } from "xstate";
import { orderMachine } from "../../machines/order/chart.ts";
import type { OrderEvent, OrderInput, OrderStep } from "../../machines/order/chart.ts";

/** How an activity behaves at one attempt; the last of a list holds for all later ones. */
export type Behavior = "ok" | "reject" | "unknown" | "hang" | "throw" | { retryAfterMs: number };
export type Script = Partial<Record<OrderStep, readonly Behavior[]>>;

export const orderInput: OrderInput = {
  customerId: "c-1",
  amountCents: 4200,
  items: [{ sku: "teapot", quantity: 2 }],
  address: { line1: "1 Long Lane", city: "York", postcode: "YO1 1AA", country: "GB" },
};

// Longer than any timeout or backoff of the chart.
const LONGEST_DELAY_MS = 10 * 60_000;

const answers = {
  reserveInventory: { reservationId: "res-1" },
  chargePayment: { paymentId: "pay-1" },
  createShipment: { shipmentId: "shp-1" },
};

// The chart's type of an answer without a body.
const nothing: void = undefined;

export class ScriptedOrder {
  readonly actor: ActorRefFrom<typeof orderMachine>;
  readonly clock = new SimulatedClock();
  /** Every attempt of every activity, in order. */
  readonly attempts: { step: OrderStep; input: unknown }[] = [];
  readonly #script = new Map<OrderStep, Behavior[]>();

  constructor(script: Script, input: OrderInput = orderInput) {
    for (const [step, behaviors] of Object.entries(script)) {
      this.rewrite(step as OrderStep, behaviors);
    }
    const machine = orderMachine.provide({
      actors: {
        reserveInventory: this.#scripted("reserveInventory", answers.reserveInventory),
        chargePayment: this.#scripted("chargePayment", answers.chargePayment),
        createShipment: this.#scripted("createShipment", answers.createShipment),
        notifyCustomer: this.#scripted("notifyCustomer", nothing),
        cancelShipment: this.#scripted("cancelShipment", nothing),
        refundPayment: this.#scripted("refundPayment", nothing),
        releaseInventory: this.#scripted("releaseInventory", nothing),
      },
    });
    this.actor = createActor(machine, { id: "o-1", clock: this.clock, input }).start();
  }

  get snapshot(): SnapshotFrom<typeof orderMachine> {
    return this.actor.getSnapshot();
  }

  /** Steps of the attempts, repeated ones once. */
  get steps(): OrderStep[] {
    return [...new Set(this.attempts.map(({ step }) => step))];
  }

  get undone(): OrderStep[] {
    const undoing = new Set<OrderStep>(["cancelShipment", "refundPayment", "releaseInventory"]);
    return this.steps.filter((step) => undoing.has(step));
  }

  attemptsOf(step: OrderStep): number {
    return this.attempts.filter((attempt) => attempt.step === step).length;
  }

  /** How the activity behaves from now on. */
  rewrite(step: OrderStep, behaviors: readonly Behavior[]): void {
    this.#script.set(step, [...behaviors]);
  }

  async send(event: OrderEvent): Promise<void> {
    this.actor.send(event);
    await this.settle();
  }

  /** Lets every answer in that is there without time going by. */
  async settle(): Promise<void> {
    await setImmediate();
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    this.clock.increment(ms);
    await this.settle();
  }

  /** Lets time go by until the order rests: it has ended, or is stuck, or `isThere`. */
  async run(isThere: () => boolean = () => false): Promise<void> {
    await this.settle();
    while (this.snapshot.status === "active" && !this.snapshot.hasTag("stuck") && !isThere()) {
      await this.advance(LONGEST_DELAY_MS);
    }
  }

  #scripted<Output, Input extends NonReducibleUnknown>(
    step: OrderStep,
    answer: Output,
  ): PromiseActorLogic<Output, Input> {
    return fromPromise<Output, Input>(({ input }) => {
      this.attempts.push({ step, input });
      const behaviors = this.#script.get(step) ?? ["ok"];
      const behavior = behaviors.length > 1 ? behaviors.shift() : behaviors[0];
      return perform(behavior ?? "ok", answer);
    });
  }
}

function perform<Output>(behavior: Behavior, answer: Output): Promise<Output> {
  switch (behavior) {
    case "ok":
      return Promise.resolve(answer);
    case "reject":
      return Promise.reject(failed({ kind: "rejected", message: "refused" }));
    case "unknown":
      return Promise.reject(failed({ kind: "unknown", message: "no answer" }));
    case "throw":
      return Promise.reject(new TypeError("a mistake in the activity"));
    case "hang":
      return new Promise(() => {});
    default:
      return Promise.reject(failed({ kind: "unknown", message: "busy", ...behavior }));
  }
}

function failed(facts: { kind: string; message: string; retryAfterMs?: number }): Error {
  return Object.assign(new Error(facts.message), facts);
}
