/** What the world says to the purchase saga of the fixtures, by example; and that saga with a chart that is wrong. */
import { createMachine } from "xstate";
import type { AnySaga } from "../../src/index.ts";
import type { Samples } from "../../src/testing/testing.ts";
import { definePurchase, purchaseMachine } from "../fixtures/purchase.ts";

export const purchaseSamples: Samples = {
  input: { cents: 1 },
  outputs: { charge: { paymentId: "p-1" } },
};

/** The purchase saga whose `paying` takes other events than it should. */
export function purchaseWith(on: Readonly<Record<string, string>>): AnySaga {
  const { states, ...config } = purchaseMachine.config;
  const machine = createMachine(
    { ...config, states: { ...states, paying: { ...states?.["paying"], on } } } as never,
    purchaseMachine.implementations as never,
  );
  return Object.freeze({ ...definePurchase({}), machine });
}
