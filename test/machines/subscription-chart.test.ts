/** What the subscription chart promises by itself, whatever runs it. */
import { describe, expect, test } from "vitest";
import { subscriptionMachine } from "../../machines/subscription/chart.ts";
import { Scripted } from "./scripted.ts";
import type { Behavior, Script } from "./scripted.ts";

const input = { customerId: "c-1", planId: "gold", amountCents: 900 };

const answers = {
  chargeFirstPeriod: { paymentId: "pay-1" },
  renewPeriod: { paymentId: "pay-2" },
  grantAccess: { accessId: "acs-1" },
};

const HOUR_MS = 3_600_000;

function subscription(script: Script<typeof subscriptionMachine> = {}, periodsMax?: number) {
  return new Scripted(subscriptionMachine, {
    id: "s-1",
    input: { ...input, periodsMax },
    answers,
    script,
    longestDelayMs: 60_000,
  });
}

type Subscription = ReturnType<typeof subscription>;

/** One whose first period is paid, and that has access. */
async function begun(script: Script<typeof subscriptionMachine> = {}): Promise<Subscription> {
  const instance = subscription(script);
  await instance.run(() => instance.snapshot.matches("subscribed"));
  return instance;
}

/** Lets days go by, hour by hour, as timeouts and backoffs are short. */
async function days(instance: Subscription, count: number): Promise<void> {
  for (let hour = 0; hour < count * 24; hour += 1) await instance.advance(HOUR_MS);
}

function chargedPeriods({ attempts }: Subscription): number[] {
  return attempts
    .filter(({ step }) => step === "chargeFirstPeriod" || step === "renewPeriod")
    .map((attempt) => (attempt.input as { period: number }).period);
}

test("it renews once a period until its term is over, and then closes the access", async () => {
  const instance = subscription({}, 3);

  await days(instance, 91);

  expect(chargedPeriods(instance)).toEqual([1, 2, 3]);
  expect(instance.attempts.at(-1)).toEqual({
    step: "closeAccess",
    input: { subscriptionId: "s-1", accessId: "acs-1" },
  });
  expect(instance.snapshot.output).toEqual({
    status: "ended",
    failure: null,
    periodsPaid: 3,
    cancelReason: null,
  });
});

test("a renewal begins when the period does, however late the last one was paid", async () => {
  const instance = await begun({ renewPeriod: ["reject", "reject", "ok"] });

  await days(instance, 30);
  expect(instance.attemptsOf("renewPeriod")).toBe(1);
  await days(instance, 29);
  // Paid on the sixth day.
  expect(chargedPeriods(instance)).toEqual([1, 2, 2, 2]);
  await days(instance, 1);

  expect(chargedPeriods(instance)).toEqual([1, 2, 2, 2, 3]);
});

describe("before it has begun", () => {
  type Row = ["chargeFirstPeriod" | "grantAccess", string, Behavior[], string[]];
  const refund = ["refundFirstPeriod"];
  const revoke = ["revokeAccess", ...refund];

  test.each<Row>([
    ["chargeFirstPeriod", "is refused", ["reject"], []],
    ["chargeFirstPeriod", "hangs for ever", ["hang"], refund],
    ["chargeFirstPeriod", "may have happened, then is refused", ["unknown", "reject"], refund],
    ["grantAccess", "is refused", ["reject"], refund],
    ["grantAccess", "hangs for ever", ["hang"], revoke],
    ["grantAccess", "may have happened, then is refused", ["unknown", "reject"], revoke],
  ])("when %s %s (%j), undone are %j", async (step, _, behaviors, undoes) => {
    const instance = subscription({ [step]: behaviors });

    await instance.run();

    expect(instance.snapshot.value).toBe("compensated");
    expect(instance.steps.filter((each) => /^re(fund|voke)/.test(each))).toEqual(undoes);
    expect(instance.snapshot.output).toMatchObject({ status: "compensated", periodsPaid: 0 });
  });

  test.each([
    ["chargeFirstPeriod", refund],
    ["grantAccess", revoke],
  ] as const)("saga.cancel during %s undoes it too", async (step, undoes) => {
    const instance = subscription({ [step]: ["hang"] });
    await instance.run(() => instance.attemptsOf(step) > 0);

    await instance.send({ type: "saga.cancel" });
    await instance.run();

    expect(instance.steps.filter((each) => /^re(fund|voke)/.test(each))).toEqual(undoes);
  });

  test.each([
    ["revokingAccess", "revokeAccess"],
    ["refundingFirstPeriod", "refundFirstPeriod"],
  ] as const)("%s is stuck when it is refused, until somebody retries", async (state, step) => {
    const instance = subscription({ grantAccess: ["hang"], [step]: ["reject"] });
    await instance.run();
    expect(instance.snapshot.value).toEqual({ compensating: { [state]: "stuck" } });

    instance.rewrite(step, ["ok"]);
    await instance.send({ type: "saga.retry" });
    await instance.run();

    expect(instance.snapshot.value).toBe("compensated");
  });
});

