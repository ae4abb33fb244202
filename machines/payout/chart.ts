/**
 * The payout saga's statechart: reserve the funds, hand the transfer to the bank, book it, tell the payee.
 *
 * The transfer is the pivot: once the bank has taken it, the payout only goes forward. Whether it has is
 * asked of the bank after every attempt without a definite answer, and nothing is given back before the
 * bank has said that it will not take it any more. The machine is one static literal, so that an editor
 * may open and rewrite it; all that decides has a name in `setup`.
 */
import { assign, setup } from "xstate";
import { activity, backoffMs } from "../../src/index.ts";
import type { AttemptDelays } from "../calls/attempt-delays.ts";
import { failureMessage, isRejection, retryAfterMsOf } from "../calls/failed-call.ts";

export interface PayoutInput {
  readonly payeeId: string;
  readonly iban: string;
  readonly amountCents: number;
  /** How long to wait; each has its default below. */
  readonly delays?: AttemptDelays | undefined;
}

/** The activity of a step or of its undo, by which the journal and the output speak of it. */
export type PayoutStep =
  | "reserveFunds"
  | "submitTransfer"
  | "bookTransfer"
  | "notifyPayee"
  | "withdrawTransfer"
  | "releaseFunds";

export interface PayoutFailure {
  readonly step: PayoutStep;
  readonly kind: "rejected" | "unknown" | "cancelled";
  readonly message: string;
}

export type PayoutEvent =
  | { type: "saga.cancel"; reason?: string | undefined }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.skip"; reason?: string | undefined };

export interface PayoutOutput {
  readonly status: "completed" | "compensated";
  /** Why nothing was paid out; null when it was. */
  readonly failure: PayoutFailure | null;
  readonly holdId: string | null;
  readonly transferId: string | null;
  /** False also when nobody knows whether the payee was told. */
  readonly notified: boolean;
}

export interface PayoutContext {
  /** The instance id: one payout is one instance. */
  payoutId: string;
  payeeId: string;
  iban: string;
  amountCents: number;
  delays: { attemptTimeoutMs: number; backoffBaseMs: number; backoffCapMs: number };
  step: PayoutStep;
  /** Attempts of this step so far, the running one included. */
  attempt: number;
  /** Whether an attempt of this step ended without a definite answer, so that its effect may be there. */
  unsure: boolean;
  /** What the service asked for when it turned the last attempt away. */
  retryAfterMs: number | null;
  failure: PayoutFailure | null;
  /** Why the payout waits for a person. */
  stuckReason: string | null;
  holdId: string | null;
  /** Not null: the bank has taken the transfer, so there is no way back. */
  transferId: string | null;
  notified: boolean;
}

const ATTEMPT_TIMEOUT_MS_DEFAULT = 20_000;
const BACKOFF_BASE_MS_DEFAULT = 1_000;
const BACKOFF_CAP_MS_DEFAULT = 2 * 60_000;

