/** What the onboarding chart promises by itself, whatever runs it. */
import { describe, expect, test } from "vitest";
import { onboardingMachine } from "../../machines/onboarding/chart.ts";
import { Scripted } from "./scripted.ts";
import type { Behavior, Script } from "./scripted.ts";

const input = { company: "ACME", email: "ann@acme.example", plan: "gold" };

const answers = {
  openReview: { reviewId: "rev-1" },
  createAccount: { accountId: "acc-1" },
  grantAccess: { grantId: "grt-1" },
};

const DAY_MS = 86_400_000;
const approved = { type: "APPROVED", by: "eve" } as const;
const declined = { type: "DECLINED", by: "eve", reason: "no such company" } as const;

function onboarding(script: Script<typeof onboardingMachine> = {}) {
  return new Scripted(onboardingMachine, {
    id: "n-1",
    input,
    answers,
    script,
    // The longest backoff; less than a day, so that a run does not pass over a reminder.
    longestDelayMs: 60_000,
  });
}

/** One whose review is open. */
async function waiting(script: Script<typeof onboardingMachine> = {}) {
  const instance = onboarding(script);
  await instance.run(() => instance.snapshot.matches("awaitingDecision"));
  return instance;
}

function undone({ steps }: ReturnType<typeof onboarding>): string[] {
  return steps.filter((step) => /^(revoke|delete|withdraw)/.test(step));
}

test("an applicant who is approved is provisioned and welcomed", async () => {
  const instance = await waiting();

  await instance.send(approved);
  await instance.run();

  expect(instance.steps).toEqual(["openReview", "createAccount", "grantAccess", "sendWelcome"]);
  expect(instance.snapshot.output).toEqual({
    status: "completed",
    failure: null,
    decidedBy: "eve",
    remindersSent: 0,
    reviewId: "rev-1",
    accountId: "acc-1",
    grantId: "grt-1",
    welcomed: true,
  });
});

test("one who is declined leaves nothing behind", async () => {
  const instance = await waiting();

  await instance.send(declined);
  await instance.run();

  expect(instance.snapshot.output).toMatchObject({
    status: "compensated",
    decidedBy: "eve",
    failure: { step: "awaitDecision", kind: "declined", message: "no such company" },
  });
  expect(undone(instance)).toEqual(["withdrawReview"]);
});

describe("waiting for the decision", () => {
  test("reminds three times, every three days, and then no more", async () => {
    const instance = await waiting();

    const sent: number[] = [];
    for (let day = 1; day <= 13; day += 1) {
      await instance.advance(DAY_MS);
      sent.push(instance.attemptsOf("sendReminder"));
    }

    expect(sent).toEqual([0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]);
    expect(instance.attempts.at(-1)?.input).toEqual({
      onboardingId: "n-1",
      reviewId: "rev-1",
      reminder: 3,
    });
  });

  test("expires after fourteen days, however many reminders went out", async () => {
    const instance = await waiting();
    for (let day = 1; day <= 13; day += 1) await instance.advance(DAY_MS);
    expect(instance.snapshot.value).toEqual({ awaitingDecision: "reminded" });

    await instance.advance(DAY_MS);

    expect(instance.snapshot.output?.failure?.kind).toBe("expired");
    expect(undone(instance)).toEqual(["withdrawReview"]);
  });

  test.each(["hang", "reject", "unknown"] as const)(
    "goes on when a reminder cannot be sent (%s)",
    async (behavior) => {
      const instance = await waiting({ sendReminder: [behavior] });

      for (let hour = 1; hour <= 6 * 24 + 2; hour += 1) await instance.advance(DAY_MS / 24);

      expect(instance.attemptsOf("sendReminder")).toBe(2);
      expect(instance.snapshot.value).toEqual({ awaitingDecision: "waiting" });
    },
  );

  test.each([
    ["approved", approved, "completed"],
    ["declined", declined, "compensated"],
  ] as const)("takes a decision (%s) while a reminder is being sent", async (_, event, end) => {
    const instance = await waiting({ sendReminder: ["hang"] });
    await instance.advance(3 * DAY_MS);
    expect(instance.snapshot.value).toEqual({ awaitingDecision: { reminding: "attempting" } });

    await instance.send(event);
    await instance.run();

    expect(instance.snapshot.value).toBe(end);
  });

  test.each([
    ["approved", approved, "completed"],
    ["declined", declined, "compensated"],
  ] as const)(
    "keeps a decision (%s) that comes before the review is known to be open",
    async (_, event, end) => {
      const instance = onboarding({ openReview: ["unknown", "hang", "ok"] });
      await instance.settle();
      expect(instance.snapshot.value).toEqual({ openingReview: "backingOff" });

      await instance.send(event);
      await instance.run();

      expect(instance.snapshot.value).toBe(end);
      expect(instance.snapshot.output).toMatchObject({ decidedBy: "eve", remindersSent: 0 });
    },
  );

  test("takes no second decision", async () => {
    const instance = await waiting({ createAccount: ["hang"] });
    await instance.send(approved);

    expect(instance.can(declined)).toBe(false);
    expect(instance.can(approved)).toBe(false);
  });
});

