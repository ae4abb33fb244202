/** The onboarding saga: its chart, its activities against the services, what undoes them, and who may send it what. */
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import type { Saga } from "../../src/index.ts";
import { AttemptDelaysInput } from "../calls/attempt-delays.ts";
import { servicesUrlOf } from "../calls/services-url.ts";
import { onboardingActivities } from "./activities.ts";
import { onboardingMachine } from "./chart.ts";

// Long enough for a holiday, short enough that a typing error does not hold an applicant for years.
const WaitMs = z
  .int()
  .min(1)
  .max(366 * 24 * 60 * 60_000);

const OnboardingInput = z.strictObject({
  company: z.string().min(1).max(200),
  email: z.email().max(254),
  plan: z.string().min(1).max(64),
  delays: AttemptDelaysInput.extend({
    reminderMs: WaitMs.optional(),
    expiryMs: WaitMs.optional(),
  }).optional(),
});

const Reason = z.string().max(500).optional();
const Reasoned = z.strictObject({ reason: Reason });
const Decision = z.strictObject({ by: z.string().min(1).max(200), reason: Reason });

/** The saga against the services at `onboardingUrl()`, which is asked for at every call: it may move. */
export function defineOnboardingSaga(onboardingUrl: () => string): Saga<typeof onboardingMachine> {
  return defineSaga({
    name: "onboarding",
    version: 1,
    machine: onboardingMachine,
    activities: onboardingActivities(onboardingUrl),
    compensations: {
      openReview: "withdrawReview",
      sendReminder: null,
      createAccount: "deleteAccount",
      grantAccess: "revokeAccess",
      sendWelcome: null,
    },
    input: OnboardingInput,
    events: {
      APPROVED: Decision,
      DECLINED: Decision,
      "saga.cancel": Reasoned,
      "saga.retry": Reasoned,
      "saga.skip": Reasoned,
    },
  });
}

export const onboardingSaga: Saga<typeof onboardingMachine> = defineOnboardingSaga(() =>
  servicesUrlOf("onboarding"),
);
