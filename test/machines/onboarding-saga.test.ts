/** The onboarding saga on the real runtime against the demo's services, on a clock that the test moves over days. */
import { beforeEach, describe, expect, test } from "vitest";
import { onboardingOffer } from "../../machines/onboarding/demo.ts";
import { defineOnboardingSaga } from "../../machines/onboarding/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { begin, openDemo } from "./demo-at-hand.ts";
import type { AtHand } from "./demo-at-hand.ts";

const DAY_MS = 86_400_000;

const input = { company: "ACME", email: "ann@acme.example", plan: "gold" };
const waiting = { state: "awaitingDecision.waiting" };
const approved = { type: "APPROVED", by: "eve" };

let clock: ManualClock;
let onboarding: AtHand;

beforeEach(async () => {
  clock = new ManualClock();
  onboarding = await openDemo(onboardingOffer, defineOnboardingSaga, { clock });
});

async function send(event: { type: string; by?: string; reason?: string }): Promise<void> {
  await onboarding.runtime.send(onboarding.saga, "i-1", event);
}

async function until(condition: Parameters<AtHand["runtime"]["waitFor"]>[2]) {
  return onboarding.runtime.waitFor(onboarding.saga, "i-1", condition);
}

/** Lets time go by in small steps until it stands there: for what fails and is asked again. */
async function pass(condition: { phase: "completed" | "compensated" | "stuck" }) {
  for (;;) {
    const view = await onboarding.runtime.get(onboarding.saga, "i-1");
    if (view.phase === condition.phase) return view;
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("an approved applicant has an account, access and a welcome", async () => {
  await begin(onboarding, input, waiting);

  await send(approved);
  const completed = await until({ phase: "completed" });

  expect(await onboarding.calls()).toEqual([
    "openReview",
    "createAccount",
    "grantAccess",
    "sendWelcome",
  ]);
  expect(completed.output).toMatchObject({ status: "completed", decidedBy: "eve", welcomed: true });
});

test("reminders go out over days, each under a key of its own, and at last it expires", async () => {
  await begin(onboarding, input, waiting);

  for (const state of [
    "awaitingDecision.waiting",
    "awaitingDecision.waiting",
    "awaitingDecision.reminded",
  ]) {
    await clock.advance(3 * DAY_MS);
    await until({ state });
  }
  await clock.advance(5 * DAY_MS);
  const expired = await until({ phase: "compensated" });

  const { effects } = await onboarding.ledger();
  const reminders = effects.filter(({ call }) => call === "sendReminder");
  expect(new Set(reminders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  expect(await onboarding.inPlace()).toEqual([]);
  expect(expired.output).toMatchObject({ remindersSent: 3, failure: { kind: "expired" } });
});

test("an approval that comes while a reminder is being sent is taken", async () => {
  await onboarding.turn("sendReminder", { mode: "hang" });
  await begin(onboarding, input, waiting);
  await clock.advance(3 * DAY_MS);
  await until({ state: "awaitingDecision.reminding.attempting" });

  await send(approved);

  expect((await until({ phase: "completed" })).output).toMatchObject({ decidedBy: "eve" });
});

test("a declined applicant leaves nothing behind", async () => {
  await begin(onboarding, input, waiting);

  await send({ type: "DECLINED", by: "eve", reason: "no such company" });
  const ended = await until({ phase: "compensated" });

  expect(await onboarding.calls()).toEqual(["openReview", "withdrawReview"]);
  expect(ended.output).toMatchObject({ failure: { kind: "declined", message: "no such company" } });
});

test("a decision without a name is refused, and the wait goes on", async () => {
  await begin(onboarding, input, waiting);

  await expect(send({ type: "APPROVED" })).rejects.toMatchObject({ code: "SAGA_EVENT_INVALID" });

  expect((await until(waiting)).phase).toBe("forward");
});

const steps = ["openReview", "createAccount", "grantAccess", "sendWelcome"] as const;
const undoBefore = {
  openReview: [],
  createAccount: ["withdrawReview"],
  grantAccess: ["deleteAccount", "withdrawReview"],
} as const;
const undoOf = {
  openReview: "withdrawReview",
  createAccount: "deleteAccount",
  grantAccess: "revokeAccess",
} as const;

describe.each(steps)("at %s", (step) => {
  const before = steps.slice(0, steps.indexOf(step));

  async function approve(phase: "completed" | "compensated") {
    await onboarding.runtime.start(onboarding.saga, { instanceId: "i-1", input });
    // Kept until the review is open, if it comes before.
    await send(approved).catch(() => {
      // It ended before: there was nothing to approve.
    });
    return pass({ phase });
  }

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["two 503s", { mode: "fail", times: 2 }],
  ])("%s is asked again, and it completes with each effect once", async (_, knob) => {
    await onboarding.turn(step, knob);

    await approve("completed");

    expect(await onboarding.calls()).toEqual(steps);
  });

  test("a 422 undoes what came before, in reverse", async () => {
    await onboarding.turn(step, { mode: "reject" });

    const ended = await approve(step === "sendWelcome" ? "completed" : "compensated");

    const undone = step === "sendWelcome" ? [] : undoBefore[step];
    expect(await onboarding.calls()).toEqual([...before, ...undone]);
    expect(ended.output).toMatchObject(
      step === "sendWelcome" ? { welcomed: false } : { failure: { kind: "rejected" } },
    );
  });

  test("three lost replies undo the step too, for it may have happened", async () => {
    await onboarding.turn(step, { mode: "loseReply", times: 3 });

    await approve(step === "sendWelcome" ? "completed" : "compensated");

    const undone = step === "sendWelcome" ? [] : [undoOf[step], ...undoBefore[step]];
    expect(await onboarding.calls()).toEqual([...before, step, ...undone]);
  });
});

describe.each(["revokeAccess", "deleteAccount", "withdrawReview"] as const)(
  "at the undo %s",
  (undo) => {
    const undone = ["revokeAccess", "deleteAccount", "withdrawReview"];

    beforeEach(async () => {
      await onboarding.turn("grantAccess", { mode: "loseReply", times: 3 });
      await onboarding.turn(undo, { mode: "reject", times: 1 });
      await begin(onboarding, input, waiting);
      await send(approved);
      await pass({ phase: "stuck" });
    });

    test("a 422 is stuck until somebody retries", async () => {
      await send({ type: "saga.retry" });
      await pass({ phase: "compensated" });

      expect((await onboarding.calls()).slice(3)).toEqual(undone);
      expect(await onboarding.inPlace()).toEqual([]);
    });

    test("a 422 is stuck until somebody skips it", async () => {
      await send({ type: "saga.skip", reason: "done by hand" });
      await pass({ phase: "compensated" });

      expect((await onboarding.calls()).slice(3)).toEqual(undone.filter((call) => call !== undo));
    });
  },
);

test.each([
  ["without a mailbox", { ...input, email: "ann" }],
  ["with a reminder in two years", { ...input, delays: { reminderMs: 2 * 366 * DAY_MS } }],
])("an onboarding %s is refused", async (_, bad) => {
  await expect(
    onboarding.runtime.start(onboarding.saga, { instanceId: "i-1", input: bad }),
  ).rejects.toMatchObject({ code: "SAGA_INPUT_INVALID" });
});
