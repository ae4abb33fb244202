/** What a check is asked for, and whether it can be. */
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import { propertyNames } from "./property.ts";
import type { PropertyName } from "./property.ts";
import { namesIn } from "./rule.ts";
import type { Rule } from "./rule.ts";
import type { Samples } from "./samples.ts";
import type { Scope } from "./scope.ts";

/**
 * What the world may do. `clean`: a call that fails or is given up had no effect. `lossy`: it may have had
 * one. `crash`: as lossy, and the process dies at every commit. `zombie`: as lossy, and an attempt that the
 * chart has left may take effect later.
 */
export const worlds = ["clean", "lossy", "crash", "zombie"] as const;

export type World = (typeof worlds)[number];

/** A finding that is known and accepted. */
export interface Waiver {
  readonly property: PropertyName;
  /** The place that the finding names. */
  readonly place: string;
  /** Why it may stay: a sentence. */
  readonly reason: string;
}

export interface CheckOptions {
  readonly samples: Samples;
  /** Default: all. */
  readonly worlds?: readonly World[];
  /** Names of activities after which the saga only goes forward, beside those in states with `meta: { pivot: true }`. */
  readonly pivots?: readonly string[];
  readonly rules?: readonly Rule[];
  readonly waivers?: readonly Waiver[];
  /**
   * Paths in the context to what tells no configurations apart, such as texts: `failure.message`, and with `*`
   * for any key `parts.*.reason`. Nothing that decides may look at it; the report names it.
   */
  readonly ignoreContext?: readonly string[];
  /**
   * By name of a number in the params of guards, such as `attemptsMax`, the most that it is taken for. The
   * report names what is left out so.
   */
  readonly scope?: Scope;
  /** Configurations that are looked at in one world. Default 200,000. */
  readonly configurationsMax?: number;
  /** What measures the time that the check takes. */
  readonly clock?: Pick<Clock, "monotonic">;
}

/** Half a gigabyte of them, and some minutes. */
export const CONFIGURATIONS_MAX = 200_000;

/** Repetitions of the same states without an event from outside, after which they are taken for endless. */
export const ROUNDS_MAX = 50;

/** What options may name. */
export interface Known {
  readonly activities: readonly string[];
  readonly states: readonly string[];
  readonly events: readonly string[];
}

/** @throws {SagaError} SAGA_CHECK_INVALID if an option cannot be used. */
export function assertOptions(options: CheckOptions, known: Known): void {
  assertLimit(options.configurationsMax);
  assertKnown("world", options.worlds ?? [], worlds);
  const { outputs = {}, events = {} } = options.samples;
  assertKnown("activity", [...(options.pivots ?? []), ...Object.keys(outputs)], known.activities);
  assertKnown("event", Object.keys(events), known.events);
  for (const rule of options.rules ?? []) assertRule(rule, known);
  for (const waiver of options.waivers ?? []) assertWaiver(waiver);
}

function assertLimit(configurationsMax: number | undefined): void {
  if (configurationsMax === undefined) return;
  if (Number.isSafeInteger(configurationsMax) && configurationsMax > 0) return;
  throw invalid(
    `configurationsMax is ${JSON.stringify(configurationsMax)}; give a positive integer`,
  );
}

function assertRule(rule: Rule, known: Known): void {
  const { effects, states, events } = namesIn(rule);
  assertKnown("activity", effects, known.activities);
  assertKnown("state", states, known.states);
  assertKnown("event", events, known.events);
}

function assertWaiver({ property, place, reason }: Waiver): void {
  assertKnown("property", [property], propertyNames);
  if (typeof reason === "string" && reason.trim() !== "") return;
  throw invalid(`the waiver of "${property}" at "${place}" has no reason; say why it may stay`);
}

function assertKnown(kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const list = known.map((name) => `"${name}"`).join(", ");
  throw invalid(`there is no ${kind} "${unknown}"; known are ${list}`);
}

function invalid(what: string): SagaError {
  return new SagaError("SAGA_CHECK_INVALID", `check: ${what}`);
}
