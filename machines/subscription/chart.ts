/**
 * The subscription saga's statechart: the first period is charged and access is granted, or both are undone;
 * then it renews period by period until it is cancelled, its term is over, or a renewal stays unpaid.
 *
 * A renewal is one operation however long the dunning takes, and each has an idempotency key of its own. The
 * machine is one static literal, so that an editor may open and rewrite it; all that decides has a name in
 * `setup`.
 */
import { assign, setup } from "xstate";
import { activity, backoffMs } from "../../src/index.ts";
import type { AttemptDelays } from "../calls/attempt-delays.ts";
import { failureMessage, isRejection, retryAfterMsOf } from "../calls/failed-call.ts";

export interface SubscriptionInput {
  readonly customerId: string;
  readonly planId: string;
  /** For each period. */
  readonly amountCents: number;
  /** The term: after so many periods it ends by itself. Without one it goes on until it is cancelled. */
  readonly periodsMax?: number | undefined;
  /** How long to wait; each has its default below. */
  readonly delays?: SubscriptionDelays | undefined;
}

export interface SubscriptionDelays extends AttemptDelays {
  /** Length of a period. */
  readonly periodMs?: number | undefined;
  /** Wait between two tries to collect a renewal. */
  readonly dunningMs?: number | undefined;
}

/** The activity of a step or of its undo, by which the journal and the output speak of it. */
export type SubscriptionStep =
  | "chargeFirstPeriod"
  | "grantAccess"
  | "renewPeriod"
  | "closeAccess"
  | "refundRenewal"
  | "revokeAccess"
  | "refundFirstPeriod";

export interface SubscriptionFailure {
  readonly step: SubscriptionStep;
  readonly kind: "rejected" | "unknown" | "cancelled";
  readonly message: string;
}

export type SubscriptionEvent =
  // It ends when what has been paid for is over.
  | { type: "CANCEL"; reason?: string | undefined }
  // Takes that back.
  | { type: "KEEP"; reason?: string | undefined }
  // A renewal that waits for its next try is tried at once.
  | { type: "CARD_UPDATED" }
  // It ends now.
  | { type: "saga.cancel"; reason?: string | undefined }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.skip"; reason?: string | undefined };

export interface SubscriptionOutput {
  /** `lapsed`: it ended because its last period was not paid. `compensated`: it never began. */
  readonly status: "ended" | "lapsed" | "compensated";
  /** Why it lapsed or never began; null when it ended in order. */
  readonly failure: SubscriptionFailure | null;
  readonly periodsPaid: number;
  readonly cancelReason: string | null;
}

export interface SubscriptionContext {
  /** The instance id: one subscription is one instance. */
  subscriptionId: string;
  customerId: string;
  planId: string;
  amountCents: number;
  /** Null: no term. */
  periodsMax: number | null;
  delays: {
    attemptTimeoutMs: number;
    backoffBaseMs: number;
    backoffCapMs: number;
    periodMs: number;
    dunningMs: number;
  };
  step: SubscriptionStep;
  /** Attempts of this step, or of this try to collect a renewal, so far; the running one included. */
  attempt: number;
  /** Tries to collect this renewal so far, the present one included. */
  tries: number;
  /** Whether an attempt of this step ended without a definite answer, so that its effect may be there. */
  unsure: boolean;
  /** What the service asked for when it turned the last attempt away. */
  retryAfterMs: number | null;
  failure: SubscriptionFailure | null;
  /** Why the subscription waits for a person. */
  stuckReason: string | null;
  /** The present period, counts from 1. */
  period: number;
  periodsPaid: number;
  /** Of the present period. */
  paymentId: string | null;
  accessId: string | null;
  /** Whether it ends when what has been paid for is over. */
  isCancelled: boolean;
  cancelReason: string | null;
  /** Whether the customer's card has changed since the last attempt to charge it. */
  hasNewCard: boolean;
}

interface Charge {
  subscriptionId: string;
  customerId: string;
  period: number;
  amountCents: number;
}

interface Refund {
  subscriptionId: string;
  period: number;
  /** Null when the answer that would have told it was lost. */
  paymentId: string | null;
}

const ATTEMPT_TIMEOUT_MS_DEFAULT = 10_000;
const BACKOFF_BASE_MS_DEFAULT = 500;
const BACKOFF_CAP_MS_DEFAULT = 60_000;
const DAY_MS = 24 * 60 * 60_000;
const PERIOD_MS_DEFAULT = 30 * DAY_MS;
const DUNNING_MS_DEFAULT = 3 * DAY_MS;

