/**
 * The source of a chart: the states and transitions that a file writes as literals, each with its place in the
 * text and with what of it may be edited. What is computed is kept too, as read-only, with the reason.
 *
 * Only the file is read. What runs is said by the loaded machine; where the two differ, the machine is right.
 */
import { SagaError } from "../errors.ts";
import { bindingsOf, follow, isShared } from "./binding.ts";
import type { Bindings } from "./binding.ts";
import { findMachine } from "./find-machine.ts";
import { editable, lowered } from "./editability.ts";
import type { Editability } from "./editability.ts";
import { readTransitions } from "./read-transitions.ts";
import type { SourceTransition } from "./read-transitions.ts";
import {
  describe,
  isArrayNode,
  isObjectNode,
  keyOf,
  lineOf,
  parseSyntax,
  propertyOf,
  stringOf,
  valueOf,
} from "./syntax.ts";
import type { Node, ObjectNode, PropertyNode, Syntax } from "./syntax.ts";

/** Keys from the root's children down; empty for the root. */
export type Path = readonly string[];

export interface SourceState {
  readonly path: Path;
  readonly key: string;
  readonly parent: SourceState | null;
  readonly children: readonly SourceState[];
  /** Where it stands among its siblings; null for the root. */
  readonly property: PropertyNode | null;
  /** Null: it is code, and can only be read. */
  readonly object: ObjectNode | null;
  /** The object that holds its children. */
  readonly states: ObjectNode | null;
  /** The id that its author gave it. */
  readonly explicitId: string | null;
  readonly type: string;
  readonly invokes: readonly SourceInvoke[];
  readonly transitions: readonly SourceTransition[];
  readonly edit: Editability;
}

export interface SourceInvoke {
  readonly node: Node;
  /** Null: it is code. */
  readonly object: ObjectNode | null;
  readonly id: string | null;
  readonly src: string | null;
}

export interface ChartSource extends Syntax {
  readonly bindings: Bindings;
  readonly config: ObjectNode;
  /** What `setup` is given; null: the machine was made without. */
  readonly setup: ObjectNode | null;
  readonly root: SourceState;
  /** Id of the machine, which is that of its root. */
  readonly id: string;
}

/** XState's own name for a machine without an id. */
const ID_DEFAULT = "(machine)";

/**
 * Reads the chart of a file. Of several machines it takes the one of this id.
 *
 * @throws {SagaError} SAGA_SOURCE_INVALID if it is no TypeScript, or no machine is found in it.
 */
export function openChart(text: string, machineId?: string): ChartSource {
  const syntax = parseSyntax(text);
  const bindings = bindingsOf(syntax);
  const { config, setup } = findMachine(syntax, bindings, machineId);
  const id = stringOf(valueOf(config, "id")) ?? ID_DEFAULT;
  const reader: Reader = { syntax, bindings };
  const root = readState(reader, { key: id, parent: null, property: null, object: config });
  return { ...syntax, bindings, config, setup, root, id };
}

/** The state and all below it, parents first. */
export function statesFrom(state: SourceState): readonly SourceState[] {
  return [state, ...state.children.flatMap(statesFrom)];
}

export function findState({ root }: ChartSource, path: Path): SourceState | null {
  let state: SourceState | null = root;
  for (const key of path) state = state?.children.find((child) => child.key === key) ?? null;
  return state;
}

/** @throws {SagaError} SAGA_EDIT_REFUSED if the file writes no such state. */
export function stateAt(source: ChartSource, path: Path): SourceState {
  const state = findState(source, path);
  if (state !== null) return state;
  throw new SagaError("SAGA_EDIT_REFUSED", `the file writes no state "${pathText(path)}"`);
}

/** How a state is called in words. */
export function pathText(path: Path): string {
  return path.length === 0 ? "(root)" : path.join(".");
}

/** The id by which XState knows it. */
export function stateId({ root, id }: ChartSource, state: SourceState): string {
  return state.explicitId ?? (state === root ? id : [id, ...state.path].join("."));
}

