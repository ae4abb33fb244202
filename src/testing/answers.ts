/** What a sampled world answers to an attempt: the same in the chart's expectation and in the run. */
import type { AttemptOutcome } from "../check/move.ts";
import { errorOf, outputOf } from "../check/samples.ts";
import type { Samples, WorldFacts } from "../check/samples.ts";
import type { Outcome } from "../saga/step.ts";

/** How an attempt ends, and with which of the outputs that the samples have for it. */
export interface Ending {
  readonly outcome: AttemptOutcome;
  readonly choice?: number;
}

/** `facts`: what is in place once the attempt has had its effect. */
export function answerTo(
  samples: Samples,
  asked: { readonly src: string; readonly input: unknown },
  { outcome, choice }: Ending,
  facts: WorldFacts,
): Outcome {
  switch (outcome) {
    case "ok":
      return { kind: "done", output: outputOf(samples, asked, facts, choice) };
    case "rejected":
      return { kind: "error", error: errorOf(samples, "rejected") };
    // The caller cannot tell these two apart.
    case "transient":
    case "lostReply":
      return { kind: "error", error: errorOf(samples, "transient") };
  }
}

/** Whether the effect of an attempt that ends so is in place. */
export function hasEffect(outcome: AttemptOutcome): boolean {
  return outcome === "ok" || outcome === "lostReply";
}
