/**
 * TypeScript as a tree with positions: the few kinds of nodes that a chart is made of, and how they are read.
 * Nothing is evaluated: what is no literal stays what it is, and is described in words.
 */
import { parse } from "@babel/parser";
import { SagaError } from "../errors.ts";

export interface Node {
  readonly type: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset after its last character. */
  readonly end: number;
}

export interface ObjectNode extends Node {
  readonly properties: readonly Node[];
}

export interface PropertyNode extends Node {
  readonly key: Node;
  readonly value: Node;
  readonly computed: boolean;
  readonly shorthand: boolean;
}

export interface ArrayNode extends Node {
  readonly elements: readonly (Node | null)[];
}

export interface CallNode extends Node {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

export interface MemberNode extends Node {
  readonly object: Node;
  readonly property: Node;
}

export interface Syntax {
  readonly text: string;
  readonly program: Node;
  /** In order. */
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  /** Offsets behind each line end, in order. */
  readonly lineStarts: readonly number[];
}

/** @throws {SagaError} SAGA_SOURCE_INVALID with the place where it stops being TypeScript. */
export function parseSyntax(text: string): Syntax {
  try {
    const file = parse(text, {
      sourceType: "module",
      plugins: ["typescript", "estree"],
      attachComment: false,
    });
    const comments = (file.comments ?? []).map(({ start, end }) => ({
      start: start ?? 0,
      end: end ?? 0,
    }));
    const lineStarts = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    return { text, program: file.program as unknown as Node, comments, lineStarts };
  } catch (cause) {
    const { message, loc } = cause as { message?: string; loc?: { line: number } };
    throw new SagaError("SAGA_SOURCE_INVALID", `the text is no TypeScript: ${message ?? ""}`, {
      cause,
      details: { line: loc?.line ?? null },
    });
  }
}

/** Every node from one on, parents first. `visit` hears the node right above; types are left out. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | null) => void,
  parent: Node | null = null,
): void {
  visit(node, parent);
  // A list of entries for each node took half of the time that an edit takes.
  for (const name in node) {
    if (name === "loc" || name === "extra") continue;
    const value = node[name as keyof Node] as unknown;
    if (Array.isArray(value)) {
      for (const item of value) if (isExpression(item)) walk(item, visit, node);
    } else if (isExpression(value)) walk(value, visit, node);
  }
}

function isExpression(value: unknown): value is Node {
  if (typeof value !== "object" || value === null) return false;
  const { type } = value as Partial<Node>;
  return typeof type === "string" && (!type.startsWith("TS") || typed.test(type));
}

/** Expressions that only speak of the type of another. */
const typed = /^TS(As|Satisfies|NonNull)Expression$|^TSTypeAssertion$/;

/** The expression below what only speaks of its type. */
export function bare(node: Node): Node {
  return typed.test(node.type) ? bare((node as Node & { expression: Node }).expression) : node;
}

export function isObjectNode(node: Node | null): node is ObjectNode {
  return node?.type === "ObjectExpression";
}

export function isArrayNode(node: Node | null): node is ArrayNode {
  return node?.type === "ArrayExpression";
}

export function isPropertyNode(node: Node): node is PropertyNode {
  return node.type === "Property";
}

export function isCallNode(node: Node | null): node is CallNode {
  return node?.type === "CallExpression";
}

export function nameOf(node: Node | null): string | null {
  return node?.type === "Identifier" ? (node as Node & { name: string }).name : null;
}

/** The text of a string, also of a template without expressions; null: it is none. */
export function stringOf(node: Node | null): string | null {
  if (node === null) return null;
  const plain = bare(node);
  if (plain.type === "Literal") {
    const { value } = plain as Node & { value: unknown };
    return typeof value === "string" ? value : null;
  }
  if (plain.type !== "TemplateLiteral") return null;
  const { expressions, quasis } = plain as Node & {
    expressions: readonly Node[];
    quasis: readonly { value: { cooked: string } }[];
  };
  return expressions.length === 0 ? (quasis[0]?.value.cooked ?? "") : null;
}

/** The name of a property; null if it is only known when the code runs. */
export function keyOf(node: Node): string | null {
  if (!isPropertyNode(node)) return null;
  if (node.computed) return stringOf(node.key);
  return nameOf(node.key) ?? String((node.key as Node & { value: unknown }).value);
}

/** The property of a name; the last one counts, as it does when the code runs. */
export function propertyOf(object: ObjectNode | null, key: string): PropertyNode | null {
  const found = object?.properties.findLast((property) => keyOf(property) === key);
  return found !== undefined && isPropertyNode(found) ? found : null;
}

/** The value of a property, without what speaks of its type. */
export function valueOf(object: ObjectNode | null, key: string): Node | null {
  const property = propertyOf(object, key);
  return property === null ? null : bare(property.value);
}

const SHOWN_LENGTH_MAX = 40;

/** What a node is, for a person who is told that it is no literal. */
export function describe({ text }: Pick<Syntax, "text">, node: Node): string {
  const source = text.slice(node.start, node.end).replaceAll(/\s+/g, " ");
  const shown = source.length > SHOWN_LENGTH_MAX ? `${source.slice(0, SHOWN_LENGTH_MAX)}…` : source;
  switch (node.type) {
    case "Identifier":
      return `the variable ${shown}`;
    case "CallExpression":
      return `the call ${shown}`;
    case "SpreadElement":
      return `the spread ${shown}`;
    case "ConditionalExpression":
      return "a condition";
    case "TemplateLiteral":
      return "a template with expressions";
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return "a function";
    default:
      return shown;
  }
}

/** The line of an offset; counts from 1. */
export function lineOf({ lineStarts }: Pick<Syntax, "lineStarts">, offset: number): number {
  let low = 0;
  let high = lineStarts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}
