/** Verdicts on targets: the median of what was measured against a bound. */
import type { Verdict } from "./bench.ts";
import { median } from "./statistics.ts";
import { figure } from "./table.ts";

/** The median must be at least `bound`. */
export function atLeast(
  measure: string,
  values: readonly number[],
  bound: number,
  unit = "",
): Verdict {
  return verdict(measure, `at least ${withUnit(bound, unit)}`, values, {
    unit,
    isReached: median(values) >= bound,
  });
}

/** The median must be at most `bound`. */
export function atMost(
  measure: string,
  values: readonly number[],
  bound: number,
  unit = "",
): Verdict {
  return verdict(measure, `at most ${withUnit(bound, unit)}`, values, {
    unit,
    isReached: median(values) <= bound,
  });
}

function verdict(
  measure: string,
  target: string,
  values: readonly number[],
  { unit, isReached }: { unit: string; isReached: boolean },
): Verdict {
  return { measure, target, measured: withUnit(median(values), unit), isReached };
}

function withUnit(value: number, unit: string): string {
  return unit === "×" ? `${figure(value)} ×` : [figure(value), unit].join(" ").trim();
}
