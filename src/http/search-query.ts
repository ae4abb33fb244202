/** What a query says about which instances it looks for. Each parameter stands once, `phase` as often as needed. */
import { SagaError } from "../errors.ts";
import type { SearchOptions } from "../runtime/readers/search.ts";
import { isPhase, phases } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import { isObject } from "./json-body.ts";
import { httpLimits } from "./limits.ts";
import { fromIso } from "./search-time.ts";
import { decodeCursor } from "./search-cursor.ts";

/** Before the name of an attribute: `attribute.customer=c-7`. */
const ATTRIBUTE = "attribute.";

type Parameters = Readonly<Record<string, unknown>>;

const searchNames =
  "saga,version,phase,state,tag,suspended,quarantined,q,startedAfter,startedBefore,limit,cursor".split(
    ",",
  );

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function readSearch(query: unknown): SearchOptions {
  const all = isObject(query) ? query : {};
  const attributes = readAttributes(all);
  const parameters = only(all, searchNames, (name) => name.startsWith(ATTRIBUTE));
  const { phase } = parameters;
  const limit = readInteger(parameters, "limit", httpLimits.searchPageMax);
  return {
    ...readSagaAndVersion(parameters),
    ...given("phases", phase === undefined ? undefined : [phase].flat().map(readPhase)),
    ...given("state", readText(parameters, "state")),
    ...given("tag", readText(parameters, "tag")),
    ...given("suspended", readFlag(parameters, "suspended")),
    ...given("quarantined", readFlag(parameters, "quarantined")),
    ...given("idPrefix", readText(parameters, "q")),
    ...given("attributes", attributes),
    ...given("startedFromMs", readTime(parameters, "startedAfter")),
    ...given("startedBeforeMs", readTime(parameters, "startedBefore")),
    ...given("after", readCursor(parameters)),
    limit: limit ?? httpLimits.searchPageDefault,
  };
}

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function readCounts(query: unknown): { saga?: string } {
  const parameters = only(isObject(query) ? query : {}, ["saga"]);
  return given("saga", readText(parameters, "saga"));
}

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function readDwell(query: unknown): { saga?: string; version?: number } {
  return readSagaAndVersion(only(isObject(query) ? query : {}, ["saga", "version"]));
}

function readSagaAndVersion(parameters: Parameters): { saga?: string; version?: number } {
  return {
    ...given("saga", readText(parameters, "saga")),
    ...given("version", readInteger(parameters, "version", Number.MAX_SAFE_INTEGER)),
  };
}

function only(
  parameters: Parameters,
  names: readonly string[],
  isOther: (name: string) => boolean = () => false,
): Parameters {
  const unknown = Object.keys(parameters).find((name) => !names.includes(name) && !isOther(name));
  if (unknown === undefined) return parameters;
  throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: ${names.join(", ")}`);
}

function readAttributes(parameters: Parameters): Record<string, string> | undefined {
  const names = Object.keys(parameters).filter((name) => name.startsWith(ATTRIBUTE));
  if (names.length === 0) return undefined;
  const { searchAttributesMax } = httpLimits;
  if (names.length > searchAttributesMax) {
    throw invalid(`the query has ${names.length} attributes; give at most ${searchAttributesMax}`);
  }
  // Unlike an assignment, it makes a name "__proto__" a name like any other.
  return Object.fromEntries(
    names.map((name) => {
      const key = checkText(ATTRIBUTE, name.slice(ATTRIBUTE.length));
      return [key, readText(parameters, name) ?? ""];
    }),
  );
}

function readText(parameters: Parameters, name: string): string | undefined {
  const text = parameters[name];
  return text === undefined ? undefined : checkText(name, text);
}

// A parameter that is given twice is a list.
function checkText(name: string, text: unknown): string {
  const { searchTextMax } = httpLimits;
  if (typeof text === "string" && text.length > 0 && text.length <= searchTextMax) return text;
  throw invalid(`${JSON.stringify(name)} is not one text of 1-${searchTextMax} characters`);
}

function readPhase(text: unknown): Phase {
  if (typeof text === "string" && isPhase(text)) return text;
  throw invalid(`phase is none of ${phases.join(", ")}`);
}

function readInteger(parameters: Parameters, name: string, max: number): number | undefined {
  const text = parameters[name];
  if (text === undefined) return undefined;
  const value = typeof text === "string" && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw invalid(`${name} is no integer from 1 to ${max}`);
}

function readFlag(parameters: Parameters, name: string): boolean | undefined {
  const text = parameters[name];
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw invalid(`${name} is neither true nor false`);
}

function readTime(parameters: Parameters, name: string): number | undefined {
  const text = parameters[name];
  if (text === undefined) return undefined;
  const ms = typeof text === "string" ? fromIso(text) : null;
  if (ms !== null) return ms;
  throw invalid(`${name} is no time like 2026-01-31T09:30:00Z; spell a plus as %2B`);
}

function readCursor(parameters: Parameters): SearchOptions["after"] {
  const text = readText(parameters, "cursor");
  return text === undefined ? undefined : decodeCursor(text);
}

/** A property if there is a value for it. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
