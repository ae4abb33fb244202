/** Samples: what a check or a test needs to know of the world that a chart alone does not tell. */
import { SagaError } from "../errors.ts";

/** What the world says, by example. */
export interface Samples {
  /** Input of an instance, as its schema takes it. */
  readonly input: unknown;
  /**
   * By name of the activity, what it gives when all goes well: a value, a pure function of its input and of
   * what is in place in the world, or `oneOf` several of them. Default undefined.
   */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What attempts are rejected with. Default: an error whose `kind` is `rejected`, one whose `kind` is `unknown`. */
  readonly errors?: { readonly rejected: unknown; readonly transient: unknown };
  /** By type, payloads of events from outside, without their type. Default: one, empty. */
  readonly events?: Readonly<Record<string, readonly object[]>>;
}

/** What an activity that only asks can find out, such as whether a payout arrived. */
export interface WorldFacts {
  /** Names of the activities whose effects are in place, in the order in which they took effect. */
  readonly inPlace: readonly string[];
}

/** An output that a function makes of the activity's input. */
export type OutputOf = (input: never, facts: WorldFacts) => unknown;

/** Outputs of which an activity may give any. */
class OneOf {
  readonly outputs: readonly unknown[];

  constructor(outputs: readonly unknown[]) {
    this.outputs = outputs;
  }
}

/**
 * An activity whose answer may be any of these: each is tried.
 *
 * @example outputs: { checkFraud: oneOf({ isFraud: false }, { isFraud: true }) }
 */
export function oneOf(first: unknown, ...others: readonly unknown[]): OneOf {
  return new OneOf([first, ...others]);
}

/** How many outputs there are to try. */
export function choicesOf({ outputs = {} }: Samples, src: string): number {
  const output = outputs[src];
  return output instanceof OneOf ? output.outputs.length : 1;
}

/** Whether an output is made of the input and of what is in place. */
export function isMade({ outputs = {} }: Samples, src: string): boolean {
  const sample = outputs[src];
  const all = sample instanceof OneOf ? sample.outputs : [sample];
  return all.some((output) => typeof output === "function");
}

/**
 * What an activity gives; `choice` counts from 0.
 *
 * @throws {SagaError} SAGA_CHECK_INVALID if the sample is a function that throws.
 */
export function outputOf(
  { outputs = {} }: Samples,
  activity: { readonly src: string; readonly input: unknown },
  facts: WorldFacts,
  choice = 0,
): unknown {
  const sample = outputs[activity.src];
  const output = sample instanceof OneOf ? sample.outputs[choice] : sample;
  if (typeof output !== "function") return output;
  try {
    return (output as OutputOf)(activity.input as never, facts);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SagaError(
      "SAGA_CHECK_INVALID",
      `the sample output of "${activity.src}" threw: ${reason}`,
      { cause },
    );
  }
}

/** What an attempt is rejected with, surely without an effect or not. */
export function errorOf({ errors }: Samples, kind: "rejected" | "transient"): unknown {
  return (errors ?? DEFAULT_ERRORS)[kind];
}

const DEFAULT_ERRORS = {
  rejected: Object.assign(new Error("rejected"), { kind: "rejected" }),
  transient: Object.assign(new Error("no definite answer"), { kind: "unknown" }),
};
