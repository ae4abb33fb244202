/** What the order chart promises by itself, whatever runs it. */
import { describe, expect, test } from "vitest";
import type { OrderStep } from "../../machines/order/chart.ts";
import { ScriptedOrder } from "./scripted-order.ts";
import type { Behavior } from "./scripted-order.ts";

const release = ["releaseInventory"];
const refund = ["refundPayment", ...release];
const cancelShipment = ["cancelShipment", ...refund];

const cases = {
  "answers at once": ["ok"],
  "answers at the third attempt": ["unknown", "hang", "ok"],
  "is rejected": ["reject"],
  "fails without a definite answer for ever": ["unknown"],
  "hangs for ever": ["hang"],
  "may have happened, then is rejected": ["unknown", "reject"],
  "throws what says nothing of the outcome": ["throw"],
} satisfies Record<string, Behavior[]>;

type Row = [OrderStep, keyof typeof cases, "completed" | "compensated", string[]];

const rows: Row[] = [
  ["reserveInventory", "answers at once", "completed", []],
  ["reserveInventory", "answers at the third attempt", "completed", []],
  ["reserveInventory", "is rejected", "compensated", []],
  ["reserveInventory", "fails without a definite answer for ever", "compensated", release],
  ["reserveInventory", "hangs for ever", "compensated", release],
  ["reserveInventory", "may have happened, then is rejected", "compensated", release],
  ["chargePayment", "answers at once", "completed", []],
  ["chargePayment", "answers at the third attempt", "completed", []],
  ["chargePayment", "is rejected", "compensated", release],
  ["chargePayment", "fails without a definite answer for ever", "compensated", refund],
  ["chargePayment", "hangs for ever", "compensated", refund],
  ["chargePayment", "may have happened, then is rejected", "compensated", refund],
  ["createShipment", "answers at once", "completed", []],
  ["createShipment", "answers at the third attempt", "completed", []],
  ["createShipment", "is rejected", "compensated", refund],
  ["createShipment", "fails without a definite answer for ever", "compensated", cancelShipment],
  ["createShipment", "hangs for ever", "compensated", cancelShipment],
  ["createShipment", "may have happened, then is rejected", "compensated", cancelShipment],
  ["notifyCustomer", "answers at once", "completed", []],
  ["notifyCustomer", "answers at the third attempt", "completed", []],
  ["notifyCustomer", "is rejected", "completed", []],
  ["notifyCustomer", "fails without a definite answer for ever", "completed", []],
  ["notifyCustomer", "hangs for ever", "completed", []],
  ["notifyCustomer", "may have happened, then is rejected", "completed", []],
  ["chargePayment", "throws what says nothing of the outcome", "compensated", refund],
];

test.each(rows)("when %s %s, the order is %s and undone are %j", async (step, how, end, undone) => {
  const order = new ScriptedOrder({ [step]: cases[how] });

  await order.run();

  expect(order.snapshot.value).toBe(end);
  expect(order.snapshot.output?.status).toBe(end);
  expect(order.undone).toEqual(undone);
});

test.each([
  ["answers at once", 1],
  ["answers at the third attempt", 3],
  ["is rejected", 1],
  ["fails without a definite answer for ever", 3],
  ["hangs for ever", 3],
  ["may have happened, then is rejected", 2],
] as const)("a step that %s has %i attempts", async (how, attempts) => {
  const order = new ScriptedOrder({ createShipment: cases[how] });

  await order.run();

  expect(order.attemptsOf("createShipment")).toBe(attempts);
});

describe("cancelling", () => {
  const resting = ["attempting", "backingOff"] as const;
  const cancellable = [
    ["reservingInventory", "reserveInventory", release],
    ["chargingPayment", "chargePayment", refund],
    ["creatingShipment", "createShipment", cancelShipment],
  ] as const;

  test.each(
    cancellable.flatMap(([state, step, undone]) =>
      resting.map((substate) => [state, substate, step, undone] as const),
    ),
  )(
    "in %s.%s undoes %s too, as it may have happened: %j",
    async (state, substate, step, undone) => {
      const order = new ScriptedOrder({ [step]: [substate === "attempting" ? "hang" : "unknown"] });
      await order.run(() => order.snapshot.matches({ [state]: substate }));

      await order.send({ type: "saga.cancel", reason: "changed her mind" });
      await order.run();

      expect(order.undone).toEqual(undone);
      expect(order.snapshot.output).toMatchObject({
        status: "compensated",
        failure: { step, kind: "cancelled", message: "changed her mind" },
      });
    },
  );

  test.each(resting)(
    "is refused in notifyingCustomer.%s: the order is shipped",
    async (substate) => {
      const order = new ScriptedOrder({
        notifyCustomer: [substate === "attempting" ? "hang" : "unknown"],
      });
      await order.run(() => order.snapshot.matches({ notifyingCustomer: substate }));

      expect(order.snapshot.can({ type: "saga.cancel" })).toBe(false);
      await order.send({ type: "saga.cancel" });
      await order.run();

      expect(order.snapshot.value).toBe("completed");
    },
  );

  test("is refused while the order is undone", async () => {
    const order = new ScriptedOrder({ chargePayment: ["reject"], releaseInventory: ["hang"] });

    await order.run(() => order.snapshot.matches({ compensating: "releasingInventory" }));

    expect(order.snapshot.can({ type: "saga.cancel" })).toBe(false);
  });
});

const undos = [
  ["cancellingShipment", "cancelShipment", cancelShipment],
  ["refundingPayment", "refundPayment", cancelShipment],
  ["releasingInventory", "releaseInventory", cancelShipment],
] as const;

describe.each(undos)("%s", (state, step, undone) => {
  const stuck = { compensating: { [state]: "stuck" } };

  test.each([
    ["is refused", "reject", 1, "refused"],
    ["fails eight times", "unknown", 8, "no answer"],
    ["hangs eight times", "hang", 8, "no answer within 10000 ms"],
  ] as const)("is stuck when it %s", async (_, behavior, attempts, reason) => {
    const order = new ScriptedOrder({ createShipment: ["hang"], [step]: [behavior] });

    await order.run();

    expect(order.snapshot.value).toEqual(stuck);
    expect([...order.snapshot.tags]).toEqual(["stuck"]);
    expect(order.attemptsOf(step)).toBe(attempts);
    expect(order.snapshot.context.stuckReason).toBe(reason);
  });

  test("goes on from stuck by saga.retry with all its attempts anew", async () => {
    const order = new ScriptedOrder({ createShipment: ["hang"], [step]: ["unknown"] });
    await order.run();

    await order.send({ type: "saga.retry", reason: "the bank is back" });
    await order.run();
    expect(order.snapshot.value).toEqual(stuck);
    expect(order.attemptsOf(step)).toBe(16);

    order.rewrite(step, ["ok"]);
    await order.send({ type: "saga.retry" });
    await order.run();
    expect(order.snapshot.value).toBe("compensated");
    expect(order.undone).toEqual(undone);
  });

  test("is left by saga.skip, and the rest is undone", async () => {
    const order = new ScriptedOrder({ createShipment: ["hang"], [step]: ["reject"] });
    await order.run();

    await order.send({ type: "saga.skip" });
    await order.run();

    expect(order.snapshot.value).toBe("compensated");
    expect(order.undone).toEqual(undone);
  });
});
