/** Constants of a file: parts of a chart may stand in them, and be used where they are named. */
import { bare, isPropertyNode, nameOf, walk } from "./syntax.ts";
import type { Node, Syntax } from "./syntax.ts";

export interface Binding {
  readonly value: Node;
  /** How often it is named. */
  readonly uses: number;
}

/** By name. */
export type Bindings = ReadonlyMap<string, Binding>;

export function bindingsOf({ program }: Syntax): Bindings {
  const values = new Map<string, Node>();
  const uses = new Map<string, number>();
  walk(program, (node, parent) => {
    if (node.type === "VariableDeclarator") {
      const { id, init } = node as Node & { id: Node; init: Node | null };
      const name = nameOf(id);
      if (name !== null && init !== null && isConstant(parent)) values.set(name, init);
    }
    const name = nameOf(node);
    if (name !== null && isUse(node, parent)) uses.set(name, (uses.get(name) ?? 0) + 1);
  });
  return new Map([...values].map(([name, value]) => [name, { value, uses: uses.get(name) ?? 0 }]));
}

function isConstant(declaration: Node | null): boolean {
  return (declaration as { kind?: string } | null)?.kind === "const";
}

/** Whether an identifier names a value here, and is not a name that is given. */
function isUse(node: Node, parent: Node | null): boolean {
  if (parent === null) return false;
  if (parent.type === "VariableDeclarator") return (parent as Node & { id: Node }).id !== node;
  if (parent.type === "MemberExpression") {
    const { property, computed } = parent as Node & { property: Node; computed: boolean };
    return property !== node || computed;
  }
  // A shorthand names the value with its key; both are one node, or two at one place.
  return !isPropertyNode(parent) || parent.value === node || parent.computed;
}

/** The value behind a name, if it is a constant of this file; else the node itself. */
export function follow(bindings: Bindings, node: Node | null): Node | null {
  if (node === null) return null;
  const plain = bare(node);
  const binding = bindings.get(nameOf(plain) ?? "");
  return binding === undefined ? plain : bare(binding.value);
}

/** Why what stands here may not be edited, if it is a constant that others use too. */
export function isShared(bindings: Bindings, node: Node): string | null {
  const name = nameOf(bare(node));
  const uses = bindings.get(name ?? "")?.uses ?? 0;
  return uses > 1 ? `it is the constant ${name}, which is used ${uses} times` : null;
}
