/**
 * The onboarding saga's statechart: open a review, wait for a person's word, then provision; and the way
 * back, in reverse order.
 *
 * The wait is over days: reminders go out until they are used up, and at last it expires. The decision is
 * taken at any time, also while a reminder is being sent, or before the review's own answer is in. The
 * machine is one static literal, so that an editor may open and rewrite it; all that decides has a name in
 * `setup`.
 */
import { assign, setup } from "xstate";
import { activity, backoffMs } from "../../src/index.ts";
import type { AttemptDelays } from "../calls/attempt-delays.ts";
import { failureMessage, isRejection, retryAfterMsOf } from "../calls/failed-call.ts";

export interface OnboardingInput {
  readonly company: string;
  readonly email: string;
  readonly plan: string;
  /** How long to wait; each has its default below. */
  readonly delays?: OnboardingDelays | undefined;
}

export interface OnboardingDelays extends AttemptDelays {
  /** Wait for a decision before each reminder. */
  readonly reminderMs?: number | undefined;
  /** Longest wait for a decision. */
  readonly expiryMs?: number | undefined;
}

/** The activity of a step or of its undo, or the wait: by this the output speaks of it. */
export type OnboardingStep =
  | "openReview"
  | "awaitDecision"
  | "createAccount"
  | "grantAccess"
  | "sendWelcome"
  | "revokeAccess"
  | "deleteAccount"
  | "withdrawReview";

export interface OnboardingFailure {
  readonly step: OnboardingStep;
  readonly kind: "rejected" | "unknown" | "cancelled" | "declined" | "expired";
  readonly message: string;
}

interface Decision {
  readonly by: string;
  readonly reason?: string | undefined;
}

export type OnboardingEvent =
  | ({ type: "APPROVED" } & Decision)
  | ({ type: "DECLINED" } & Decision)
  | { type: "saga.cancel"; reason?: string | undefined }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.skip"; reason?: string | undefined };

export interface OnboardingOutput {
  readonly status: "completed" | "compensated";
  /** Why nobody was taken on; null when somebody was. */
  readonly failure: OnboardingFailure | null;
  /** Who approved or declined; null when nobody did. */
  readonly decidedBy: string | null;
  readonly remindersSent: number;
  readonly reviewId: string | null;
  readonly accountId: string | null;
  readonly grantId: string | null;
  /** False also when nobody knows whether the welcome went out. */
  readonly welcomed: boolean;
}

export interface OnboardingContext {
  /** The instance id: one onboarding is one instance. */
  onboardingId: string;
  company: string;
  email: string;
  plan: string;
  delays: {
    attemptTimeoutMs: number;
    backoffBaseMs: number;
    backoffCapMs: number;
    reminderMs: number;
    expiryMs: number;
  };
  step: OnboardingStep;
  /** Attempts of this step so far, the running one included. */
  attempt: number;
  /** Whether an attempt of this step ended without a definite answer, so that its effect may be there. */
  unsure: boolean;
  /** What the service asked for when it turned the last attempt away. */
  retryAfterMs: number | null;
  failure: OnboardingFailure | null;
  /** Why an undo waits for a person. */
  stuckReason: string | null;
  decision: "approved" | "declined" | null;
  decidedBy: string | null;
  decisionReason: string | null;
  /** Reminders so far, the one under way included. */
  reminders: number;
  reviewId: string | null;
  accountId: string | null;
  grantId: string | null;
  welcomed: boolean;
}

const ATTEMPT_TIMEOUT_MS_DEFAULT = 10_000;
const BACKOFF_BASE_MS_DEFAULT = 500;
const BACKOFF_CAP_MS_DEFAULT = 60_000;
const DAY_MS = 24 * 60 * 60_000;
const REMINDER_MS_DEFAULT = 3 * DAY_MS;
const EXPIRY_MS_DEFAULT = 14 * DAY_MS;

function decisionOf(
  event: OnboardingEvent,
): Pick<OnboardingContext, "decidedBy" | "decisionReason"> {
  return "by" in event
    ? { decidedBy: event.by, decisionReason: event.reason ?? null }
    : { decidedBy: null, decisionReason: null };
}

