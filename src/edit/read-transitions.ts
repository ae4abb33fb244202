/** The transitions that a state writes, branch by branch, with their places and with what of them is code. */
import { follow, isShared } from "./binding.ts";
import { editable, lowered } from "./editability.ts";
import type { Editability } from "./editability.ts";
import type { Path, Reader, SourceState } from "./source.ts";
import {
  bare,
  describe,
  isArrayNode,
  isObjectNode,
  keyOf,
  lineOf,
  nameOf,
  propertyOf,
  stringOf,
  valueOf,
} from "./syntax.ts";
import type { ArrayNode, Node, ObjectNode, PropertyNode } from "./syntax.ts";

export type TransitionKind =
  | "on"
  | "after"
  | "always"
  | "onDone"
  | "invokeDone"
  | "invokeError"
  | "invokeSnapshot";

/** One branch of a transition, as it is named from outside. */
export interface TransitionRef {
  readonly source: Path;
  readonly kind: TransitionKind;
  /** The event, or the delay; empty where the kind says it all. */
  readonly event: string;
  /** Place among the branches; counts from 0. */
  readonly index: number;
  /** Of which invoke of the state; counts from 0. */
  readonly invoke: number;
}

export interface SourceTransition extends TransitionRef {
  readonly state: SourceState;
  /** The property whose value it is or is in. */
  readonly property: PropertyNode;
  /** The object that the property stands in. */
  readonly holder: ObjectNode;
  readonly list: ArrayNode | null;
  readonly element: Node;
  /** Null: a bare target, or code. */
  readonly object: ObjectNode | null;
  readonly targets: readonly TargetLiteral[];
  /** Why a part may not be edited; null: it may. */
  readonly locks: Locks;
  readonly edit: Editability;
}

export interface TargetLiteral {
  readonly node: Node;
  readonly value: string;
}

export interface Locks {
  readonly all: string | null;
  readonly target: string | null;
  readonly guard: string | null;
  readonly actions: string | null;
}

interface Holding {
  readonly kind: TransitionKind;
  readonly event: string;
  readonly invoke: number;
  readonly property: PropertyNode;
  readonly holder: ObjectNode;
  /** Why nothing of it may be edited. */
  readonly lock: string | null;
}

export function readTransitions(reader: Reader, state: SourceState): readonly SourceTransition[] {
  const holdings = [
    ...keyed(reader, state, "on"),
    ...single(state.object, "onDone", "onDone"),
    ...invoked(state),
    ...keyed(reader, state, "after"),
    ...single(state.object, "always", "always"),
  ];
  return holdings.flatMap((holding) => branchesOf(reader, state, holding));
}

function keyed(
  { syntax, bindings }: Reader,
  state: SourceState,
  kind: "on" | "after",
): readonly Holding[] {
  const value = valueOf(state.object, kind);
  const holder = follow(bindings, value);
  if (value === null || !isObjectNode(holder)) return [];
  const lock = isShared(bindings, value);
  return holder.properties.flatMap((property) => {
    const event = keyOf(property);
    if (event === null) return [];
    const { computed, key } = property as PropertyNode;
    const computedKey = computed ? `its key is ${describe(syntax, key)}` : null;
    const base = { kind, event, invoke: 0, property: property as PropertyNode, holder };
    return [{ ...base, lock: lock ?? computedKey }];
  });
}

function single(
  object: ObjectNode | null,
  name: string,
  kind: TransitionKind,
  invoke = 0,
): readonly Holding[] {
  const property = propertyOf(object, name);
  if (property === null || object === null) return [];
  return [{ kind, event: "", invoke, property, holder: object, lock: null }];
}

function invoked({ invokes }: SourceState): readonly Holding[] {
  return invokes.flatMap(({ object }, at) => [
    ...single(object, "onDone", "invokeDone", at),
    ...single(object, "onError", "invokeError", at),
    ...single(object, "onSnapshot", "invokeSnapshot", at),
  ]);
}

function branchesOf(
  reader: Reader,
  state: SourceState,
  holding: Holding,
): readonly SourceTransition[] {
  const { bindings } = reader;
  const value = follow(bindings, holding.property.value);
  if (value === null) return [];
  const list = isArrayNode(value) ? value : null;
  const elements = list === null ? [value] : list.elements.filter((node) => node !== null);
  const lock = state.edit.level === "readonly" ? (state.edit.reasons[0] ?? null) : holding.lock;
  const shared = lock ?? isShared(bindings, holding.property.value);
  return elements.map((element, index) => {
    const branch = { ...holding, source: state.path, state, index, list, element };
    return readBranch(reader, branch, shared);
  });
}

