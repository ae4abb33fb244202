/** Reads XState's configuration as JSON: what our own export, Stately's and `JSON.stringify(machine.config)` write. */
import { checkSize, invalid, isObject, Losses, statesOf } from "./imported.ts";
import type { Config, ImportedChart } from "./imported.ts";

/** What XState knows of a state; anything else would be refused, or passed over without a word. */
const KNOWN: ReadonlySet<string> = new Set([
  ..."id key initial context states on always after invoke onDone entry exit tags type history".split(
    " ",
  ),
  ..."target meta description output version route".split(" "),
]);

/** @throws {SagaError} SAGA_IMPORT_INVALID */
export function readXStateJson(text: string): ImportedChart {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const config = machineIn(parsed);
  checkSize(config);
  const losses = new Losses();
  const lineOf = linesIn(text);
  const kept = keep(config, { path: "", losses, lineOf });
  noteBuiltIns(kept, losses, lineOf);
  return { format: "xstate-json", config: kept, losses: losses.list() };
}

/** The machine itself, or the one in an answer of this server, or in Stately's export. */
function machineIn(parsed: unknown): Config {
  if (!isObject(parsed)) throw invalid("it is no object; an XState machine is one");
  for (const key of ["chart", "machine", "config"]) {
    const inner = parsed[key];
    if (isObject(inner) && isObject(inner["states"]) && !("states" in parsed)) return inner;
  }
  if (!isObject(parsed["states"])) throw invalid('it has no "states"; an XState machine has');
  return parsed;
}

interface Place {
  readonly path: string;
  readonly losses: Losses;
  readonly lineOf: (needle: string) => number | null;
}

function keep(state: Config, place: Place): Config {
  const { path, losses, lineOf } = place;
  const kept: Config = {};
  for (const [key, value] of Object.entries(state)) {
    if (!KNOWN.has(key)) {
      losses.add(lineOf(`"${key}"`), `"${key}" of ${path || "the machine"} is left out`);
    } else if (key !== "states") kept[key] = value;
    else kept["states"] = keepStates(state, place);
  }
  return kept;
}

function keepStates(state: Config, place: Place): Config {
  const entries = Object.entries(statesOf(state)).map(([key, child]) => {
    if (!isObject(child)) throw invalid(`state ${JSON.stringify(key)} is no object`);
    const path = place.path === "" ? key : `${place.path}.${key}`;
    return [key, keep(child, { ...place, path })] as const;
  });
  return Object.fromEntries(entries);
}

/** JSON has no functions: what XState's own actions were given is gone. */
function noteBuiltIns(
  value: unknown,
  losses: Losses,
  lineOf: (needle: string) => number | null,
): void {
  if (Array.isArray(value)) for (const item of value) noteBuiltIns(item, losses, lineOf);
  if (!isObject(value)) return;
  const { type } = value;
  if (typeof type === "string" && type.startsWith("xstate.") && !isKept(value)) {
    const name = type.slice("xstate.".length);
    losses.add(lineOf(`"${type}"`), `what ${name} was given is not in JSON; it becomes a name`);
  }
  for (const part of Object.values(value)) noteBuiltIns(part, losses, lineOf);
}

/** Whether it says all that it needs: `raise` of an event without a payload. */
export function isKept(action: Config): boolean {
  const { params } = action;
  return (
    action["type"] === "xstate.raise" && isObject(params) && typeof params["event"] === "string"
  );
}

function linesIn(text: string): (needle: string) => number | null {
  return (needle) => {
    const index = text.indexOf(needle);
    return index === -1 ? null : text.slice(0, index).split("\n").length;
  };
}