describe("a renewal that is refused", () => {
  test("is tried four times in nine days, and then it lapses, with nothing to refund", async () => {
    const instance = await begun({ renewPeriod: ["reject"] });

    await days(instance, 38);
    expect(instance.snapshot.value).toEqual({ subscribed: { renewing: "dunning" } });
    await days(instance, 2);

    expect(instance.attemptsOf("renewPeriod")).toBe(4);
    expect(instance.steps).not.toContain("refundRenewal");
    expect(instance.snapshot.value).toBe("lapsed");
    expect(instance.snapshot.output).toMatchObject({
      status: "lapsed",
      periodsPaid: 1,
      failure: { step: "renewPeriod", kind: "rejected" },
    });
  });

  test("is tried at once with a new card, which has all its tries anew", async () => {
    const instance = await begun({ renewPeriod: ["reject"] });
    await days(instance, 34);
    expect(instance.attemptsOf("renewPeriod")).toBe(2);

    await instance.send({ type: "CARD_UPDATED" });
    expect(instance.attemptsOf("renewPeriod")).toBe(3);
    await days(instance, 10);

    expect(instance.attemptsOf("renewPeriod")).toBe(6);
    expect(instance.snapshot.value).toBe("lapsed");
  });

  test("takes a card that comes while the last try is under way", async () => {
    const instance = await begun({ renewPeriod: ["reject", "reject", "reject", "hang"] });
    await days(instance, 39);
    await instance.advance(1);
    expect(instance.attemptsOf("renewPeriod")).toBe(4);
    expect(instance.snapshot.value).toEqual({ subscribed: { renewing: "attempting" } });

    instance.rewrite("renewPeriod", ["ok"]);
    await instance.send({ type: "CARD_UPDATED" });
    // The answer of the try with the old card.
    const error = { kind: "rejected", message: "refused" };
    instance.actor.send({ type: "xstate.error.actor.renewPeriod", error, actorId: "renewPeriod" });
    await instance.settle();

    expect(instance.attemptsOf("renewPeriod")).toBe(5);
    expect(instance.snapshot.context.periodsPaid).toBe(2);
  });

  test("is not tried again once it is cancelled", async () => {
    const instance = await begun({ renewPeriod: ["reject"] });
    await days(instance, 31);

    await instance.send({ type: "CANCEL", reason: "too dear" });
    await instance.run();

    expect(instance.attemptsOf("renewPeriod")).toBe(1);
    expect(instance.snapshot.output).toMatchObject({
      status: "lapsed",
      failure: { kind: "cancelled", message: "too dear" },
      cancelReason: "too dear",
    });
  });
});