export const payoutMachine = setup({
  types: {
    context: {} as PayoutContext,
    input: {} as PayoutInput,
    events: {} as PayoutEvent,
    output: {} as PayoutOutput,
    tags: {} as "forward" | "retrying" | "compensating" | "stuck" | "completed" | "compensated",
  },
  actors: {
    reserveFunds: activity<{ payoutId: string; amountCents: number }, { holdId: string }>(),
    submitTransfer: activity<
      { payoutId: string; payeeId: string; iban: string; amountCents: number },
      { transferId: string }
    >(),
    // Null: the bank knows of none.
    findTransfer: activity<{ payoutId: string }, { transferId: string | null }>(),
    bookTransfer: activity<
      { payoutId: string; holdId: string | null; transferId: string | null },
      void
    >(),
    notifyPayee: activity<{ payoutId: string; payeeId: string }, void>(),
    // Null: the bank has none, and takes none any more. Otherwise it has taken it, and gives nothing back.
    withdrawTransfer: activity<{ payoutId: string }, { transferId: string | null }>(),
    // The id is null when the answer that would have told it was lost.
    releaseFunds: activity<{ payoutId: string; holdId: string | null }, void>(),
  },
  actions: {
    startStep: assign((_, params: { step: PayoutStep }) => ({
      step: params.step,
      attempt: 0,
      unsure: false,
      retryAfterMs: null,
      stuckReason: null,
    })),
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1, retryAfterMs: null })),
    // Stays so until the step ends: a later rejection says nothing about an earlier attempt.
    noteUnsure: assign(({ event }) => ({ unsure: true, retryAfterMs: retryAfterMsOf(event) })),
    keepHold: assign((_, params: { holdId: string }) => params),
    // What was about to be undone, because nobody knew better, has happened after all.
    keepTransfer: assign((_, params: { transferId: string | null }) => ({
      ...params,
      failure: null,
    })),
    keepNotified: assign({ notified: true }),
    fail: assign(({ context, event }) => ({
      failure: {
        step: context.step,
        kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
        message: failureMessage(event, context.delays.attemptTimeoutMs),
      },
    })),
    failUnresolved: assign(({ context }) => ({
      failure: {
        step: context.step,
        kind: "unknown" as const,
        message: `no definite answer to ${context.attempt} attempts`,
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
    // Whatever became of the question: the answer to it is no answer to the attempt.
    hasAttemptsLeft: ({ context }, params: { attemptsMax: number }) =>
      context.attempt < params.attemptsMax,
    isRejected: ({ event }) => isRejection(event),
    isTransfer: (_, params: { transferId: string | null }) => params.transferId !== null,
    isTaken: ({ context }) => context.transferId !== null,
    stepFailed: ({ context }) => context.failure !== null,
    outcomeUnknown: ({ context }) =>
      context.failure !== null && (context.unsure || context.failure.kind !== "rejected"),
  },
  delays: {
    attemptTimeout: ({ context }) => context.delays.attemptTimeoutMs,
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs ?? 0,
        backoffMs({
          attempt: context.attempt,
          baseMs: context.delays.backoffBaseMs,
          capMs: context.delays.backoffCapMs,
          seed: `${context.payoutId}/${context.step}`,
        }),
      ),
  },
}).createMachine({
  id: "payout",
  context: ({ input, self }) => ({
    payoutId: self.id,
    payeeId: input.payeeId,
    iban: input.iban,
    amountCents: input.amountCents,
    delays: {
      attemptTimeoutMs: input.delays?.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS_DEFAULT,
      backoffBaseMs: input.delays?.backoffBaseMs ?? BACKOFF_BASE_MS_DEFAULT,
      backoffCapMs: input.delays?.backoffCapMs ?? BACKOFF_CAP_MS_DEFAULT,
    },
    step: "reserveFunds",
    attempt: 0,
    unsure: false,
    retryAfterMs: null,
    failure: null,
    stuckReason: null,
    holdId: null,
    transferId: null,
    notified: false,
  }),
  initial: "reservingFunds",
  states: {
    reservingFunds: {
      entry: { type: "startStep", params: { step: "reserveFunds" } },
      initial: "attempting",
      on: {
        "saga.cancel": { target: "#payout.compensating.releasingFunds", actions: "failCancelled" },
      },
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "reserveFunds",
            src: "reserveFunds",
            input: ({ context }) => ({
              payoutId: context.payoutId,
              amountCents: context.amountCents,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepHold", params: ({ event }) => event.output },
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
        { guard: "outcomeUnknown", target: "#payout.compensating.releasingFunds" },
        { guard: "stepFailed", target: "compensated" },
        { target: "submittingTransfer" },
      ],
    },
    submittingTransfer: {
      description: "The pivot: from the bank's yes on, the payout only goes forward.",
      entry: { type: "startStep", params: { step: "submitTransfer" } },
      initial: "attempting",
      on: {
        "saga.cancel": {
          target: "#payout.compensating.withdrawingTransfer",
          actions: "failCancelled",
        },
      },
      states: {
        attempting: {
          tags: "forward",
          meta: { pivot: true },
          entry: "countAttempt",
          invoke: {
            id: "submitTransfer",
            src: "submitTransfer",
            input: ({ context }) => ({
              payoutId: context.payoutId,
              payeeId: context.payeeId,
              iban: context.iban,
              amountCents: context.amountCents,
            }),
            onDone: {
              target: "done",
              actions: { type: "keepTransfer", params: ({ event }) => event.output },
            },
            onError: [
              { guard: "isRejected", target: "failed", actions: "fail" },
              { target: "backingOff", actions: "noteUnsure" },
            ],
          },
          after: { attemptTimeout: { target: "backingOff", actions: "noteUnsure" } },
        },
        backingOff: { tags: "retrying", after: { backoff: "askingBank" } },
        askingBank: {
          description:
            "Was it taken, though no answer came? If not, the same transfer is sent again, under the same key.",
          tags: "retrying",
          invoke: {
            id: "findTransfer",
            src: "findTransfer",
            input: ({ context }) => ({ payoutId: context.payoutId }),
            onDone: [
              {
                guard: { type: "isTransfer", params: ({ event }) => event.output },
                target: "done",
                actions: { type: "keepTransfer", params: ({ event }) => event.output },
              },
              {
                guard: { type: "hasAttemptsLeft", params: { attemptsMax: 3 } },
                target: "attempting",
              },
              { target: "failed", actions: "failUnresolved" },
            ],
            onError: [
              {
                guard: { type: "hasAttemptsLeft", params: { attemptsMax: 3 } },
                target: "attempting",
              },
              { target: "failed", actions: "failUnresolved" },
            ],
          },
          after: {
            attemptTimeout: [
              {
                guard: { type: "hasAttemptsLeft", params: { attemptsMax: 3 } },
                target: "attempting",
              },
              { target: "failed", actions: "failUnresolved" },
            ],
          },
        },
        done: { type: "final" },
        failed: { type: "final" },
      },
      onDone: [
        { guard: "outcomeUnknown", target: "#payout.compensating.withdrawingTransfer" },
        { guard: "stepFailed", target: "#payout.compensating.releasingFunds" },
        { target: "bookingTransfer" },
      ],
    },
    bookingTransfer: {
      description:
        "Behind the pivot: the money has gone, so the books must say it. What cannot be booked waits for a person.",
      entry: { type: "startStep", params: { step: "bookTransfer" } },
      initial: "attempting",
      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "bookTransfer",
            src: "bookTransfer",
            input: ({ context }) => ({
              payoutId: context.payoutId,
              holdId: context.holdId,
              transferId: context.transferId,
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
              actions: { type: "startStep", params: { step: "bookTransfer" } },
            },
          },
        },
        done: { type: "final" },
      },
      onDone: "notifyingPayee",
    },
    notifyingPayee: {
      description: "A message that cannot be sent holds up no payout.",
      entry: { type: "startStep", params: { step: "notifyPayee" } },
      initial: "attempting",

      states: {
        attempting: {
          tags: "forward",
          entry: "countAttempt",
          invoke: {
            id: "notifyPayee",
            src: "notifyPayee",
            input: ({ context }) => ({ payoutId: context.payoutId, payeeId: context.payeeId }),
            onDone: { target: "done", actions: "keepNotified" },
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
      initial: "withdrawingTransfer",
      states: {
        withdrawingTransfer: {
          description:
            "The bank is asked to take it no more. If it has taken it, there is no way back: the payout goes forward.",
          entry: { type: "startStep", params: { step: "withdrawTransfer" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "withdrawTransfer",
                src: "withdrawTransfer",
                input: ({ context }) => ({ payoutId: context.payoutId }),
                onDone: [
                  {
                    guard: { type: "isTransfer", params: ({ event }) => event.output },
                    target: "taken",
                    actions: { type: "keepTransfer", params: ({ event }) => event.output },
                  },
                  { target: "done" },
                ],
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
                  actions: { type: "startStep", params: { step: "withdrawTransfer" } },
                },
                "saga.skip": { target: "done" },
              },
            },
            done: { type: "final" },
            taken: { type: "final" },
          },
          onDone: [
            { guard: "isTaken", target: "#payout.bookingTransfer" },
            { target: "releasingFunds" },
          ],
        },
        releasingFunds: {
          entry: { type: "startStep", params: { step: "releaseFunds" } },
          initial: "attempting",
          states: {
            attempting: {
              tags: "compensating",
              entry: "countAttempt",
              invoke: {
                id: "releaseFunds",
                src: "releaseFunds",
                input: ({ context }) => ({ payoutId: context.payoutId, holdId: context.holdId }),
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
                  actions: { type: "startStep", params: { step: "releaseFunds" } },
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
    holdId: context.holdId,
    transferId: context.transferId,
    notified: context.notified,
  }),
});
