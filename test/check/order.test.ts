/** The order saga keeps what a saga promises, in every world. */
import { expect, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { checkOptions, samples } from "../../machines/order/samples.ts";
import { check, renderReport } from "../../src/check/check.ts";

test("nothing is found in the order saga, in any world, and nothing is left out", () => {
  const report = check(orderSaga, { samples, ...checkOptions });

  console.log(renderReport(report).join("\n"));
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.notExplored).toEqual([]);
  expect(report.worlds.map(({ world, cutOff }) => [world, cutOff])).toEqual([
    ["clean", []],
    ["lossy", []],
    ["crash", []],
    ["zombie", []],
  ]);
  expect(report.coverage.states.missing).toEqual([]);
  expect(report.coverage.transitions.missing).toEqual([]);
  expect(report.bounds?.calls).toEqual({
    reserveInventory: 3,
    chargePayment: 3,
    createShipment: 3,
    notifyCustomer: 3,
    cancelShipment: 8,
    refundPayment: 8,
    releaseInventory: 8,
  });
}, 60_000);
