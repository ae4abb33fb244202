/** A saga on the real runtime against a demo of its services, for one test, and what a test asks of the two. */
import { expect, onTestFinished } from "vitest";
import { createDemo } from "../../machines/demo/demo.ts";
import type { DemoOptions } from "../../machines/demo/demo.ts";
import type { Ledger } from "../../machines/demo/books.ts";
import type { Offer } from "../../machines/demo/offer.ts";
import type { Clock, InstanceView, Runtime, Saga } from "../../src/index.ts";
import { databasePath, openWorld } from "../fixtures/world.ts";

/** Short, and long enough for a busy machine to answer in. */
export const delays = { attemptTimeoutMs: 700, backoffBaseMs: 5, backoffCapMs: 10 };

export interface AtHand {
  readonly runtime: Runtime;
  readonly saga: Saga;
  readonly url: string;
  readonly turn: (call: string, knob: object) => Promise<void>;
  readonly ledger: () => Promise<Ledger>;
  /** What happened, in order. */
  readonly calls: () => Promise<string[]>;
  /** Calls whose effects are in place, in the order in which they happened. */
  readonly inPlace: () => Promise<string[]>;
}

export async function openDemo(
  offer: Offer,
  define: (url: () => string) => Saga,
  options: DemoOptions & { readonly clock?: Clock } = {},
): Promise<AtHand> {
  const { clock, ...others } = options;
  const demo = createDemo({ "": offer }, others);
  const url = await demo.listen();
  onTestFinished(() => demo.close());
  const saga = define(demo.url);
  const { runtime } = await openWorld(databasePath(), { sagas: [saga], ...(clock && { clock }) });

  const ledger = async (): Promise<Ledger> =>
    (await fetch(`${url}/ledger`)).json() as Promise<Ledger>;
  return {
    runtime,
    saga,
    url,
    ledger,
    async turn(call, knob) {
      const response = await fetch(`${url}/knobs/${call}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(knob),
      });
      expect(response.status).toBe(204);
    },
    calls: async () => (await ledger()).effects.map(({ call }) => call),
    async inPlace() {
      const { effects } = await ledger();
      const undid = new Set(effects.flatMap((effect) => effect.undid));
      return effects.filter(({ id }) => id !== null && !undid.has(id)).map(({ call }) => call);
    },
  };
}

/** Starts the one instance of a test, and waits until it stands there. */
export async function begin(
  { runtime, saga }: AtHand,
  input: object,
  until: Parameters<Runtime["waitFor"]>[2],
): Promise<InstanceView> {
  await runtime.start(saga, { instanceId: "i-1", input });
  return runtime.waitFor(saga, "i-1", until);
}