describe("a renewal that may have been charged", () => {
  test("is refunded when it is never heard of", async () => {
    const instance = await begun({ renewPeriod: ["unknown"] });

    await days(instance, 41);

    // Three attempts in each of four tries.
    expect(instance.attemptsOf("renewPeriod")).toBe(12);
    expect(instance.attempts.slice(-2).map(({ step }) => step)).toEqual([
      "refundRenewal",
      "closeAccess",
    ]);
    expect(instance.attempts.at(-2)?.input).toEqual({
      subscriptionId: "s-1",
      period: 2,
      paymentId: null,
    });
  });

  test("is refunded though all that came later was refused", async () => {
    const instance = await begun({ renewPeriod: ["unknown", "reject"] });

    await days(instance, 41);

    expect(instance.steps).toContain("refundRenewal");
  });

  test("is refunded when it is ended now", async () => {
    const instance = await begun({ renewPeriod: ["hang"] });
    await days(instance, 30);

    await instance.send({ type: "saga.cancel" });
    await instance.run();

    expect(instance.steps.slice(-2)).toEqual(["refundRenewal", "closeAccess"]);
    expect(instance.snapshot.value).toBe("lapsed");
  });

  test("is refunded when the period ends first", async () => {
    const instance = await begun({ renewPeriod: ["unknown"] });
    await days(instance, 31);
    // Every card comes with new tries.
    for (let day = 0; day < 28; day += 1) {
      await instance.send({ type: "CARD_UPDATED" });
      await days(instance, 1);
    }
    expect(instance.snapshot.matches("subscribed")).toBe(true);

    await days(instance, 1);
    await instance.run();

    expect(instance.steps).toContain("refundRenewal");
    expect(instance.snapshot.output?.failure?.message).toBe("period 2 ended before it was paid");
  });
});

describe("cancelling", () => {
  test("ends it when what has been paid for is over", async () => {
    const instance = await begun();

    await instance.send({ type: "CANCEL", reason: "moved away" });
    await days(instance, 29);
    expect(instance.snapshot.value).toEqual({ subscribed: "paid" });
    await days(instance, 1);
    await instance.run();

    expect(instance.snapshot.output).toEqual({
      status: "ended",
      failure: null,
      periodsPaid: 1,
      cancelReason: "moved away",
    });
    expect(chargedPeriods(instance)).toEqual([1]);
  });

  test("can be taken back", async () => {
    const instance = await begun();
    expect(instance.can({ type: "KEEP" })).toBe(false);

    await instance.send({ type: "CANCEL" });
    await instance.send({ type: "KEEP" });
    await days(instance, 31);

    expect(chargedPeriods(instance)).toEqual([1, 2]);
  });

  test("while a renewal is under way lets it be paid, and ends it after that period", async () => {
    const instance = await begun({ renewPeriod: ["unknown", "ok"] });
    await days(instance, 30);
    await instance.send({ type: "CANCEL" });

    await instance.run(() => instance.snapshot.matches({ subscribed: "paid" }));
    await days(instance, 30);

    expect(instance.snapshot.output).toMatchObject({ status: "ended", periodsPaid: 2 });
  });

  test("before it has begun ends it after the first period", async () => {
    const instance = subscription({ grantAccess: ["unknown", "ok"] });
    await instance.send({ type: "CANCEL" });

    await days(instance, 31);

    expect(instance.snapshot.output).toMatchObject({ status: "ended", periodsPaid: 1 });
  });

  test("by saga.cancel ends it now", async () => {
    const instance = await begun();

    await instance.send({ type: "saga.cancel", reason: "fraud" });
    await instance.run();

    expect(instance.snapshot.output).toMatchObject({ status: "ended", cancelReason: "fraud" });
  });
});

test.each(["reject", "unknown", "hang"] as const)(
  "an access that cannot be closed (%s) is stuck until somebody retries or skips",
  async (behavior) => {
    const [retried, skipped] = [
      await begun({ closeAccess: [behavior] }),
      await begun({ closeAccess: [behavior] }),
    ];
    for (const instance of [retried, skipped]) {
      await instance.send({ type: "saga.cancel" });
      await instance.run();
      expect(instance.snapshot.value).toEqual({ ending: { closingAccess: "stuck" } });
    }

    retried.rewrite("closeAccess", ["ok"]);
    await retried.send({ type: "saga.retry" });
    await retried.run();
    await skipped.send({ type: "saga.skip" });

    expect([retried.snapshot.value, skipped.snapshot.value]).toEqual(["ended", "ended"]);
  },
);
