/** Names of paths: what goes wrong on the way, in order, and where it leads. What goes well is not told. */
import type { AttemptOutcome, Move } from "../check/move.ts";
import type { Settled } from "./position.ts";

interface NamedStep {
  readonly move: Move;
  readonly settled: Settled;
}

/** @example "chargePayment loses its reply three times, refundPayment is rejected → compensating.refundingPayment.stuck" */
export function nameOf(start: Settled, steps: readonly NamedStep[]): string {
  const told: { phrase: string; times: number }[] = [];
  let before = start;
  for (const [index, { move, settled }] of steps.entries()) {
    const phrase = phraseOf(move, { before, after: settled, isLast: index === steps.length - 1 });
    before = settled;
    if (phrase === null) continue;
    const last = told.at(-1);
    if (last?.phrase === phrase) last.times += 1;
    else told.push({ phrase, times: 1 });
  }
  const way = told.map(({ phrase, times }) => `${phrase}${timesOf(times)}`).join(", ");
  return `${way || "all goes well"} → ${before.state}`;
}

/** XState's name of a timer, or the event's own: `attemptTimeout of chargingPayment.attempting`. */
export function timerName(eventType: string): string {
  const after = /^xstate\.after\.([^.]+)\.[^.]+\.(.+)$/.exec(eventType);
  return after === null ? eventType : `${after[1]} of ${after[2]}`;
}

/** One move in words. */
export function wordsOf(move: Move): string {
  switch (move.kind) {
    case "send":
      return `${move.event.type} comes`;
    case "fire":
      return `${timerName(move.event)} fires`;
    case "settle":
      return `${move.activityId} ${outcomeWords[move.outcome]}`;
    case "takeEffect":
      return `${move.activityId} takes effect, unheard`;
    case "settleLate":
      return `${move.activityId} ${lateWords[move.outcome]}`;
    case "lapse":
      return `${move.activityId} is never heard of again`;
    case "crash":
      return "the process dies";
  }
}

const outcomeWords: Readonly<Record<AttemptOutcome, string>> = {
  ok: "succeeds",
  rejected: "is rejected",
  transient: "fails",
  lostReply: "loses its reply",
};

const lateWords: Readonly<Record<AttemptOutcome, string>> = {
  ok: "takes effect late",
  rejected: "is rejected late",
  transient: "gives up",
  lostReply: "takes effect late",
};

function phraseOf(
  move: Move,
  { before, after, isLast }: { before: Settled; after: Settled; isLast: boolean },
): string | null {
  if (move.kind !== "fire") return goesWell(move) && !isLast ? null : wordsOf(move);
  const left = before.activities.filter((activity) => !after.activities.includes(activity));
  if (left.length > 0) return `${left.join(" and ")} hangs`;
  const isRetry = before.activities.length < after.activities.length;
  return isRetry && !isLast ? null : wordsOf(move);
}

function goesWell(move: Move): boolean {
  if (move.kind === "settle") return move.outcome === "ok";
  return move.kind === "settleLate" && move.outcome === "transient";
}

function timesOf(times: number): string {
  if (times === 1) return "";
  const words = ["", "", " twice", " three times", " four times", " five times"];
  return words[times] ?? ` ${times} times`;
}
