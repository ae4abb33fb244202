/** How a file is written: its quotes, indentation, line ends and last commas, so that what is added looks alike. */
import type { ChartSource } from "./source.ts";
import { statesFrom } from "./source.ts";
import { commaAfter, indentAt, isBroken } from "./position.ts";

export interface Style {
  readonly eol: "\n" | "\r\n";
  readonly quote: '"' | "'";
  /** One level of indentation. */
  readonly unit: string;
  /** Whether the last of several lines ends in a comma. */
  readonly hasLastComma: boolean;
}

/** As this project's formatter has it; longer values are broken into lines. */
export const LINE_LENGTH_MAX = 100;

const UNIT_DEFAULT = "  ";

export function styleOf(source: ChartSource): Style {
  const { text } = source;
  const doubles = text.split('"').length;
  return {
    eol: text.includes("\r\n") ? "\r\n" : "\n",
    quote: text.split("'").length > doubles ? "'" : '"',
    unit: unitOf(source),
    hasLastComma: endsInCommas(source),
  };
}

function unitOf({ text, config }: ChartSource): string {
  const [first] = config.properties;
  if (first === undefined) return UNIT_DEFAULT;
  const outer = indentAt(text, config.start);
  const inner = indentAt(text, first.start);
  return inner.length > outer.length && inner.startsWith(outer)
    ? inner.slice(outer.length)
    : UNIT_DEFAULT;
}

function endsInCommas(source: ChartSource): boolean {
  let commas = 0;
  for (const { object } of statesFrom(source.root)) {
    const last = object?.properties.at(-1);
    if (object === null || last === undefined || !isBroken(source.text, object)) continue;
    commas += commaAfter(source, last.end) === null ? -1 : 1;
  }
  return commas >= 0;
}

/** A string literal. */
export function quoted({ quote }: Pick<Style, "quote">, value: string): string {
  const inner = JSON.stringify(value).slice(1, -1);
  if (quote === '"') return `"${inner}"`;
  return `'${inner.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`;
}

/** A name before a colon. */
export function keyText(style: Pick<Style, "quote">, key: string): string {
  const isPlain = /^[A-Za-z_$][\w$]*$/.test(key) || /^(0|[1-9]\d{0,14})$/.test(key);
  return isPlain ? key : quoted(style, key);
}

type Code = string | ((indent: string) => string);

/** What is written anew: code as it stands, or as it stands at an indentation, or an object or a list of it. */
export type Value =
  | Code
  | { readonly entries: readonly (readonly [key: string, value: Value])[] }
  | { readonly items: readonly Value[] };

/** A value at this indentation; `used` is what its line holds already. */
export function valueText(style: Style, value: Value, indent: string, used = 0): string {
  if (typeof value === "function") return value(indent);
  const line = lineText(style, value);
  const fits = indent.length + used + line.length < LINE_LENGTH_MAX && !line.includes("\n");
  if (typeof value === "string" || (fits && !isDeep(value))) return line;
  return brokenText(style, value, indent);
}

/** An object or a list that has a line for each of its parts. */
export function brokenText(style: Style, value: Exclude<Value, Code>, indent: string): string {
  const inner = indent + style.unit;
  const parts =
    "items" in value
      ? value.items.map((item) => valueText(style, item, inner))
      : value.entries.map(([key, part]) => memberText(style, key, part, inner));
  const [open, close] = "items" in value ? "[]" : "{}";
  const last = style.hasLastComma ? "," : "";
  const lines = parts.map((part) => inner + part).join(`,${style.eol}`);
  return `${open}${style.eol}${lines}${last}${style.eol}${indent}${close}`;
}

/** A property with its value. */
export function memberText(style: Style, key: string, value: Value, indent: string): string {
  const name = `${keyText(style, key)}: `;
  return name + valueText(style, value, indent, name.length);
}

function lineText(style: Style, value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "function") return value("");
  if ("items" in value) return `[${value.items.map((item) => lineText(style, item)).join(", ")}]`;
  if (value.entries.length === 0) return "{}";
  const members = value.entries.map(([key, part]) => {
    return `${keyText(style, key)}: ${lineText(style, part)}`;
  });
  return `{ ${members.join(", ")} }`;
}

/** Objects within objects have lines of their own, as people write charts. */
function isDeep(value: Value): boolean {
  if (typeof value !== "object" || "items" in value) return false;
  return value.entries.some(([, part]) => typeof part === "function" || isFilled(part));
}

function isFilled(value: Value): boolean {
  return typeof value === "object" && "entries" in value && value.entries.length > 0;
}
