/** How long the order chart waits, and how often it asks. */
import { expect, test } from "vitest";
import { ScriptedOrder, orderInput } from "./scripted-order.ts";

const delays = { attemptTimeoutMs: 200, backoffBaseMs: 100, backoffCapMs: 150 };

test("an attempt is given up after attemptTimeoutMs and not before", async () => {
  const order = new ScriptedOrder({ reserveInventory: ["hang"] }, { ...orderInput, delays });

  await order.advance(199);
  expect(order.snapshot.value).toEqual({ reservingInventory: "attempting" });

  await order.advance(1);
  expect(order.snapshot.value).toEqual({ reservingInventory: "backingOff" });
});

test("backoff lies between half of the exponential delay and all of it, capped", async () => {
  const order = new ScriptedOrder({ reserveInventory: ["unknown"] }, { ...orderInput, delays });

  await order.advance(49);
  expect(order.attemptsOf("reserveInventory")).toBe(1);
  await order.advance(51);
  expect(order.attemptsOf("reserveInventory")).toBe(2);
  await order.advance(74);
  expect(order.attemptsOf("reserveInventory")).toBe(2);
  await order.advance(76);
  expect(order.attemptsOf("reserveInventory")).toBe(3);
});

test("a longer Retry-After is kept to, for the attempt that it was given for", async () => {
  const order = new ScriptedOrder(
    { reserveInventory: [{ retryAfterMs: 30_000 }, "unknown", "hang"] },
    { ...orderInput, delays },
  );

  await order.advance(29_999);
  expect(order.attemptsOf("reserveInventory")).toBe(1);
  await order.advance(1);
  expect(order.attemptsOf("reserveInventory")).toBe(2);
  await order.advance(150);
  expect(order.attemptsOf("reserveInventory")).toBe(3);
});

test("a Retry-After is forgotten when the next attempt starts", async () => {
  const order = new ScriptedOrder({ reserveInventory: [{ retryAfterMs: 30_000 }, "hang"] });

  await order.advance(30_000);

  expect(order.snapshot.context).toMatchObject({ attempt: 2, retryAfterMs: null });
});

test("a shorter Retry-After does not shorten the backoff", async () => {
  const order = new ScriptedOrder({ reserveInventory: [{ retryAfterMs: 1 }] });

  await order.advance(249);

  expect(order.attemptsOf("reserveInventory")).toBe(1);
});

test("a Retry-After of more than five minutes counts as five minutes", async () => {
  const order = new ScriptedOrder({ reserveInventory: [{ retryAfterMs: 86_400_000 }, "hang"] });

  await order.advance(299_999);
  expect(order.attemptsOf("reserveInventory")).toBe(1);
  await order.advance(1);
  expect(order.attemptsOf("reserveInventory")).toBe(2);
});
