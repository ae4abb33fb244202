/**
 * Scope: limits in a chart, made smaller for the check. Most mistakes show with two attempts as with eight, and
 * regions side by side multiply what one region can be in. What is left out so is reported.
 */
import type { Chart } from "../saga/chart.ts";
import { stateNodes } from "../saga/chart.ts";
import { transitionsOf } from "../saga/finding.ts";
import type { StaticTransition } from "../saga/finding.ts";

/** By name of a number in the params of guards, the most that it is taken for. */
export type Scope = Readonly<Record<string, number>>;

/** Makes the numbers smaller in the checker's own copy of the chart; tells what is left out. */
export function shrink({ machine }: Chart, scope: Scope): readonly string[] {
  const before = new Map<string, Set<number>>();
  for (const transition of stateNodes(machine).flatMap(transitionsOf)) {
    const params = paramsOf(transition);
    const smaller = Object.entries(scope).filter(([name, most]) => Number(params?.[name]) > most);
    for (const [name] of smaller) {
      before.set(name, (before.get(name) ?? new Set()).add(Number(params?.[name])));
    }
    if (smaller.length === 0) continue;
    const { guard } = transition as { guard: object };
    const replaced = { ...guard, params: { ...params, ...Object.fromEntries(smaller) } };
    (transition as { guard?: unknown }).guard = replaced;
  }
  return [...before].map(
    ([name, numbers]) =>
      `what \`${name}\` allows beyond ${scope[name]}: in the chart it is ${[...numbers].join(", ")}`,
  );
}

function paramsOf({ guard }: StaticTransition): Readonly<Record<string, unknown>> | null {
  const { params } = Object(guard) as { params?: unknown };
  return typeof params === "object" ? (params as Readonly<Record<string, unknown>> | null) : null;
}
