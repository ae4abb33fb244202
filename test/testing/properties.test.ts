/** Random moves: a saga that is right passes, one that is wrong is shrunk to the least that shows it. */
import { expect, test } from "vitest";
import { setup } from "xstate";
import { defineSaga } from "../../src/index.ts";
import { assertProperties } from "../../src/testing/properties.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { purchaseSamples as samples, purchaseWith } from "./purchase-samples.ts";

const SEED = 20_261_126;

test("whatever happens to a purchase, it breaks no rule", async () => {
  const report = await assertProperties(definePurchase({}), { samples, runs: 40 });

  console.log(`seed ${report.seed}, ${report.moves} moves`);
  expect(report.runs).toBe(40);
  expect(report.moves).toBeGreaterThan(100);
}, 60_000);

test("the same seed makes the same moves", async () => {
  const options = { samples, runs: 5, seed: SEED };

  const first = await assertProperties(definePurchase({}), options);
  const second = await assertProperties(definePurchase({}), options);

  expect(second).toEqual(first);
}, 60_000);

test("an effect that is left behind is shrunk to the least moves that leave it, as a test", async () => {
  const leaky = purchaseWith({ CANCEL: "#purchase.cancelled" });

  const error = await assertProperties(leaky, { samples, runs: 200, seed: SEED }).then(
    () => "",
    (thrown: Error) => thrown.message,
  );

  expect(error).toContain(`seed ${SEED}`);
  expect(error).toContain("compensated, and charge is still in place");
  const moves = error.match(/\{ kind: "/g) ?? [];
  expect(moves.length).toBeLessThanOrEqual(5);
}, 120_000);

test("an instance that goes round for ever is told from one that rests", async () => {
  const machine = setup({}).createMachine({
    id: "restless",
    initial: "one",
    states: {
      one: { tags: "retrying", after: { 10: "two" } },
      two: { tags: "retrying", after: { 10: "one" } },
    },
  });
  const restless = defineSaga({ name: "restless", version: 1, machine, activities: {} });

  await expect(assertProperties(restless, { samples: { input: {} }, runs: 1 })).rejects.toThrow(
    "it does not come to rest within 300 moves that go well",
  );
}, 60_000);
