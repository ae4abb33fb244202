/**
 * Lint: what a chart must keep to be durable. Runs when a saga is registered, so that nothing is dropped in
 * silence later; it reads the chart and runs nothing of it.
 *
 * What a function decides while it runs (`enqueueActions`, a computed delay, a spawn inside `assign`) cannot
 * be seen from outside; the step refuses it when it is met.
 */
import { SagaError } from "../errors.ts";
import type { AnySaga } from "./define.ts";
import type { Finding, Rule } from "./finding.ts";
import { effectRules } from "./lint-effects.ts";
import { invokeRules } from "./lint-invokes.ts";
import { limitRules } from "./lint-limits.ts";
import { nameRules } from "./lint-names.ts";
import { parkRules } from "./lint-parks.ts";
import { stateRules } from "./lint-states.ts";

export type { Finding } from "./finding.ts";

const rules: readonly Rule[] = [
  ...nameRules,
  ...effectRules,
  ...invokeRules,
  ...stateRules,
  ...parkRules,
  ...limitRules,
];

/** All that keeps a saga from being durable, by rule, then in document order; nothing if it is well drawn. */
export function lint(saga: AnySaga): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const { rule, state, message, remedy } of rules.flatMap((check) => check(saga))) {
    // A state may mention the same unknown name many times.
    findings.set(`${rule} ${state} ${message}`, { rule, saga: saga.name, state, message, remedy });
  }
  return [...findings.values()];
}

// A definition is frozen, so what was found once holds.
const durable = new WeakSet<AnySaga>();

/** @throws {SagaError} SAGA_CHART_INVALID with all findings in its text and in `details.findings`, if there are any. */
export function assertDurable(saga: AnySaga): void {
  if (durable.has(saga)) return;
  const findings = lint(saga);
  if (findings.length === 0) {
    if (Object.isFrozen(saga)) durable.add(saga);
    return;
  }
  const lines = findings.map(
    ({ rule, state, message, remedy }) => `- ${state}: ${message}; ${remedy} [${rule}]`,
  );
  throw new SagaError(
    "SAGA_CHART_INVALID",
    `saga "${saga.name}" version ${saga.version} cannot be made durable:\n${lines.join("\n")}`,
    { details: { findings } },
  );
}
