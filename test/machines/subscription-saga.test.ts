/** The subscription saga on the real runtime against the demo's services, on a clock that the test moves over months. */
import { beforeEach, describe, expect, test } from "vitest";
import { subscriptionOffer } from "../../machines/subscription/demo.ts";
import { defineSubscriptionSaga } from "../../machines/subscription/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { begin, openDemo } from "./demo-at-hand.ts";
import type { AtHand } from "./demo-at-hand.ts";

const DAY_MS = 86_400_000;
const PERIOD_MS = 30 * DAY_MS;

const input = { customerId: "c-1", planId: "gold", amountCents: 900 };
const paid = { state: "subscribed.paid" };

let clock: ManualClock;
let subscription: AtHand;

beforeEach(async () => {
  clock = new ManualClock();
  subscription = await openDemo(subscriptionOffer, defineSubscriptionSaga, { clock });
});

async function send(event: { type: string; reason?: string }): Promise<void> {
  await subscription.runtime.send(subscription.saga, "i-1", event);
}

async function until(condition: Parameters<AtHand["runtime"]["waitFor"]>[2]) {
  return subscription.runtime.waitFor(subscription.saga, "i-1", condition);
}

/** Lets time go by in steps until it is so: for what fails and is asked again. */
async function pass(stepMs: number, isSo: (state: string) => boolean) {
  for (;;) {
    const view = await subscription.runtime.get(subscription.saga, "i-1");
    if (isSo(view.state)) return view;
    await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Lets one period go by, and waits until the next one is paid. */
async function renew(): Promise<void> {
  const { revision } = await until(paid);
  await clock.advance(PERIOD_MS);
  await expect
    .poll(async () => subscription.runtime.get(subscription.saga, "i-1"))
    .toSatisfy(
      (view: { state: string; revision: number }) =>
        view.revision > revision && view.state === paid.state,
    );
}

test("each renewal is charged once, under a key of its own", async () => {
  await begin(subscription, { ...input, periodsMax: 4 }, paid);

  for (let period = 2; period <= 4; period += 1) await renew();
  await clock.advance(PERIOD_MS);
  const ended = await until({ phase: "completed" });

  const { effects, requests } = await subscription.ledger();
  const charges = effects.filter(({ call }) => call === "charge");
  expect(charges).toHaveLength(4);
  expect(new Set(charges.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
  expect(Object.values(requests)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(ended.output).toEqual({
    status: "ended",
    failure: null,
    periodsPaid: 4,
    cancelReason: null,
  });
});

test("a renewal that is refused for six days is charged once, under the same key all the time", async () => {
  await begin(subscription, input, paid);
  await subscription.turn("charge", { mode: "reject", times: 2 });

  await clock.advance(PERIOD_MS);
  for (let dunning = 0; dunning < 2; dunning += 1) {
    await until({ state: "subscribed.renewing.dunning" });
    await clock.advance(3 * DAY_MS);
  }
  const view = await until(paid);

  const { effects, requests } = await subscription.ledger();
  const { idempotencyKey } = effects.at(-1)!;
  expect(effects.map(({ call }) => call)).toEqual(["charge", "grantAccess", "charge"]);
  expect(requests[idempotencyKey]).toBe(3);
  expect(view.context).toMatchObject({ periodsPaid: 2 });
});

test("a renewal that nobody pays lapses, and the access is closed", async () => {
  await begin(subscription, input, paid);
  await subscription.turn("charge", { mode: "reject" });

  await clock.advance(PERIOD_MS);
  const lapsed = await pass(DAY_MS, (state) => state === "lapsed");

  expect(lapsed.phase).toBe("failed");
  expect(await subscription.calls()).toEqual(["charge", "grantAccess", "closeAccess"]);
  expect(lapsed.output).toMatchObject({ status: "lapsed", periodsPaid: 1 });
});

test("a renewal that was charged, though no answer ever came, is refunded when it lapses", async () => {
  await begin(subscription, input, paid);
  await subscription.turn("charge", { mode: "loseReply" });

  await clock.advance(PERIOD_MS);
  await pass(DAY_MS / 24, (state) => state === "lapsed");

  const calls = ["charge", "grantAccess", "charge", "refund", "closeAccess"];
  expect(await subscription.calls()).toEqual(calls);
  // What was paid for and had is not given back.
  expect(await subscription.inPlace()).toEqual(["charge"]);
});

test("a new card is tried at once", async () => {
  await begin(subscription, input, paid);
  await subscription.turn("charge", { mode: "reject", times: 1 });
  await clock.advance(PERIOD_MS);
  await until({ state: "subscribed.renewing.dunning" });

  await send({ type: "CARD_UPDATED" });

  expect((await until(paid)).context).toMatchObject({ period: 2, periodsPaid: 2 });
});

test("a cancelled one has its access until what it paid for is over", async () => {
  await begin(subscription, input, paid);

  await send({ type: "CANCEL", reason: "moved away" });
  await clock.advance(PERIOD_MS - 1);
  expect(await subscription.inPlace()).toEqual(["charge", "grantAccess"]);
  await clock.advance(1);
  const ended = await until({ phase: "completed" });

  expect(await subscription.inPlace()).toEqual(["charge"]);
  expect(ended.output).toMatchObject({ status: "ended", cancelReason: "moved away" });
});

const steps = ["charge", "grantAccess"] as const;
const undoBefore = { charge: [], grantAccess: ["refund"] } as const;
const undoOf = { charge: "refund", grantAccess: "revokeAccess" } as const;

describe.each(steps)("at %s, before it has begun,", (step) => {
  const before = steps.slice(0, steps.indexOf(step));

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["two 503s", { mode: "fail", times: 2 }],
  ])("%s is asked again, and each effect happens once", async (_, knob) => {
    await subscription.turn(step, knob);
    await subscription.runtime.start(subscription.saga, { instanceId: "i-1", input });

    await pass(1_000, (state) => state === paid.state);

    expect(await subscription.calls()).toEqual(steps);
  });

  test("a 422 undoes what came before", async () => {
    await subscription.turn(step, { mode: "reject" });

    const ended = await begin(subscription, input, { phase: "compensated" });

    expect(await subscription.calls()).toEqual([...before, ...undoBefore[step]]);
    expect(ended.output).toMatchObject({ status: "compensated", failure: { kind: "rejected" } });
  });

  test("three lost replies undo the step too, for it may have happened", async () => {
    await subscription.turn(step, { mode: "loseReply", times: 3 });
    await subscription.runtime.start(subscription.saga, { instanceId: "i-1", input });

    await pass(1_000, (state) => state === "compensated");

    expect(await subscription.calls()).toEqual([
      ...before,
      step,
      undoOf[step],
      ...undoBefore[step],
    ]);
    expect(await subscription.inPlace()).toEqual([]);
  });
});

describe.each(["closeAccess", "refund", "revokeAccess"] as const)("at %s", (call) => {
  beforeEach(async () => {
    await subscription.turn(call, { mode: "reject", times: 1 });
    if (call === "closeAccess") {
      await begin(subscription, input, paid);
      await send({ type: "saga.cancel" });
    } else {
      await subscription.turn("grantAccess", { mode: "loseReply", times: 3 });
      await subscription.runtime.start(subscription.saga, { instanceId: "i-1", input });
    }
    await pass(1_000, (state) => state.endsWith(".stuck"));
  });

  test("a 422 is stuck until somebody retries", async () => {
    await send({ type: "saga.retry" });
    await pass(1_000, (state) => state === "ended" || state === "compensated");

    expect(await subscription.calls()).toContain(call);
  });

  test("a 422 is stuck until somebody skips it", async () => {
    await send({ type: "saga.skip", reason: "done by hand" });
    await pass(1_000, (state) => state === "ended" || state === "compensated");

    expect(await subscription.calls()).not.toContain(call);
  });
});

test.each([
  ["without a price", { ...input, amountCents: 0 }],
  ["of no periods", { ...input, periodsMax: 0 }],
  ["with a period of two years", { ...input, delays: { periodMs: 2 * 366 * DAY_MS } }],
])("a subscription %s is refused", async (_, bad) => {
  await expect(
    subscription.runtime.start(subscription.saga, { instanceId: "i-1", input: bad }),
  ).rejects.toMatchObject({ code: "SAGA_INPUT_INVALID" });
});
