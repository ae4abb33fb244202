/** The four-step saga as nothing but a computation: what XState itself takes, and what our pure step takes with it. */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";
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

function checkDone({ status }: AnyMachineSnapshot): void {
  if (status !== "done") throw new Error(`the saga is ${status} at its end`);
}
