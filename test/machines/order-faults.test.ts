/**
 * The order saga on the real runtime against the real shop: what each fault at each step comes to. The chart
 * says it; the shop's ledger shows it.
 */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { defineOrderSaga } from "../../machines/order/index.ts";
import type { Ledger } from "../../machines/order/shop-books.ts";
import { createShop } from "../../machines/order/shop.ts";
import type { InstanceView, Runtime, Saga } from "../../src/index.ts";
import { databasePath, openWorld } from "../fixtures/world.ts";

const steps = ["reserve", "charge", "ship", "notify"] as const;
type Step = (typeof steps)[number];

const input = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
  delays: { attemptTimeoutMs: 150, backoffBaseMs: 5, backoffCapMs: 10 },
};

let shopUrl: string;
let saga: Saga;
let runtime: Runtime;

beforeEach(async () => {
  const shop = createShop();
  shopUrl = await shop.listen();
  onTestFinished(() => shop.close());
  saga = defineOrderSaga(() => shopUrl);
  ({ runtime } = await openWorld(databasePath(), { sagas: [saga] }));
});

async function turnKnob(call: string, knob: object): Promise<void> {
  const response = await fetch(`${shopUrl}/knobs/${call}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(knob),
  });
  expect(response.status).toBe(204);
}

async function order(phase: "completed" | "compensated" | "stuck"): Promise<InstanceView> {
  await runtime.start(saga, { instanceId: "o-1", input });
  return runtime.waitFor(saga, "o-1", { phase });
}

async function callsOf(): Promise<string[]> {
  const response = await fetch(`${shopUrl}/ledger?orderId=o-1`);
  const { effects } = (await response.json()) as Ledger;
  return effects.map(({ call }) => call);
}

/** What undoes the steps before this one, in reverse. */
const undoBefore: Record<Step, string[]> = {
  reserve: [],
  charge: ["release"],
  ship: ["refund", "release"],
  notify: [],
};
const undoOf: Record<Step, string[]> = {
  reserve: ["release"],
  charge: ["refund"],
  ship: ["cancelShipment"],
  notify: [],
};

describe.each(steps)("at %s", (step) => {
  const before = steps.slice(0, steps.indexOf(step));

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["two 503s", { mode: "fail", times: 2 }],
  ])("%s is asked again, and the order completes with each effect once", async (_, knob) => {
    await turnKnob(step, knob);

    const completed = await order("completed");

    expect(completed.output).toMatchObject({ status: "completed", notified: true });
    expect(await callsOf()).toEqual(["reserve", "charge", "ship", "notify"]);
  });

  test("a 422 undoes what came before, in reverse, and not the step itself", async () => {
    await turnKnob(step, { mode: "reject" });

    const ended = await order(step === "notify" ? "completed" : "compensated");

    expect(await callsOf()).toEqual([...before, ...undoBefore[step]]);
    expect(ended.output).toMatchObject(
      step === "notify" ? { notified: false } : { failure: { kind: "rejected" } },
    );
  });

  test.each([
    ["503 three times", { mode: "fail", times: 3 }, false],
    ["three hangs", { mode: "hang", times: 3 }, false],
    ["three lost replies", { mode: "loseReply", times: 3 }, true],
  ])("%s undoes the step itself too, for it may have happened", async (_, knob, tookEffect) => {
    await turnKnob(step, knob);

    const ended = await order(step === "notify" ? "completed" : "compensated");

    const done = tookEffect ? [...before, step] : before;
    expect(await callsOf()).toEqual([...done, ...undoOf[step], ...undoBefore[step]]);
    expect(ended.output).toMatchObject(
      step === "notify" ? { notified: false } : { failure: { kind: "unknown" } },
    );
  });
});

describe.each(["release", "refund", "cancelShipment"] as const)("at the undo %s", (undo) => {
  const all = ["reserve", "charge", "ship", "cancelShipment", "refund", "release"];

  beforeEach(async () => {
    // The shipment happens, but nobody ever hears of it: all three steps are undone.
    await turnKnob("ship", { mode: "loseReply", times: 3 });
  });

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["503 seven times", { mode: "fail", times: 7 }],
  ])("%s is asked again, and each undo takes effect once", async (_, knob) => {
    await turnKnob(undo, knob);

    await order("compensated");

    expect(await callsOf()).toEqual(all);
  });

  test("a 422 is stuck until somebody retries", async () => {
    await turnKnob(undo, { mode: "reject", times: 1 });
    const stuck = await order("stuck");

    await runtime.send(saga, "o-1", { type: "saga.retry" });
    await runtime.waitFor(saga, "o-1", { phase: "compensated" });

    expect(stuck.accepts.map(({ type }) => type)).toEqual(["saga.retry", "saga.skip"]);
    expect(await callsOf()).toEqual(all);
  });

  test("503 for ever is stuck until somebody skips it", async () => {
    await turnKnob(undo, { mode: "fail" });
    await order("stuck");

    await runtime.send(saga, "o-1", { type: "saga.skip", reason: "undone by hand" });
    await runtime.waitFor(saga, "o-1", { phase: "compensated" });

    expect(await callsOf()).toEqual(all.filter((call) => call !== undo));
  });
});
