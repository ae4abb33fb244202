/**
 * Charts from elsewhere: what a text is, what chart it says, and the files that a saga of it is made of. Nothing that
 * is imported runs; what cannot be kept as it was is told line by line.
 */
import { isPhaseTag } from "../saga/phase.ts";
import { IMPORT_LENGTH_MAX, importFormats, invalid, statesOf } from "./imported.ts";
import type { Config, ImportedChart, ImportFormat, Loss } from "./imported.ts";
import { readMermaid } from "./read-mermaid.ts";
import { readScxml } from "./read-scxml.ts";
import { readTypeScript } from "./read-typescript.ts";
import type { ReadSource } from "./read-typescript.ts";
import { readXStateJson } from "./read-xstate.ts";

const NAME_LENGTH_MAX = 64;

/** What a text is, by its first characters; null if it is none of what can be imported. */
export function detectFormat(source: string): ImportFormat | null {
  const text = source.trimStart();
  if (text.startsWith("{")) return "xstate-json";
  if (/^(?:<\?xml|<!--|<scxml|<\w+:scxml)/.test(text)) return "scxml";
  if (/^(?:(?:%%.*|---[\s\S]*?---)?\s*)*stateDiagram/.test(text)) return "mermaid";
  if (/\bcreateMachine\s*\(/.test(text)) return "typescript";
  return null;
}

export interface ReadChart extends Omit<ImportedChart, "format"> {
  readonly format: ImportFormat;
  /** What would be a good name of a saga. */
  readonly name: string;
  /** Of TypeScript: what becomes of the file. */
  readonly source?: ReadSource["source"];
}

/**
 * The chart of a text. Leaves without a phase get one, since a saga needs it, and it is told; TypeScript stays as it is.
 *
 * @throws {SagaError} SAGA_IMPORT_INVALID, SAGA_SOURCE_INVALID
 */
export function readChart(source: string, format: ImportFormat): ReadChart {
  checkLength(source);
  const chart = readers[format](source);
  const losses: Loss[] = [...chart.losses];
  const isText = format === "typescript";
  const config = isText ? chart.config : withPhases(chart.config, losses, []);
  const { id } = config;
  return { ...chart, config, losses, name: sagaName(typeof id === "string" ? id : "") };
}

/** @throws {SagaError} SAGA_IMPORT_INVALID if it is too long. */
function checkLength(source: string): void {
  if (source.length <= IMPORT_LENGTH_MAX) return;
  throw invalid(`it has ${source.length} characters, at most ${IMPORT_LENGTH_MAX} can be imported`);
}

/** @throws {SagaError} SAGA_IMPORT_INVALID if there is no such format. */
export function readFormat(value: unknown): ImportFormat {
  const known = importFormats.find((format) => format === value);
  if (known !== undefined) return known;
  throw invalid(`the format is none of ${importFormats.join(", ")}`);
}

const readers: Readonly<Record<ImportFormat, (source: string) => ImportedChart | ReadSource>> = {
  "xstate-json": readXStateJson,
  scxml: readScxml,
  mermaid: readMermaid,
  typescript: readTypeScript,
};

/** A saga must say on each of its leaves what it does there; a chart from elsewhere does not. */
function withPhases(state: Config, losses: Loss[], path: readonly string[]): Config {
  const inner = Object.entries(statesOf(state));
  if (inner.length === 0) return path.length === 0 ? state : withPhase(state, losses, path);
  const states = inner.map(([key, child]) => [key, withPhases(child, losses, [...path, key])]);
  return { ...state, states: Object.fromEntries(states) as Config };
}

function withPhase(state: Config, losses: Loss[], path: readonly string[]): Config {
  const { type, tags } = state;
  const isEnd = type === "final" && path.length === 1;
  const isPassed = type === "history" || (type === "final" && !isEnd) || "always" in state;
  const said = [tags].flat().filter((tag) => typeof tag === "string");
  if (isPassed || said.some(isPhaseTag)) return state;
  const phase = isEnd ? "completed" : "forward";
  losses.push({ line: null, what: `${path.join(".")} says no phase; it is tagged ${phase}` });
  const whole = said.length === 0 ? phase : [phase, ...said];
  return insertTags(state, whole);
}

/** Where one writes them: before what happens in the state. */
function insertTags(state: Config, tags: unknown): Config {
  const { id, description, type, ...rest } = state;
  const front = { id, description, type };
  const known = Object.entries(front).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), ...rest, tags };
}

/** `OrderFlow v2` → `order-flow-v2`. */
export function sagaName(text: string): string {
  const name = text
    .replaceAll(/([a-z\d])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, NAME_LENGTH_MAX);
  return name === "" || name === "machine" ? "imported" : name;
}