const NEW_STEP = {
  attempt: 0,
  tries: 1,
  unsure: false,
  retryAfterMs: null,
  stuckReason: null,
};

function reasonOf(event: SubscriptionEvent): string | null {
  return ("reason" in event ? event.reason : undefined) ?? null;
}

function statusOf({ failure, accessId }: SubscriptionContext): SubscriptionOutput["status"] {
  if (failure === null) return "ended";
  // It is known of every subscription that has begun.
  return accessId === null ? "compensated" : "lapsed";
}

export const subscriptionMachine = setup({
  types: {
    context: {} as SubscriptionContext,
    input: {} as SubscriptionInput,
    events: {} as SubscriptionEvent,
    output: {} as SubscriptionOutput,
    tags: {} as
      | "forward"
      | "retrying"
      | "compensating"
      | "stuck"
      | "completed"
      | "compensated"
      | "failed",
  },
  actors: {
    chargeFirstPeriod: activity<Charge, { paymentId: string }>(),
    grantAccess: activity<
      { subscriptionId: string; customerId: string; planId: string },
      { accessId: string }
    >(),
    renewPeriod: activity<Charge, { paymentId: string }>(),
    // The end of an access that was had; `revokeAccess` is for one that nobody should have had.
    closeAccess: activity<{ subscriptionId: string; accessId: string | null }, void>(),
    refundRenewal: activity<Refund, void>(),
    revokeAccess: activity<{ subscriptionId: string; accessId: string | null }, void>(),
    refundFirstPeriod: activity<Refund, void>(),
  },
  actions: {
    startStep: assign((_, params: { step: SubscriptionStep }) => ({
      step: params.step,
      ...NEW_STEP,
    })),
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1, retryAfterMs: null })),
    // Stays so until the step ends: a later rejection says nothing about an earlier attempt.
    noteUnsure: assign(({ event }) => ({ unsure: true, retryAfterMs: retryAfterMsOf(event) })),
    useCard: assign({ hasNewCard: false }),
    // The next try is the same renewal, so what this one left unsure stays so.
    noteTry: assign(({ context, event }) => ({
      attempt: 0,
      tries: context.tries + 1,
      unsure: context.unsure || !isRejection(event),
    })),
    // With another card it is another matter; the end of the period still bounds it.
    startTries: assign({ attempt: 0, tries: 1 }),
    beginPeriod: assign(({ context }) => ({ period: context.period + 1, paymentId: null })),
    keepPayment: assign(({ context }, params: { paymentId: string }) => ({
      ...params,
      periodsPaid: context.period,
    })),
    noteRefunded: assign(({ context }) => ({
      paymentId: null,
      periodsPaid: context.period - 1,
    })),
    keepAccess: assign((_, params: { accessId: string }) => params),
    noteCancelled: assign(({ event }) => ({ isCancelled: true, cancelReason: reasonOf(event) })),
    noteKept: assign({ isCancelled: false, cancelReason: null }),
    noteCard: assign({ hasNewCard: true }),
    fail: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
        message: failureMessage(event, context.delays.attemptTimeoutMs),
      },
    })),
    failUnpaid: assign(({ context }) => ({
      failure: {
        step: context.step,
        kind: "unknown" as const,
        message: `period ${context.period} ended before it was paid`,
      },
    })),
    failCancelled: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: "cancelled" as const,
        message: reasonOf(event) ?? context.cancelReason ?? "cancelled",
      },
    })),
    noteStuck: assign(({ context, event }) => ({
      stuckReason: failureMessage(event, context.delays.attemptTimeoutMs),
    })),
  },
  guards: {
    canRetry: ({ context, event }, params: { attemptsMax: number }) =>
      context.attempt < params.attemptsMax && !isRejection(event),
    // A card that came in during the last try has not been tried.
    canTryAgain: ({ context }, params: { triesMax: number }) =>
      context.tries < params.triesMax || context.hasNewCard,
    isCancelled: ({ context }) => context.isCancelled,
    hasNewCard: ({ context }) => context.hasNewCard,
    isUnpaid: ({ context }) => context.periodsPaid < context.period,
    goesOn: ({ context }) =>
      !context.isCancelled && (context.periodsMax === null || context.period < context.periodsMax),
    stepFailed: ({ context }) => context.failure !== null,
    outcomeUnknown: ({ context }) =>
      context.failure !== null && (context.unsure || context.failure.kind === "unknown"),
  },
  delays: {
    attemptTimeout: ({ context }) => context.delays.attemptTimeoutMs,
    period: ({ context }) => context.delays.periodMs,
    dunning: ({ context }) => context.delays.dunningMs,
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs ?? 0,
        backoffMs({
          attempt: context.attempt,
          baseMs: context.delays.backoffBaseMs,
          capMs: context.delays.backoffCapMs,
          seed: `${context.subscriptionId}/${context.step}/${context.period}`,
        }),
      ),
  },
}).createMachine({
  id: "subscription",
  context: ({ input: { customerId, planId, amountCents, periodsMax, delays = {} }, self }) => ({
    subscriptionId: self.id,
    customerId,
    planId,
    amountCents,
    periodsMax: periodsMax ?? null,
    delays: {
      attemptTimeoutMs: delays.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS_DEFAULT,
      backoffBaseMs: delays.backoffBaseMs ?? BACKOFF_BASE_MS_DEFAULT,
      backoffCapMs: delays.backoffCapMs ?? BACKOFF_CAP_MS_DEFAULT,
      periodMs: delays.periodMs ?? PERIOD_MS_DEFAULT,
      dunningMs: delays.dunningMs ?? DUNNING_MS_DEFAULT,
    },
    step: "chargeFirstPeriod",
    attempt: 0,
    tries: 1,
    unsure: false,
    retryAfterMs: null,
    failure: null,
    stuckReason: null,
    period: 1,
    periodsPaid: 0,
    paymentId: null,
    accessId: null,
    isCancelled: false,
    cancelReason: null,
    hasNewCard: false,
  }),
  initial: "chargingFirstPeriod",
  states: {
    chargingFirstPeriod: {
      entry: { type: "startStep", params: { step: "chargeFirstPeriod" } },
      initial: "attempting",
      on: {
        CANCEL: { actions: "noteCancelled" },
        KEEP: { guard: "isCancelled", actions: "noteKept" },
        CARD_UPDATED: { actions: "noteCard" },
        "saga.cancel": {
          target: "#subscription.compensating.refundingFirstPeriod",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "chargeFirstPeriod",
            src: "chargeFirstPeriod",
            input: ({ context }) => ({
              subscriptionId: context.subscriptionId,
              customerId: context.customerId,
              period: context.period,
              amountCents: context.amountCents,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepPayment", params: ({ event }) => event.output },
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
        { guard: "outcomeUnknown", target: "#subscription.compensating.refundingFirstPeriod" },
        { guard: "stepFailed", target: "compensated" },
        { target: "grantingAccess" },
      ],
    },
    grantingAccess: {
      entry: { type: "startStep", params: { step: "grantAccess" } },
      initial: "attempting",
      on: {
        CANCEL: { actions: "noteCancelled" },
        KEEP: { guard: "isCancelled", actions: "noteKept" },
        CARD_UPDATED: { actions: "noteCard" },
        "saga.cancel": {
          target: "#subscription.compensating.revokingAccess",
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
              subscriptionId: context.subscriptionId,
              customerId: context.customerId,
              planId: context.planId,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepAccess", params: ({ event }) => event.output },
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
        { guard: "outcomeUnknown", target: "#subscription.compensating.revokingAccess" },
        { guard: "stepFailed", target: "#subscription.compensating.refundingFirstPeriod" },
        { target: "subscribed" },
      ],
    },
    subscribed: {
      description: "One visit is one period, entered anew for the next one.",
      initial: "paid",
      on: {
        CANCEL: { actions: "noteCancelled" },
        KEEP: { guard: "isCancelled", actions: "noteKept" },
        CARD_UPDATED: { actions: "noteCard" },
        "saga.cancel": { target: "#subscription.ending", actions: "noteCancelled" },
      },
      after: {
        period: [
          {
            guard: "isUnpaid",
            target: "#subscription.ending.refundingRenewal",
            actions: "failUnpaid",
          },
          { guard: "goesOn", target: ".renewing", reenter: true, actions: "beginPeriod" },
          { target: "#subscription.ending" },
        ],
      },
      states: {
        paid: { tags: "forward" },
        renewing: {
          entry: { type: "startStep", params: { step: "renewPeriod" } },
          initial: "attempting",
          on: {
            "saga.cancel": {
              target: "#subscription.ending.refundingRenewal",
              actions: ["noteCancelled", "failCancelled"],
            },
          },
          states: {
            attempting: {
              tags: "forward",
              entry: ["countAttempt", "useCard"],
              invoke: {
                id: "renewPeriod",
                src: "renewPeriod",
                input: ({ context }) => ({
                  subscriptionId: context.subscriptionId,
                  customerId: context.customerId,
                  period: context.period,
                  amountCents: context.amountCents,
                }),
                onDone: {
                  target: "done",
                  actions: { type: "keepPayment", params: ({ event }) => event.output },
                },
                onError: [
                  {
                    guard: { type: "canRetry", params: { attemptsMax: 3 } },
                    target: "backingOff",
                    actions: "noteUnsure",
                  },
                  {
                    guard: { type: "canTryAgain", params: { triesMax: 4 } },
                    target: "dunning",
                    actions: "noteTry",
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
                  {
                    guard: { type: "canTryAgain", params: { triesMax: 4 } },
                    target: "dunning",
                    actions: "noteTry",
                  },
                  { target: "failed", actions: "fail" },
                ],
              },
            },
            backingOff: { tags: "retrying", after: { backoff: "attempting" } },
            dunning: {
              description:
                "Days go by between tries. A new card is tried at once; who has cancelled is not tried again.",
              tags: "retrying",
              always: [
                { guard: "isCancelled", target: "failed", actions: "failCancelled" },
                { guard: "hasNewCard", target: "attempting", actions: "startTries" },
              ],
              after: { dunning: "attempting" },
            },
            done: { type: "final" },
            failed: { type: "final" },
          },
          onDone: [
            { guard: "outcomeUnknown", target: "#subscription.ending.refundingRenewal" },
            { guard: "stepFailed", target: "#subscription.ending" },
            { target: "paid" },
          ],
        },
      },
    },
    ending: {
      initial: "closingAccess",
      states: {
        refundingRenewal: {
          description: "Of a renewal that may have been charged after all.",
          entry: { type: "startStep", params: { step: "refundRenewal" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "refundRenewal",
                src: "refundRenewal",
                input: ({ context }) => ({
                  subscriptionId: context.subscriptionId,
                  period: context.period,
                  paymentId: context.paymentId,
                }),
                onDone: { target: "done", actions: "noteRefunded" },
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
                  actions: { type: "startStep", params: { step: "refundRenewal" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "closingAccess",
        },
        closingAccess: {
          entry: { type: "startStep", params: { step: "closeAccess" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "forward",
              entry: "countAttempt",
              invoke: {
                id: "closeAccess",
                src: "closeAccess",
                input: ({ context }) => ({
                  subscriptionId: context.subscriptionId,
                  accessId: context.accessId,
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
            backingOff: { tags: "retrying", after: { backoff: "attempting" } },
            stuck: {
              tags: "stuck",
              on: {
                "saga.retry": {
                  target: "attempting",
                  actions: { type: "startStep", params: { step: "closeAccess" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
          },
          onDone: "closed",
        },
        closed: { type: "final" },
      },
      onDone: [{ guard: "stepFailed", target: "lapsed" }, { target: "ended" }],
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
                  subscriptionId: context.subscriptionId,
                  accessId: context.accessId,
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
          onDone: "refundingFirstPeriod",
        },
        refundingFirstPeriod: {
          entry: { type: "startStep", params: { step: "refundFirstPeriod" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "refundFirstPeriod",
                src: "refundFirstPeriod",
                input: ({ context }) => ({
                  subscriptionId: context.subscriptionId,
                  period: context.period,
                  paymentId: context.paymentId,
                }),
                onDone: { target: "done", actions: "noteRefunded" },
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
                  actions: { type: "startStep", params: { step: "refundFirstPeriod" } },
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
    ended: { type: "final", tags: "completed" },
    lapsed: { type: "final", tags: "failed" },
    compensated: { type: "final", tags: "compensated" },
  },
  output: ({ context }) => ({
    status: statusOf(context),
    failure: context.failure,
    periodsPaid: context.periodsPaid,
    cancelReason: context.cancelReason,
  }),
});
