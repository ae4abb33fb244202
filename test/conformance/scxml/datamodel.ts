/**
 * SCXML's ECMAScript datamodel, for tests: expressions over the variables of a document and the system
 * variables. Nothing of it is state: all variables lie in the machine's context.
 */
import { compileFunction } from "node:vm";
import type { AnyEventObject } from "xstate";

export type Data = Record<string, unknown>;

/** What an expression may look at. */
export interface Place {
  readonly data: Data;
  readonly event: AnyEventObject;
  readonly session: Session;
  /** Whether a state is active; absent where that cannot be known. */
  readonly isIn?: (state: string) => boolean;
}

export interface Session {
  readonly name: string;
  readonly id: string;
}

export const SCXML_PROCESSOR = "http://www.w3.org/TR/scxml/#SCXMLEventProcessor";

type Compiled = (data: Data, system: Data) => unknown;

const compiled = new Map<string, Compiled>();

/** The value of an expression. Throws what it throws. */
export function evaluate(expression: string, place: Place): unknown {
  return compile(`return (${expression}\n);`)(structuredClone(place.data), systemOf(place));
}

/** The variables after a statement. */
export function run(statement: string, place: Place): Data {
  const data = structuredClone(place.data);
  compile(statement)(data, systemOf(place));
  return data;
}

/** The variables after a script of the document, those that it declares among them. */
export function runGlobal(script: string, place: Place): Data {
  const declared = [...script.matchAll(/\bvar\s+([A-Za-z_$][\w$]*)/g)].map(([, name]) => name);
  const data = structuredClone(place.data);
  const own = compile(`${script}; return { ${declared.join(", ")} };`)(data, systemOf(place));
  return { ...data, ...(own as Data) };
}

/** The variables after `location` was given a value. @throws if there is no such variable. */
export function assignTo(location: string, value: unknown, place: Place): Data {
  const [variable = ""] = /^[A-Za-z_$][\w$]*/.exec(location.trim()) ?? [];
  if (!Object.hasOwn(place.data, variable)) throw new Error(`no variable at "${location}"`);
  const data = structuredClone(place.data);
  compile(`${location} = $value;`)(data, { ...systemOf(place), $value: structuredClone(value) });
  return data;
}

// The outer `with` holds the system variables, which a document may read and not write.
function compile(body: string): Compiled {
  const known = compiled.get(body);
  if (known !== undefined) return known;
  const made = compileFunction(`with ($system) { with ($data) { ${body} } }`, [
    "$data",
    "$system",
  ]) as Compiled;
  compiled.set(body, made);
  return made;
}

function systemOf({ event, session, isIn }: Place): Data {
  return {
    _event: event.type.startsWith("xstate.init") ? undefined : toScxml(event),
    _sessionid: session.id,
    _name: session.name,
    _ioprocessors: Object.fromEntries(
      [SCXML_PROCESSOR, "scxml"].map((name) => [name, { location: `#_scxml_${session.id}` }]),
    ),
    _x: {},
    ...(isIn !== undefined && { In: isIn }),
  };
}

function toScxml({ type, data, scxml }: AnyEventObject): Data {
  const absent = {
    sendid: undefined,
    origin: undefined,
    origintype: undefined,
    invokeid: undefined,
  };
  return { name: type, data: data as unknown, ...absent, ...(scxml as Data | undefined) };
}

/** `1.5s`, `10ms`, `.5s`. */
export function toMilliseconds(delay: string): number {
  const [, amount, unit] = /^\s*([\d.]+)\s*(ms|s)\s*$/.exec(delay) ?? [];
  if (amount === undefined) throw new Error(`no delay: "${delay}"`);
  return Number(amount) * (unit === "s" ? 1_000 : 1);
}

/** The value of text between tags: an expression if it is one, otherwise the text. */
export function valueOfText(text: string, place: Place): unknown {
  try {
    return evaluate(text, place);
  } catch {
    return text.trim().replace(/\s+/g, " ");
  }
}