/** What is needed while a tree is read. */
export interface Reader {
  readonly syntax: Syntax;
  readonly bindings: Bindings;
}

interface Place {
  readonly key: string;
  readonly parent: SourceState | null;
  readonly property: PropertyNode | null;
  readonly object: ObjectNode | null;
}

interface Mutable extends SourceState {
  children: readonly SourceState[];
  transitions: readonly SourceTransition[];
}

function readState(reader: Reader, place: Place): SourceState {
  const { key, parent, property, object } = place;
  const { syntax, bindings } = reader;
  const states = follow(bindings, valueOf(object, "states"));
  const state: Mutable = {
    path: parent === null ? [] : [...parent.path, key],
    key,
    parent,
    property,
    object,
    states: isObjectNode(states) ? states : null,
    explicitId: stringOf(valueOf(object, "id")),
    type: stringOf(valueOf(object, "type")) ?? (isObjectNode(states) ? "compound" : "atomic"),
    invokes: readInvokes(reader, object),
    children: [],
    transitions: [],
    edit: editabilityOf(reader, place),
  };
  state.children = readChildren(reader, state);
  state.transitions = object === null ? [] : readTransitions({ syntax, bindings }, state);
  return state;
}

function readChildren(reader: Reader, parent: SourceState): readonly SourceState[] {
  const { bindings } = reader;
  return (parent.states?.properties ?? []).flatMap((property) => {
    const key = keyOf(property);
    if (key === null) return [];
    const value = (property as PropertyNode).value;
    const object = follow(bindings, value);
    const place = { key, parent, property: property as PropertyNode };
    return [readState(reader, { ...place, object: isObjectNode(object) ? object : null })];
  });
}

function readInvokes(reader: Reader, object: ObjectNode | null): readonly SourceInvoke[] {
  const value = follow(reader.bindings, valueOf(object, "invoke"));
  const nodes = isArrayNode(value) ? value.elements : value === null ? [] : [value];
  return nodes
    .filter((node) => node !== null)
    .map((node) => {
      const found = follow(reader.bindings, node);
      const invoke = isObjectNode(found) ? found : null;
      return {
        node,
        object: invoke,
        id: stringOf(valueOf(invoke, "id")),
        src: stringOf(valueOf(invoke, "src")),
      };
    });
}

function editabilityOf(reader: Reader, place: Place): Editability {
  const { property, object } = place;
  const node = property ?? object;
  const whole = editable(node === null ? 1 : lineOf(reader.syntax, node.start));
  const reason = readonlyReason(reader, place);
  if (reason !== null) return lowered(whole, "readonly", reason);
  return computedParts(reader, object).reduce(
    (edit, part) => lowered(edit, "partial", part),
    whole,
  );
}

/** Why nothing of a state may be edited; null: some may. */
function readonlyReason({ syntax, bindings }: Reader, place: Place): string | null {
  const { property, parent, object } = place;
  if (property === null || parent === null) return null;
  if (object === null) return `it is ${describe(syntax, property.value)}`;
  if (parent.edit.level === "readonly") return parent.edit.reasons[0] ?? null;
  const states = valueOf(parent.object, "states");
  return isShared(bindings, property.value) ?? (states && isShared(bindings, states));
}

const HOLDERS = ["states", "on", "after"];

/** What of a state is not written as literals. */
function computedParts({ syntax, bindings }: Reader, object: ObjectNode | null): readonly string[] {
  if (object === null) return [];
  const own = object.properties.flatMap((property) =>
    property.type === "SpreadElement" || keyOf(property) === null
      ? [`it holds ${describe(syntax, property)}`]
      : [],
  );
  const held = HOLDERS.flatMap((name) => {
    const property = propertyOf(object, name);
    if (property === null) return [];
    const holder = follow(bindings, property.value);
    if (!isObjectNode(holder)) return [`"${name}" is ${describe(syntax, property.value)}`];
    return holder.properties.flatMap((member) =>
      keyOf(member) === null ? [`"${name}" holds ${describe(syntax, member)}`] : [],
    );
  });
  return [...own, ...held];
}