type Branch = Omit<SourceTransition, "object" | "targets" | "locks" | "edit">;

function readBranch(reader: Reader, branch: Branch, lock: string | null): SourceTransition {
  const { syntax, bindings } = reader;
  const plain = follow(bindings, branch.element) ?? branch.element;
  const object = isObjectNode(plain) ? plain : null;
  const read =
    object === null ? readBare(reader, branch, plain) : readObject(reader, branch.list, object);
  const locks = { ...read.locks, all: lock ?? read.locks.all };
  const { kind, source, event, index, invoke, state, property, holder, list, element } = branch;
  const ref = { kind, source, event, index, invoke };
  return {
    ...ref,
    state,
    property,
    holder,
    list,
    element,
    object,
    targets: read.targets,
    locks,
    edit: editabilityOf(locks, lineOf(syntax, element.start)),
  };
}

function editabilityOf(locks: Locks, line: number): Editability {
  if (locks.all !== null) return lowered(editable(line), "readonly", locks.all);
  return [locks.target, locks.guard, locks.actions]
    .filter((reason) => reason !== null)
    .reduce((edit, reason) => lowered(edit, "partial", reason), editable(line));
}

interface Read {
  readonly targets: readonly TargetLiteral[];
  readonly locks: Locks;
}

const OPEN: Locks = { all: null, target: null, guard: null, actions: null };

/** A branch that is a target and nothing else, or that is code. */
function readBare({ syntax }: Reader, { kind, list }: Branch, node: Node): Read {
  const value = stringOf(node);
  if (value === null) {
    return { targets: [], locks: { ...OPEN, all: `it is ${describe(syntax, node)}` } };
  }
  // XState reads no target from it (seen in 5.33.3).
  const isLost = kind === "after" && list !== null;
  const all = isLost ? 'XState takes no bare target in a list under "after"' : null;
  return { targets: isLost ? [] : [{ node, value }], locks: { ...OPEN, all } };
}

function readObject(
  { syntax, bindings }: Reader,
  list: ArrayNode | null,
  object: ObjectNode,
): Read {
  const spread = object.properties.find((property) => keyOf(property) === null);
  const shared = list === null ? null : sharedElement(bindings, list, object);
  const all = spread === undefined ? shared : `it holds ${describe(syntax, spread)}`;
  const target = readTarget(syntax, valueOf(object, "target"));
  return {
    targets: target.targets,
    locks: {
      all,
      target: target.lock,
      guard: guardLock(syntax, valueOf(object, "guard")),
      actions: actionsLock(syntax, valueOf(object, "actions")),
    },
  };
}

function sharedElement(
  bindings: Reader["bindings"],
  { elements }: ArrayNode,
  object: ObjectNode,
): string | null {
  const named = elements.find((node) => node !== null && follow(bindings, node) === object);
  return named === undefined || named === null ? null : isShared(bindings, named);
}

function readTarget(
  syntax: Reader["syntax"],
  node: Node | null,
): { targets: readonly TargetLiteral[]; lock: string | null } {
  if (node === null || nameOf(node) === "undefined") return { targets: [], lock: null };
  const nodes = isArrayNode(node) ? node.elements.filter((item) => item !== null) : [node];
  const targets = nodes.flatMap((item) => {
    const value = stringOf(item);
    return value === null ? [] : [{ node: bare(item), value }];
  });
  const code = nodes.find((item) => stringOf(item) === null);
  return { targets, lock: code === undefined ? null : `its target is ${describe(syntax, code)}` };
}

function guardLock(syntax: Reader["syntax"], node: Node | null): string | null {
  if (node === null || stringOf(node) !== null) return null;
  if (isObjectNode(node) && stringOf(valueOf(node, "type")) !== null) return null;
  return `its guard is ${describe(syntax, node)}`;
}

/** A list may hold code: its items are kept or taken off as they are. A variable may not be taken apart. */
function actionsLock(syntax: Reader["syntax"], node: Node | null): string | null {
  const items = isArrayNode(node) ? node.elements : [node];
  const spread = items.find((item) => item?.type === "SpreadElement");
  if (spread !== undefined && spread !== null) {
    return `its actions hold ${describe(syntax, spread)}`;
  }
  const isName = node !== null && nameOf(node) !== null;
  return isName ? `its actions are ${describe(syntax, node)}` : null;
}
