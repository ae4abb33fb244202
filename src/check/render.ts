/** A report as lines of text, without colors. */
import type { Bound, Bounds } from "./bounds.ts";
import { properties } from "./property.ts";
import type { CheckFinding, CheckReport, Witness, WitnessStep, WorldReport } from "./report.ts";
import type { EventVerdicts } from "../saga/accepts.ts";

export function renderReport(report: CheckReport): readonly string[] {
  const { findings, waived, unusedWaivers, notExplored } = report;
  return [
    `saga "${report.saga}" version ${report.version}: ${summaryOf(report)}`,
    "",
    ...findings.flatMap((finding) => [...renderFinding(finding), ""]),
    ...section(
      "Waived",
      waived.map(({ finding, reason }) => `${finding.property} at ${finding.place}: ${reason}`),
    ),
    ...section(
      "Waivers of nothing: remove them",
      unusedWaivers.map(({ property, place }) => `${property} at ${place}`),
    ),
    ...section("Explored", report.worlds.map(renderWorld)),
    ...section("Covered", renderCoverage(report)),
    ...section(
      "At most, with no event from outside",
      report.bounds === null ? [] : renderBounds(report.bounds),
    ),
    ...section("Fate of events", report.fates.map(renderFates)),
    ...section(
      "Not explored",
      notExplored.map((what) => what),
    ),
  ].slice(0, -1);
}

function summaryOf({ findings, waived }: CheckReport): string {
  if (findings.length === 0) {
    return waived.length === 0 ? "nothing found" : `nothing found but what is waived`;
  }
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const parts = [count(errors, "error"), count(findings.length - errors, "warning")];
  return parts.filter((part) => !part.startsWith("0 ")).join(", ");
}

function renderFinding(finding: CheckFinding): readonly string[] {
  const { severity, property, message, worlds, witness } = finding;
  const where = worlds.length === 0 ? "" : ` (${worlds.join(", ")})`;
  return [
    `${severity}: ${properties[property].claim} [${property}]${where}`,
    `  ${message}`,
    ...(witness === null ? [] : renderWitness(witness).map((line) => `  ${line}`)),
  ];
}

/** A way, one line a move. */
export function renderWitness({ world, start, steps, repeating }: Witness): readonly string[] {
  const lines = steps.map((step, index) => renderStep(step, index));
  const at = steps.length - repeating;
  return [
    `In the ${world} world, from ${start.state}:`,
    ...lines.slice(0, at),
    ...(repeating > 0 ? ["and for ever again:", ...lines.slice(at)] : []),
  ].map((line, index) => (index === 0 ? line : `  ${line}`));
}

function renderStep({ words, state, inPlace }: WitnessStep, index: number): string {
  const effects = inPlace.length === 0 ? "nothing in place" : `in place: ${inPlace.join(", ")}`;
  return `${index + 1}. ${words} → ${state} (${effects})`;
}

function renderWorld(world: WorldReport): string {
  const { configurations, edges, ends, depth, durationMs, cutOff } = world;
  const size = `${number(configurations)} configurations, ${number(edges)} moves, ${number(ends)} ends, up to ${depth} moves deep`;
  const cut = cutOff.length === 0 ? "" : `; cut off: ${cutOff.join("; ")}`;
  return `${world.world}: ${size}, in ${number(Math.round(durationMs))} ms${cut}`;
}

function renderCoverage({ coverage: { states, transitions } }: CheckReport): readonly string[] {
  const missing = [...states.missing, ...transitions.missing].map((name) => `  not: ${name}`);
  return [
    `${states.met} of ${states.total} states, ${transitions.met} of ${transitions.total} transitions`,
    ...missing,
  ];
}

function renderBounds({ fromStartMs, afterEventMs, calls, isAtLeast }: Bounds): readonly string[] {
  const named = Object.entries(calls).map(([src, most]) => `${src} ${most ?? "without bound"}`);
  return [
    `${time(fromStartMs)} from the start, ${time(afterEventMs)} after any event`,
    `calls: ${named.join(", ")}`,
    ...(isAtLeast ? ["or more: something was cut off"] : []),
  ];
}

function renderFates({ type, states }: EventVerdicts): string {
  const by = new Map<string, string[]>();
  for (const { state, verdict } of states) by.set(verdict, [...(by.get(verdict) ?? []), state]);
  const parts = [...by].map(([verdict, names]) =>
    names.length > LISTED_MAX
      ? `${verdict} in ${names.length} states`
      : `${verdict} in ${names.join(", ")}`,
  );
  return `${type}: ${parts.join("; ")}`;
}

/** States that are worth naming one by one. */
const LISTED_MAX = 6;

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), ""];
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

function time(ms: Bound): string {
  if (ms === null) return "without bound";
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ["ms", 1];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