type Row = [keyof typeof answers, string, Behavior[], string[]];

const withdraw = ["withdrawReview"];
const deleting = ["deleteAccount", ...withdraw];
const revoke = ["revokeAccess", ...deleting];

test.each<Row>([
  ["openReview", "is refused", ["reject"], []],
  ["openReview", "hangs for ever", ["hang"], withdraw],
  ["openReview", "may have happened, then is refused", ["unknown", "reject"], withdraw],
  ["createAccount", "is refused", ["reject"], withdraw],
  ["createAccount", "hangs for ever", ["hang"], deleting],
  ["createAccount", "may have happened, then is refused", ["unknown", "reject"], deleting],
  ["grantAccess", "is refused", ["reject"], deleting],
  ["grantAccess", "hangs for ever", ["hang"], revoke],
  ["grantAccess", "may have happened, then is refused", ["unknown", "reject"], revoke],
  ["grantAccess", "throws what says nothing", ["throw"], revoke],
])("when %s %s (%j), undone are %j", async (step, _, behaviors, undoes) => {
  const instance = onboarding({ [step]: behaviors });
  await instance.send(approved);

  await instance.run();

  expect(instance.snapshot.value).toBe("compensated");
  expect(undone(instance)).toEqual(undoes);
});

test.each(["reject", "hang"] as const)(
  "a welcome that cannot be sent (%s) undoes nothing",
  async (how) => {
    const instance = onboarding({ sendWelcome: [how] });
    await instance.send(approved);

    await instance.run();

    expect(instance.snapshot.output).toMatchObject({ status: "completed", welcomed: false });
  },
);

describe("cancelling", () => {
  test.each([
    ["openReview", withdraw],
    ["createAccount", deleting],
    ["grantAccess", revoke],
  ] as const)("during %s undoes it too, as it may have happened", async (step, undoes) => {
    const instance = onboarding({ [step]: ["hang"] });
    await instance.send(approved);
    await instance.run(() => instance.attemptsOf(step) > 0);

    await instance.send({ type: "saga.cancel", reason: "went elsewhere" });
    await instance.run();

    expect(undone(instance)).toEqual(undoes);
    expect(instance.snapshot.output?.failure).toEqual({
      step,
      kind: "cancelled",
      message: "went elsewhere",
    });
  });

  test("during the wait withdraws the review", async () => {
    const instance = await waiting();

    await instance.send({ type: "saga.cancel" });
    await instance.run();

    expect(undone(instance)).toEqual(withdraw);
  });
});

describe.each([
  ["revokingAccess", "revokeAccess"],
  ["deletingAccount", "deleteAccount"],
  ["withdrawingReview", "withdrawReview"],
] as const)("%s", (state, step) => {
  test.each([
    ["reject", 1],
    ["unknown", 8],
    ["hang", 8],
  ] as const)(
    "is stuck when %s says it, after %i attempts, until somebody retries or skips",
    async (behavior, attempts) => {
      const script = { grantAccess: ["hang"], [step]: [behavior] } as const;
      const [retried, skipped] = [onboarding(script), onboarding(script)];
      for (const instance of [retried, skipped]) {
        await instance.send(approved);
        await instance.run();
        expect(instance.snapshot.value).toEqual({ compensating: { [state]: "stuck" } });
        expect(instance.attemptsOf(step)).toBe(attempts);
      }

      retried.rewrite(step, ["ok"]);
      await retried.send({ type: "saga.retry" });
      await retried.run();
      await skipped.send({ type: "saga.skip" });
      await skipped.run();

      expect([retried.snapshot.value, skipped.snapshot.value]).toEqual([
        "compensated",
        "compensated",
      ]);
      expect(undone(retried)).toEqual(revoke);
    },
  );
});
