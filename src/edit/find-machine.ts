/** Finds the machine of a file: `setup({…}).createMachine({…})`, also by way of constants. */
import { SagaError } from "../errors.ts";
import { follow } from "./binding.ts";
import type { Bindings } from "./binding.ts";
import { isCallNode, isObjectNode, nameOf, stringOf, valueOf, walk } from "./syntax.ts";
import type { CallNode, MemberNode, Node, ObjectNode, Syntax } from "./syntax.ts";

interface FoundMachine {
  readonly config: ObjectNode;
  readonly setup: ObjectNode | null;
}

/** @throws {SagaError} SAGA_SOURCE_INVALID if there is none, or several and none of this id. */
export function findMachine(syntax: Syntax, bindings: Bindings, machineId?: string): FoundMachine {
  const found: FoundMachine[] = [];
  walk(syntax.program, (node) => {
    if (!isCallNode(node) || calledName(node.callee) !== "createMachine") return;
    const config = follow(bindings, node.arguments[0] ?? null);
    if (isObjectNode(config)) found.push({ config, setup: setupOf(node, bindings) });
  });
  const [first] = found;
  if (first === undefined) {
    throw new SagaError(
      "SAGA_SOURCE_INVALID",
      "no machine is found in the file; give createMachine an object literal",
    );
  }
  if (found.length === 1) return first;
  const named = found.filter(({ config }) => stringOf(valueOf(config, "id")) === machineId);
  if (named.length === 1 && named[0] !== undefined) return named[0];
  throw new SagaError(
    "SAGA_SOURCE_INVALID",
    `there are ${found.length} machines in the file; give each an id of its own`,
  );
}

function calledName(callee: Node): string | null {
  if (callee.type !== "MemberExpression") return nameOf(callee);
  return nameOf((callee as MemberNode).property);
}

/** The object that `setup` was given, however long the chain of calls behind it. */
function setupOf(call: CallNode, bindings: Bindings): ObjectNode | null {
  if (call.callee.type !== "MemberExpression") return null;
  const before = follow(bindings, (call.callee as MemberNode).object);
  if (!isCallNode(before)) return null;
  if (nameOf(before.callee) !== "setup") return setupOf(before, bindings);
  const given = follow(bindings, before.arguments[0] ?? null);
  return isObjectNode(given) ? given : null;
}
