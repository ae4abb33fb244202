/**
 * What an SCXML document does and decides, as names: expressions and executable content of any language become guards,
 * actions and delays to be written by hand. Each such place is a loss with its line and what stood there.
 */
import type { Losses } from "./imported.ts";
import type { Element } from "./xml-elements.ts";

export type ActionConfig = string | { readonly type: string; readonly params?: unknown };

/** Gives names to pieces of code: the same piece has the same name. */
export class Names {
  readonly #byText = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(kind: string, text: string, wish: string): string {
    const key = `${kind} ${text}`;
    const known = this.#byText.get(key);
    if (known !== undefined) return known;
    const plain = identifier(wish);
    let name = plain;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${plain}${count}`;
    this.#taken.add(name);
    this.#byText.set(key, name);
    return name;
  }
}

/** A text as a name: `count >= 3` is `countGe3`. */
export function identifier(text: string): string {
  const words = text
    .replaceAll(">=", " ge ")
    .replaceAll("<=", " le ")
    .replaceAll("===", " is ")
    .replaceAll("==", " is ")
    .replaceAll("!=", " isNot ")
    .replaceAll(">", " gt ")
    .replaceAll("<", " lt ")
    .replaceAll("&&", " and ")
    .replaceAll("||", " or ")
    .replaceAll("!", " not ")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .slice(0, 6);
  const joined = words
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("")
    .slice(0, 48);
  return /^[A-Za-z]/.test(joined) ? joined : `on${joined}`;
}

export interface Content {
  readonly names: Names;
  readonly losses: Losses;
}

/** `guard("isPaid", {…})` as our own export writes it is that guard; any other expression gets a name. */
export function guardOf({ names, losses }: Content, cond: string, line: number): ActionConfig {
  const [, name, params] = /^guard\(("(?:[^"\\]|\\.)*")(?:, (.+))?\)$/.exec(cond) ?? [];
  if (name !== undefined) {
    const type = JSON.parse(name) as string;
    const given = params === undefined ? undefined : jsonOf(params);
    return given === undefined ? type : { type, params: given };
  }
  const given = names.of("guard", cond, `is ${cond}`);
  losses.add(line, `the condition ${quoted(cond)} becomes the guard ${given}`);
  return given;
}

/** The actions of a block of executable content, in order. */
export function actionsOf(content: Content, block: readonly Element[]): readonly ActionConfig[] {
  return block.flatMap((element) => actionOf(content, element) ?? []);
}

function actionOf(content: Content, element: Element): ActionConfig | null {
  const { attributes } = element;
  switch (element.name) {
    case "action":
      return ownAction(content, element);
    case "raise":
      return { type: "xstate.raise", params: { event: attributes["event"] ?? "" } };
    case "send":
      return sendOf(content, element);
    case "cancel":
      return named(content, element, `cancel ${attributes["sendid"] ?? ""}`);
    case "assign":
      return named(content, element, `assign ${attributes["location"] ?? ""}`);
    case "log":
      return named(content, element, `log ${attributes["label"] ?? ""}`);
    default:
      return named(content, element, element.name);
  }
}

function ownAction({ losses }: Content, { attributes, line }: Element): ActionConfig {
  const { name = "", params, dynamic } = attributes;
  if (dynamic === "true") losses.add(line, `what ${name} is given is computed, and not in SCXML`);
  if (name.startsWith("xstate.")) {
    losses.add(line, `what ${name.slice("xstate.".length)} was given is not in SCXML`);
  }
  const given = params === undefined ? undefined : jsonOf(params);
  return given === undefined ? name : { type: name, params: given };
}

function sendOf(content: Content, element: Element): ActionConfig {
  const { event, target, delay, delayexpr, type } = element.attributes;
  const isPlain = event !== undefined && element.children.length === 0;
  const isOwn = target === undefined && delay === undefined && delayexpr === undefined;
  if (!isPlain || !isOwn || type !== undefined) {
    return named(content, element, `send ${event ?? ""}`);
  }
  content.losses.add(element.line, `${event} comes before what waits already: it is raised`);
  return { type: "xstate.raise", params: { event } };
}

function named({ names, losses }: Content, element: Element, wish: string): string {
  const text = sourceOf(element);
  const name = names.of("action", text, wish);
  losses.add(element.line, `${text} becomes the action ${name}`);
  return name;
}

/** `500ms`, `1.5s` and `'2s'` are lengths, `delay("name")` is a name; any other expression gets one. */
export function delayOf({ names, losses }: Content, send: Element): string {
  const { delay, delayexpr = "" } = send.attributes;
  const said = delay ?? /^'([^']*)'$/.exec(delayexpr)?.[1];
  const [, amount, unit] = /^\s*(\d*\.?\d+)\s*(ms|s)\s*$/.exec(said ?? "") ?? [];
  if (amount !== undefined) return String(Math.round(Number(amount) * (unit === "s" ? 1_000 : 1)));
  const [, own] = /^delay\(("(?:[^"\\]|\\.)*")\)$/.exec(delayexpr) ?? [];
  if (own !== undefined) return JSON.parse(own) as string;
  const name = names.of("delay", delayexpr, `delay ${delayexpr}`);
  losses.add(send.line, `the delay ${quoted(delayexpr)} becomes the delay ${name}`);
  return name;
}

/** The value of an expression that is plain data; undefined if it is more. */
export function dataOf(expression: string): unknown {
  const json = jsonOf(expression);
  if (json !== undefined) return json;
  const [, quotedText] = /^'([^'\\]*)'$/.exec(expression.trim()) ?? [];
  return quotedText;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SOURCE_LENGTH_MAX = 100;

/** An element as one would quote it. */
function sourceOf({ name, attributes, text }: Element): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  const inside = text.trim().replaceAll(/\s+/g, " ");
  const whole = `<${name}${said.join("")}>${inside}`;
  return whole.length <= SOURCE_LENGTH_MAX ? whole : `${whole.slice(0, SOURCE_LENGTH_MAX)}…`;
}

function quoted(text: string): string {
  return text.length <= SOURCE_LENGTH_MAX
    ? `\`${text}\``
    : `\`${text.slice(0, SOURCE_LENGTH_MAX)}…\``;
}
