/**
 * Termination: the end of an instance from outside its chart, by an operator or by its parent. Nothing is undone, and nothing stays pending
 * but attempts that may still take effect.
 */
import type { AnyMachineSnapshot } from "xstate";
import { normalizeError } from "./codec.ts";
import type { Effect } from "./effect.ts";
import type { Standing, Step } from "./step.ts";

/** The step that ends an instance with `error`. It asks no chart, so no chart can refuse it. */
export function terminate(current: Standing, error: Error): Step {
  return end(current, { status: "error", error: normalizeError(error) });
}

/** The step by which the parent of an instance ends it. As in XState, exit actions are not run. */
export function stop(current: Standing): Step {
  return end(current, { status: "stopped" });
}

function end(current: Standing, ended: { status: "error" | "stopped"; error?: unknown }): Step {
  const left = current.activities.filter(({ abandoned }) => !abandoned);
  const effects: Effect[] = [
    ...current.timers.map((timer) => ({ kind: "cancelTimer", timer }) as const),
    ...left.map((activity) => ({ kind: "leaveActivity", activity }) as const),
    ...current.children.map((child) => ({ kind: "stopChild", child }) as const),
  ];
  const snapshot = {
    ...current.snapshot,
    ...ended,
    children: {},
  } as unknown as AnyMachineSnapshot;
  const activities = current.activities.map((activity) =>
    activity.abandoned ? activity : { ...activity, abandoned: true },
  );
  return { next: { ...current, snapshot, timers: [], activities, children: [] }, effects };
}
