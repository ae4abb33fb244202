/**
 * The four-step saga as nothing but a computation: what XState itself takes, what our pure step takes with it, and
 * what the rows take that are made of it.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";
import { firstDecision } from "../../src/runtime/decisions/begin.ts";
import { decide } from "../../src/runtime/decisions/decide.ts";
import { Facts } from "../../src/runtime/facts.ts";
import { momentAfter } from "../../src/runtime/instance.ts";
import { prepareWithKin } from "../../src/runtime/kinship.ts";
import type { Relations } from "../../src/runtime/kinship.ts";
import { toChart } from "../../src/saga/chart.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { createScope } from "../../src/saga/scope.ts";
import { settle, start } from "../../src/saga/step.ts";
import type { Standing } from "../../src/saga/step.ts";

const OUTPUTS = [
  { activityId: "reserve", output: { reservationId: "r-1" } },
  { activityId: "charge", output: { paymentId: "p-1" } },
  { activityId: "ship", output: { shipmentId: "s-1" } },
  { activityId: "notify", output: undefined },
];

/** Runs so many sagas by `machine.transition` alone, on one inert scope for all; gives the milliseconds that it took. */
export function runXState(saga: AnySaga, input: unknown, count: number): number {
  const machine: AnyStateMachine = toChart(saga).machine;
  const { scope, actions } = createScope({ instanceId: "o-1", revision: 1 });
  const events = OUTPUTS.map(({ activityId, output }) => ({
    type: `xstate.done.actor.${activityId}`,
    output,
    actorId: activityId,
  }));
  const collected = actions as unknown[];
  const begunAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    let snapshot = machine.getInitialSnapshot(scope as never, input);
    for (const event of events) {
      snapshot = machine.transition(snapshot as never, event, scope as never);
    }
    // They are only collected; what is done with them belongs to us and not to XState.
    collected.length = 0;
    checkDone(snapshot as AnyMachineSnapshot);
  }
  return performance.now() - begunAt;
}

/** Runs so many sagas by our own pure step, with all effects as data; gives the milliseconds that it took. */
export function runSteps(saga: AnySaga, input: unknown, count: number): number {
  const chart = toChart(saga);
  const begunAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const moment = { instanceId: "o-1", revision: 1, nowMs: 0 };
    let standing: Standing = start(chart, input, moment).next;
    for (const [step, { activityId, output }] of OUTPUTS.entries()) {
      const activity = standing.activities.find((one) => one.activityId === activityId);
      if (activity === undefined) throw new Error(`"${activityId}" is not pending`);
      const outcome = { kind: "done", output } as const;
      standing = settle(
        chart,
        standing,
        { activity, outcome },
        { ...moment, revision: step + 2 },
      ).next;
    }
    checkDone(standing.snapshot);
  }
  return performance.now() - begunAt;
}

/** Runs so many sagas by our decisions, each made into the rows that its commit would write. */
export function runDecisions(saga: AnySaga, input: unknown, count: number): void {
  const chart = toChart(saga);
  const relations = (): Relations => ({ facts: new Facts(noFacts), chartOf: () => chart, worker });
  const born = { correlationId: "c-1", traceparent: null, attributes: {} };
  for (let index = 0; index < count; index += 1) {
    const nowMs = index;
    const key = { saga: saga.name, instanceId: `o-${index}` };
    const moment = { instanceId: key.instanceId, revision: 1, nowMs };
    const first = firstDecision({ ...born, key, chart, input }, null, moment);
    const origin = { ...born, createdAtMs: nowMs, parent: null };
    const decided = { decision: first, before: null, eventId: null };
    let { next } = prepareWithKin(decided, { chart, moment, origin }, relations());
    for (const { activityId, output } of OUTPUTS) {
      const effect = { activityId, generation: next.record.revision };
      const outcome = { kind: "done", output } as const;
      const then = momentAfter(next, nowMs);
      const decision = decide(next, { kind: "outcome", effect, outcome, lostUntilMs: null }, then);
      if (decision === null) throw new Error(`"${activityId}" is not pending`);
      const mover = { chart, moment: then, origin: next.record };
      ({ next } = prepareWithKin({ decision, before: next, eventId: null }, mover, relations()));
    }
    checkDone(next.standing.snapshot);
  }
}

/** A worker that has room for all and has lost nobody. */
const worker: Relations["worker"] = {
  lease: () => 0,
  release: () => {},
  mayTakeEffect: () => false,
  isPerforming: () => false,
};

/** The saga turns on nobody else. */
const noFacts = {
  exists: () => Promise.resolve(false),
  findSystemId: () => Promise.resolve(null),
};

function checkDone({ status }: AnyMachineSnapshot): void {
  if (status !== "done") throw new Error(`the saga is ${status} at its end`);
}
