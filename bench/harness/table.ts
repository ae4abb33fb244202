/** Findings as a table of Markdown, the same for all benches: in the terminal and on the page. */
import type { Row, Verdict } from "./bench.ts";
import { median } from "./statistics.ts";

const HEADER = "| measure | unit | median | min | max | ratio | to |";
const RULE = "|---|---|--:|--:|--:|--:|---|";

export function toTable(rows: readonly Row[]): string {
  return [HEADER, RULE, ...rows.map(toLine)].join("\n");
}

function toLine({ measure, unit, values, ratio }: Row): string {
  const cells = [
    measure,
    unit,
    figure(median(values)),
    figure(Math.min(...values)),
    figure(Math.max(...values)),
    ratio === null ? "" : figure(median(ratio.values)),
    ratio === null ? "" : ratio.to,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Targets, what was measured, and whether they are reached: plainly. */
export function toVerdictTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ measure, target, measured, isReached }) => {
    const reached = measured === null ? "not measured" : isReached ? "yes" : "**no**";
    return `| ${measure} | ${target} | ${measured ?? ""} | ${reached} |`;
  });
  return ["| measure | target | measured | reached |", "|---|---|--:|---|", ...lines].join("\n");
}

/** Three digits that count, or all before the point. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
