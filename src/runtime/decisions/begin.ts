/**
 * The beginning of an instance whose saga limits instances by key: at once, or kept until its key has room. One
 * that is kept is durable and has done nothing: no step, no timer, no activity. Pure, like all decisions.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import type { Chart } from "../../saga/chart.ts";
import { normalize } from "../../saga/codec.ts";
import type { Limit } from "../../saga/define.ts";
import { isEndPhase, phaseOf } from "../../saga/phase.ts";
import type { Phase } from "../../saga/phase.ts";
import { start } from "../../saga/step.ts";
import type { Moment, Step } from "../../saga/step.ts";
import { terminate } from "../../saga/terminate.ts";
import type { InstanceKey, InstanceRecord, Limited } from "../../store/store.ts";
import type { Decision } from "./decide.ts";
import type { Fork } from "./fork.ts";
import type { Instance } from "../instance.ts";

/** What a limit of instances may ask about one. */
export interface StartFacts {
  readonly input: unknown;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The key that an instance counts under; null if its saga has no such limit. @throws {SagaError} SAGA_TRANSITION_FAILED if it cannot be told. */
export function limitKeyOf({ saga }: Chart, facts: StartFacts): string | null {
  const limit = saga.limits.instances as Limit<StartFacts> | null;
  if (limit === null) return null;
  let key: unknown;
  let cause: unknown;
  try {
    key = limit.key(facts);
  } catch (error) {
    cause = error;
  }
  if (typeof key === "string") return key;
  throw new SagaError(
    "SAGA_TRANSITION_FAILED",
    `the limit of instances of saga "${saga.name}" gives no text as key for this start`,
    { cause },
  );
}

export interface StartRequest extends StartFacts {
  readonly key: InstanceKey;
  readonly chart: Chart;
  /** As its schema gave it. */
  readonly input: unknown;
  readonly correlationId: string;
  /** Valid W3C trace context that came with the start. */
  readonly traceparent?: string | null;
  /** Present if the instance begins where another one stood. */
  readonly fork?: Fork;
}

/** The first decision about an instance: its first step, or that it waits. */
export function firstDecision(
  { chart, input, traceparent = null, fork }: StartRequest,
  limited: Limited | null,
  moment: Moment,
): Decision {
  // As the journal keeps it, so that one that waits begins with the same.
  const event = { type: "xstate.init", input: normalize(input) };
  const step = fork === undefined ? start(chart, event.input, moment) : fork.begin(moment);
  const decision: Decision = {
    event: fork === undefined ? event : Object.assign(event, { forkedFrom: fork.from }),
    traceparent,
    limited,
    ...(fork !== undefined && { operation: fork.operation }),
    ...decided(step),
  };
  if (limited?.waits !== true) return decision;
  // The step was made to find out whether it can be. It is made again when there is room.
  const { snapshot, visits } = step.next;
  const next = { snapshot, visits, timers: [], activities: [], children: [] };
  return { ...decision, step: { next, effects: [] }, verdict: "waiting" };
}

/** The first step of an instance that waited; null if it does not wait any more. */
export function decideBegin(
  { chart, record }: Instance,
  input: unknown,
  moment: Moment,
): Decision | null {
  const { limited } = record;
  if (limited?.waits !== true || isEndPhase(record.phase)) return null;
  return {
    ...decided(start(chart, input, moment)),
    event: { type: "xstate.init", input } as EventObject,
    limited: { ...limited, waits: false },
  };
}

/**
 * What an event does to an instance that waits: a cancel ends it, since nothing is there to be undone. Nothing
 * else is taken.
 *
 * @throws {SagaError} SAGA_EVENT_NOT_ACCEPTED
 */
export function decideWaiting({ record, standing }: Instance, event: EventObject): Decision {
  if (event.type === "saga.cancel") {
    const { reason } = event as { reason?: unknown };
    const why = typeof reason === "string" ? `: ${reason}` : "";
    const step = terminate(standing, new Error(`cancelled before it began${why}`));
    return { ...decided(step), source: "operator", event, phase: "compensated" };
  }
  throw new SagaError(
    "SAGA_EVENT_NOT_ACCEPTED",
    `instance "${record.instanceId}" of saga "${record.saga}" has not begun: it waits for room under the key "${record.limited?.key}"`,
    { details: { why: "not-in-this-state", accepts: [] } },
  );
}

export function isWaiting({ limited }: Pick<InstanceRecord, "limited">): boolean {
  return limited?.waits === true;
}

/** The phase that a decision leads to, and where the instance stands under its limit then. */
export function standingUnderLimit(
  before: Instance | null,
  decision: Decision,
): { readonly phase: Phase; readonly limited: Limited | null; readonly hasBegun: boolean } {
  const { limited = before?.record.limited ?? null } = decision;
  const hasBegun = limited?.waits !== true;
  const phase = decision.fault === null ? phaseAfter(decision, hasBegun) : "stuck";
  return { phase, limited: isEndPhase(phase) ? null : limited, hasBegun };
}

// One that has not begun may be ended, but is in no state that could tell a phase.
function phaseAfter({ phase, step }: Decision, hasBegun: boolean): Phase {
  const { snapshot } = step.next;
  if (phase !== undefined) return phase;
  const isEnded = snapshot.status === "error" || snapshot.status === "stopped";
  return hasBegun || isEnded ? phaseOf(snapshot) : "forward";
}

function decided(step: Step): Omit<Decision, "event"> {
  return {
    step,
    source: "start",
    verdict: "applied",
    timerFired: null,
    effectFinished: null,
    fault: null,
  };
}
