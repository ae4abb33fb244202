/** Operations in words, as a person reads what he is about to save. */
import type { Operation } from "./operation.ts";
import type { TransitionRef } from "./read-transitions.ts";
import { pathText } from "./source.ts";
import type { Path } from "./source.ts";

export function operationText(operation: Operation): string {
  switch (operation.op) {
    case "renameState":
      return `Rename state ${quote(operation.path)} to "${operation.to}"`;
    case "addState":
      return `Add ${kindText(operation.type)} "${operation.key}" ${inText(operation.parent)}`;
    case "removeState":
      return `Remove state ${quote(operation.path)}; what leads to it ${danglingText(operation.dangling)}`;
    case "moveState":
      return `Move state ${quote(operation.path)} ${intoText(operation.parent)}`;
    case "duplicateState":
      return `Duplicate state ${quote(operation.path)} as "${operation.to}"`;
    case "setInitial":
      return `Enter ${quote(operation.path)} by "${operation.initial}"`;
    case "setType":
      return `Make ${quote(operation.path)} ${operation.type}`;
    case "setDescription":
      return operation.text === null
        ? `Remove the description of ${quote(operation.path)}`
        : `Describe ${quote(operation.path)}`;
    case "setTags":
      return `Tag ${quote(operation.path)} with ${listText(operation.tags)}`;
    case "setStateActions":
      return `Change what ${quote(operation.path)} does on ${operation.when}`;
    case "addImplementation":
    case "addInvoke":
    case "addTransition":
    case "changeKey":
    case "moveBranch":
    case "removeInvoke":
    case "removeTransition":
    case "retarget":
    case "setActions":
    case "setGuard":
      return transitionText(operation);
  }
}

type Rest = Exclude<
  Operation,
  {
    op:
      | "renameState"
      | "addState"
      | "removeState"
      | "moveState"
      | "duplicateState"
      | "setInitial"
      | "setType"
      | "setDescription"
      | "setTags"
      | "setStateActions";
  }
>;

function transitionText(operation: Rest): string {
  switch (operation.op) {
    case "addTransition":
      return `Add a transition from ${quote(operation.source)} ${toText(operation.target)}, ${eventText(operation)}`;
    case "removeTransition":
      return `Remove ${refText(operation.transition)}`;
    case "retarget":
      return `Lead ${refText(operation.transition)} ${toText(operation.target)}`;
    case "changeKey":
      return `Take ${refText(operation.transition)} on ${operation.event} instead`;
    case "moveBranch":
      return `Try ${refText(operation.transition)} as number ${operation.to + 1}`;
    case "setGuard":
      return operation.guard === null
        ? `Take the guard off ${refText(operation.transition)}`
        : `Guard ${refText(operation.transition)} by "${operation.guard}"`;
    case "setActions":
      return `Change what ${refText(operation.transition)} does`;
    case "addInvoke":
      return `Invoke "${operation.src}" in ${quote(operation.path)}`;
    case "removeInvoke":
      return `Remove invoke ${operation.invoke + 1} of ${quote(operation.path)}`;
    case "addImplementation":
      return `Add a stub of "${operation.name}" to the ${operation.kind} of setup`;
  }
}

function quote(path: Path): string {
  return path.length === 0 ? "the chart" : `"${pathText(path)}"`;
}

function inText(path: Path): string {
  return path.length === 0 ? "to the chart" : `to ${quote(path)}`;
}

function intoText(path: Path): string {
  return path.length === 0 ? "to the top" : `into ${quote(path)}`;
}

function toText(path: Path | null): string {
  return path === null ? "nowhere" : `to ${quote(path)}`;
}

function kindText(type: string): string {
  return type === "atomic" ? "state" : `${type} state`;
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}

function danglingText(dangling: "remove" | { readonly retarget: Path }): string {
  return dangling === "remove" ? "is removed too" : `leads ${toText(dangling.retarget)}`;
}

function eventText({ kind, event }: Pick<TransitionRef, "kind" | "event">): string {
  switch (kind) {
    case "on":
      return `on ${event}`;
    case "after":
      return /^\d+$/.test(event) ? `after ${event} ms` : `after ${event}`;
    case "always":
      return "always";
    case "onDone":
      return "when it is done";
    case "invokeDone":
      return "when its activity is done";
    case "invokeError":
      return "when its activity fails";
    case "invokeSnapshot":
      return "when its actor moves";
  }
}

function refText(ref: TransitionRef): string {
  const branch = ref.index === 0 ? "" : `, branch ${ref.index + 1}`;
  return `the transition of ${quote(ref.source)} ${eventText(ref)}${branch}`;
}