export const onboardingMachine = setup({
  types: {
    context: {} as OnboardingContext,
    input: {} as OnboardingInput,
    events: {} as OnboardingEvent,
    output: {} as OnboardingOutput,
    tags: {} as "forward" | "retrying" | "compensating" | "stuck" | "completed" | "compensated",
  },
  actors: {
    openReview: activity<
      { onboardingId: string; company: string; email: string; plan: string },
      { reviewId: string }
    >(),
    sendReminder: activity<
      { onboardingId: string; reviewId: string | null; reminder: number },
      void
    >(),
    createAccount: activity<
      { onboardingId: string; company: string; plan: string },
      { accountId: string }
    >(),
    grantAccess: activity<
      { onboardingId: string; accountId: string | null; email: string },
      { grantId: string }
    >(),
    sendWelcome: activity<{ onboardingId: string; email: string }, void>(),
    // An id is null when the answer that would have told it was lost.
    revokeAccess: activity<{ onboardingId: string; grantId: string | null }, void>(),
    deleteAccount: activity<{ onboardingId: string; accountId: string | null }, void>(),
    withdrawReview: activity<{ onboardingId: string; reviewId: string | null }, void>(),
  },
  actions: {
    startStep: assign((_, params: { step: OnboardingStep }) => ({
      step: params.step,
      attempt: 0,
      unsure: false,
      retryAfterMs: null,
      stuckReason: null,
    })),
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1, retryAfterMs: null })),
    // Stays so until the step ends: a later rejection says nothing about an earlier attempt.
    noteUnsure: assign(({ event }) => ({ unsure: true, retryAfterMs: retryAfterMsOf(event) })),
    countReminder: assign(({ context }) => ({ reminders: context.reminders + 1 })),
    keepReview: assign((_, params: { reviewId: string }) => params),
    keepAccount: assign((_, params: { accountId: string }) => params),
    keepGrant: assign((_, params: { grantId: string }) => params),
    keepWelcomed: assign({ welcomed: true }),
    noteApproved: assign(({ event }) => ({ decision: "approved" as const, ...decisionOf(event) })),
    noteDeclined: assign(({ event }) => ({ decision: "declined" as const, ...decisionOf(event) })),
    fail: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
        message: failureMessage(event, context.delays.attemptTimeoutMs),
      },
    })),
    failDeclined: assign(({ context }) => ({
      failure: {
        step: context.step,
        kind: "declined" as const,
        message: context.decisionReason ?? "declined",
      },
    })),
    failExpired: assign(({ context }) => ({
      failure: {
        step: context.step,
        kind: "expired" as const,
        message: `no decision within ${context.delays.expiryMs} ms`,
      },
    })),
    failCancelled: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: "cancelled" as const,
        message: (event.type === "saga.cancel" ? event.reason : undefined) ?? "cancelled",
      },
    })),
    noteStuck: assign(({ context, event }) => ({
      stuckReason: failureMessage(event, context.delays.attemptTimeoutMs),
    })),
  },
  guards: {
    canRetry: ({ context, event }, params: { attemptsMax: number }) =>
      context.attempt < params.attemptsMax && !isRejection(event),
    isApproved: ({ context }) => context.decision === "approved",
    isDeclined: ({ context }) => context.decision === "declined",
    hasRemindersLeft: ({ context }, params: { remindersMax: number }) =>
      context.reminders < params.remindersMax,
    stepFailed: ({ context }) => context.failure !== null,
    outcomeUnknown: ({ context }) =>
      context.failure !== null && (context.unsure || context.failure.kind !== "rejected"),
  },
  delays: {
    attemptTimeout: ({ context }) => context.delays.attemptTimeoutMs,
    reminder: ({ context }) => context.delays.reminderMs,
    expiry: ({ context }) => context.delays.expiryMs,
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs ?? 0,
        backoffMs({
          attempt: context.attempt,
          baseMs: context.delays.backoffBaseMs,
          capMs: context.delays.backoffCapMs,
          seed: `${context.onboardingId}/${context.step}`,
        }),
      ),
  },
}).createMachine({
  id: "onboarding",
  context: ({ input: { company, email, plan, delays = {} }, self }) => ({
    onboardingId: self.id,
    company,
    email,
    plan,
    delays: {
      attemptTimeoutMs: delays.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS_DEFAULT,
      backoffBaseMs: delays.backoffBaseMs ?? BACKOFF_BASE_MS_DEFAULT,
      backoffCapMs: delays.backoffCapMs ?? BACKOFF_CAP_MS_DEFAULT,
      reminderMs: delays.reminderMs ?? REMINDER_MS_DEFAULT,
      expiryMs: delays.expiryMs ?? EXPIRY_MS_DEFAULT,
    },
    step: "openReview",
    attempt: 0,
    unsure: false,
    retryAfterMs: null,
    failure: null,
    stuckReason: null,
    decision: null,
    decidedBy: null,
    decisionReason: null,
    reminders: 0,
    reviewId: null,
    accountId: null,
    grantId: null,
    welcomed: false,
  }),
  initial: "openingReview",
  states: {
    openingReview: {
      entry: { type: "startStep", params: { step: "openReview" } },
      initial: "attempting",
      on: {
        APPROVED: {
          description: "A reviewer may be faster than the answer that the review is open.",
          actions: "noteApproved",
        },
        DECLINED: { actions: "noteDeclined" },
        "saga.cancel": {
          target: "#onboarding.compensating.withdrawingReview",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "openReview",
            src: "openReview",
            input: ({ context }) => ({
              onboardingId: context.onboardingId,
              company: context.company,
              email: context.email,
              plan: context.plan,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepReview", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#onboarding.compensating.withdrawingReview" },
        { guard: "stepFailed", target: "compensated" },
        { target: "awaitingDecision" },
      ],
    },
    awaitingDecision: {
      description: "Takes the decision wherever it is inside; the expiry runs from the first day.",
      entry: { type: "startStep", params: { step: "awaitDecision" } },
      initial: "waiting",
      always: [
        { guard: "isApproved", target: "creatingAccount" },
        {
          guard: "isDeclined",
          target: "#onboarding.compensating.withdrawingReview",
          actions: "failDeclined",
        },
      ],
      on: {
        APPROVED: { actions: "noteApproved" },
        DECLINED: { actions: "noteDeclined" },
        "saga.cancel": {
          target: "#onboarding.compensating.withdrawingReview",
          actions: "failCancelled",
        },
      },
      after: {
        expiry: {
          target: "#onboarding.compensating.withdrawingReview",
          actions: "failExpired",
        },
      },
      states: {
        waiting: { tags: "forward", after: { reminder: "reminding" } },
        reminding: {
          description:
            "One attempt each: a reminder that got lost is made good by the next. Entered anew, so each has a key of its own.",
          entry: "countReminder",
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              invoke: {
                id: "sendReminder",
                src: "sendReminder",
                input: ({ context }) => ({
                  onboardingId: context.onboardingId,
                  reviewId: context.reviewId,
                  reminder: context.reminders,
                }),
                onDone: { target: "done" },
                onError: { target: "done" },
              },
              after: { attemptTimeout: "done" },
            },
            done: { type: "final" },
          },
          onDone: [
            { guard: { type: "hasRemindersLeft", params: { remindersMax: 3 } }, target: "waiting" },
            { target: "reminded" },
          ],
        },
        reminded: {
          description: "All reminders are out. The decision or the expiry will come.",
          tags: "forward",
        },
      },
    },
    creatingAccount: {
      entry: { type: "startStep", params: { step: "createAccount" } },
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#onboarding.compensating.deletingAccount",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "createAccount",
            src: "createAccount",
            input: ({ context }) => ({
              onboardingId: context.onboardingId,
              company: context.company,
              plan: context.plan,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepAccount", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#onboarding.compensating.deletingAccount" },
        { guard: "stepFailed", target: "#onboarding.compensating.withdrawingReview" },
        { target: "grantingAccess" },
      ],
    },
    grantingAccess: {
      entry: { type: "startStep", params: { step: "grantAccess" } },
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#onboarding.compensating.revokingAccess",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "grantAccess",
            src: "grantAccess",
            input: ({ context }) => ({
              onboardingId: context.onboardingId,
              accountId: context.accountId,
              email: context.email,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepGrant", params: ({ event }) => event.output },
            },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed", actions: "fail" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#onboarding.compensating.revokingAccess" },
        { guard: "stepFailed", target: "#onboarding.compensating.deletingAccount" },
        { target: "sendingWelcome" },
      ],
    },
    sendingWelcome: {
      description: "All is provisioned: a message that cannot be sent undoes nothing.",
      entry: { type: "startStep", params: { step: "sendWelcome" } },
      initial: "attempting",
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "sendWelcome",
            src: "sendWelcome",
            input: ({ context }) => ({ onboardingId: context.onboardingId, email: context.email }),
            onDone: { target: "done", actions: "keepWelcomed" },
            onError: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "canRetry", params: { attemptsMax: 3 } },
                target: "backingOff",
                actions: "noteUnsure",
              },
              { target: "failed" },
            ],
          },
        },
        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: "completed",
    },
    compensating: {
      initial: "revokingAccess",
      states: {
        revokingAccess: {
          entry: { type: "startStep", params: { step: "revokeAccess" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "revokeAccess",
                src: "revokeAccess",
                input: ({ context }) => ({
                  onboardingId: context.onboardingId,
                  grantId: context.grantId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "revokeAccess" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "deletingAccount",
        },
        deletingAccount: {
          entry: { type: "startStep", params: { step: "deleteAccount" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "deleteAccount",
                src: "deleteAccount",
                input: ({ context }) => ({
                  onboardingId: context.onboardingId,
                  accountId: context.accountId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "deleteAccount" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "withdrawingReview",
        },
        withdrawingReview: {
          entry: { type: "startStep", params: { step: "withdrawReview" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "withdrawReview",
                src: "withdrawReview",
                input: ({ context }) => ({
                  onboardingId: context.onboardingId,
                  reviewId: context.reviewId,
                }),
                onDone: { target: "done" },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
              after: {
                attemptTimeout: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 8 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  { target: "stuck", actions: "noteStuck" },
                ],
              },
            },
            backingOff: { tags: "compensating", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "withdrawReview" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "undone",
        },
        undone: { type: "final" },
      },
      onDone: "compensated",
    },
    completed: { type: "final", tags: "completed" },
    compensated: { type: "final", tags: "compensated" },
  },
  output: ({ context }) => ({
    status: context.failure === null ? ("completed" as const) : ("compensated" as const),
    failure: context.failure,
    decidedBy: context.decidedBy,
    remindersSent: context.reminders,
    reviewId: context.reviewId,
    accountId: context.accountId,
    grantId: context.grantId,
    welcomed: context.welcomed,
  }),
});
