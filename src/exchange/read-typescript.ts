/**
 * Reads a machine that is pasted as TypeScript, without running it: the literal that `createMachine` is given, for the
 * preview. What is written into the file is the text itself; what is code in it is only not shown.
 */
import { bindingsOf, follow } from "../edit/binding.ts";
import type { Bindings } from "../edit/binding.ts";
import { findMachine } from "../edit/find-machine.ts";
import {
  describe,
  isArrayNode,
  isCallNode,
  isObjectNode,
  isPropertyNode,
  keyOf,
  lineOf,
  nameOf,
  parseSyntax,
  stringOf,
  walk,
} from "../edit/syntax.ts";
import type { Node, Syntax } from "../edit/syntax.ts";
import { checkSize, Losses } from "./imported.ts";
import type { Config, Loss } from "./imported.ts";

export interface ReadSource {
  readonly format: "typescript";
  /** As far as the text tells. */
  readonly config: Config;
  readonly losses: readonly Loss[];
  /** What becomes of the file: the text, with its machine exported. */
  readonly source: { readonly text: string; readonly machineName: string };
}

/** @throws {SagaError} SAGA_SOURCE_INVALID if it is no TypeScript, or has no machine; SAGA_IMPORT_INVALID if it is too large. */
export function readTypeScript(text: string): ReadSource {
  const syntax = parseSyntax(text);
  const bindings = bindingsOf(syntax);
  const machine = findMachine(syntax, bindings).config;
  const losses = new Losses();
  const reader: Reader = { syntax, bindings, losses };
  const config = valueOf(reader, machine, "") as Config;
  checkSize(config);
  const source = exported(syntax, machine, losses);
  return { format: "typescript", config, losses: losses.list(), source };
}

interface Reader {
  readonly syntax: Syntax;
  readonly bindings: Bindings;
  readonly losses: Losses;
}

/** What data is made of when it runs: nothing that a drawing shows. */
const COMPUTED: ReadonlySet<string> = new Set(["context", "input", "output", "params"]);

const ACTIONS: ReadonlySet<string> = new Set(["entry", "exit", "actions"]);

/** `key`: of the property that it is the value of; items of a list have the list's. */
function valueOf(reader: Reader, given: Node, key: string): unknown {
  const node = follow(reader.bindings, given) ?? given;
  if (isObjectNode(node)) return objectOf(reader, node);
  if (isArrayNode(node)) {
    return node.elements.flatMap((item) => (item === null ? [] : [valueOf(reader, item, key)]));
  }
  const text = stringOf(node);
  if (text !== null) return text;
  if (node.type === "Literal") return (node as Node & { value: unknown }).value;
  if (nameOf(node) === "undefined") return {};
  return codeOf(reader, node, key);
}

function objectOf(reader: Reader, node: Node & { readonly properties: readonly Node[] }): Config {
  const entries = node.properties.flatMap((property): readonly (readonly [string, unknown])[] => {
    const key = keyOf(property);
    if (key === null || !isPropertyNode(property)) {
      return lose(reader, property, `${describe(reader.syntax, property)} is not shown here`);
    }
    if (COMPUTED.has(key) && !isPlain(reader, property.value)) return [];
    const value = valueOf(reader, property.value, key);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

function isPlain({ bindings }: Reader, value: Node): boolean {
  const node = follow(bindings, value);
  return isObjectNode(node) || isArrayNode(node) || node?.type === "Literal";
}

/** What is code: a name in its place. */
function codeOf(reader: Reader, node: Node, key: string): unknown {
  const { syntax } = reader;
  const called = isCallNode(node) ? nameOf(node.callee) : null;
  if (ACTIONS.has(key)) return actionOf(reader, node, called);
  if (key === "guard") {
    const source = syntax.text.slice(node.start, node.end).replaceAll(/\s+/g, " ");
    return called === null ? "(inline)" : source.slice(0, 80);
  }
  if (key === "src") return "(inline)";
  lose(reader, node, `${describe(syntax, node)} is not shown here`);
  return undefined;
}

function actionOf(reader: Reader, node: Node, called: string | null): unknown {
  if (called === null || !isCallNode(node)) return "(inline)";
  const [first] = node.arguments;
  const event =
    first !== undefined && isObjectNode(first) ? objectOf(reader, first)["type"] : undefined;
  const isRaised = called === "raise" && typeof event === "string";
  return isRaised ? { type: "xstate.raise", params: { event } } : { type: `xstate.${called}` };
}

function lose({ syntax, losses }: Reader, node: Node, what: string): readonly never[] {
  losses.add(lineOf(syntax, node.start), what);
  return [];
}

/** The text with its machine exported by a name. */
function exported(syntax: Syntax, machine: Node, losses: Losses): ReadSource["source"] {
  const { text } = syntax;
  let found: { name: string; start: number; isExported: boolean } | null = null;
  walk(syntax.program, (node, parent) => {
    if (
      node.type !== "VariableDeclaration" ||
      node.start > machine.start ||
      node.end < machine.end
    ) {
      return;
    }
    const [declarator] = (node as Node & { declarations: readonly (Node & { id: Node })[] })
      .declarations;
    const name = nameOf(declarator?.id ?? null);
    if (name === null) return;
    found ??= { name, start: node.start, isExported: parent?.type === "ExportNamedDeclaration" };
  });
  const known = found as { name: string; start: number; isExported: boolean } | null;
  if (known === null) {
    losses.add(
      lineOf(syntax, machine.start),
      "the machine has no name: give it a constant that is exported",
    );
    return { text, machineName: "machine" };
  }
  if (known.isExported) return { text, machineName: known.name };
  losses.add(lineOf(syntax, known.start), `${known.name} is not exported: it is now`);
  return {
    text: `${text.slice(0, known.start)}export ${text.slice(known.start)}`,
    machineName: known.name,
  };
}
