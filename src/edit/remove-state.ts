/** Removes a state with all that is in it, and with or without the transitions that lead to it. */
import { removeBranch } from "./edit-transitions.ts";
import { replaceInitial, writableState } from "./edit-states.ts";
import type { WritableState } from "./edit-states.ts";
import { refuse } from "./change.ts";
import type { Change } from "./change.ts";
import type { OperationOf } from "./operation.ts";
import { byHand } from "./rename-state.ts";
import { pathText, stateAt, statesFrom } from "./source.ts";
import type { Path, SourceState } from "./source.ts";
import { lineOf, stringOf, valueOf } from "./syntax.ts";
import { resolveTarget, startsWith, writeTarget } from "./target.ts";

export function removeState(
  change: Change,
  operation: OperationOf<"removeState">,
): readonly string[] {
  const { path, dangling } = operation;
  const state = writableState(change, path);
  if (dangling !== "remove") {
    stateAt(change.source, dangling.retarget);
    if (startsWith(dangling.retarget, path)) refuse("what leads to it cannot lead into it again");
  }
  const notes = [...dropLinks(change, operation), ...takeOff(change, state)];
  return [...notes, ...byHand(change, state.key)];
}

/** Takes a state out of its parent, which is entered by another one then, or has no states any more. */
export function takeOff(change: Change, state: WritableState): readonly string[] {
  const { property, parent, key } = state;
  if (property === null || parent === null) return refuse("the root of a chart cannot go");
  const holder = writableState(change, parent.path);
  if (parent.states === null) return refuse("its siblings are code");
  const others = parent.children.filter((child) => child !== state);
  if (parent.states.properties.length === 1) {
    for (const member of ["states", "initial"]) change.removeMember(holder.object, member);
    if (parent.type === "parallel") change.removeMember(holder.object, "type");
    return [`"${pathText(parent.path)}" has no states inside any more`];
  }
  change.remove(property, parent.states);
  if (initialOf(parent) !== key) return [];
  const next = others.find(({ type }) => type !== "history");
  if (next === undefined) {
    return refuse(`"${pathText(parent.path)}" is entered by "${key}"; add another state first`);
  }
  replaceInitial(change, holder, next.key);
  return [`"${pathText(parent.path)}" is entered by "${next.key}" now`];
}

function initialOf({ object }: SourceState): string | null {
  const node = valueOf(object, "initial");
  return stringOf(node) ?? stringOf(valueOf(node as typeof object, "target"));
}

function dropLinks(
  change: Change,
  { path, dangling }: OperationOf<"removeState">,
): readonly string[] {
  const { source } = change;
  const outside = statesFrom(source.root).filter((state) => !startsWith(state.path, path));
  const leadsIn = (from: SourceState, value: string): boolean => {
    const to = resolveTarget(source, from, value);
    return to !== null && startsWith(to, path);
  };
  const dropped = outside.flatMap((state) =>
    state.transitions.filter(({ targets }) => targets.some(({ value }) => leadsIn(state, value))),
  );
  for (const transition of dropped) {
    const { locks, edit, state, targets } = transition;
    if (locks.all !== null) {
      refuse(`a transition leads to it and is read-only: ${locks.all}`, { line: edit.line });
    }
    if (dangling === "remove") removeBranch(change, transition);
    else {
      for (const { node } of targets.filter(({ value }) => leadsIn(state, value))) {
        change.replaceString(node, writeTarget(source, state.path, dangling.retarget));
      }
    }
  }
  const histories = outside.filter(({ type }) => type === "history");
  for (const state of histories) dropHistory(change, state, { path, dangling });
  const verb = dangling === "remove" ? "removed" : "now leads elsewhere";
  return dropped.map(
    ({ state, kind, event }) => `${pathText(state.path)}, ${kind} ${event}: ${verb}`,
  );
}

/** A history without a target remembers, or else enters what its parent is entered by. */
function dropHistory(
  change: Change,
  state: SourceState,
  { path, dangling }: Pick<OperationOf<"removeState">, "path" | "dangling">,
): void {
  const { source } = change;
  const node = valueOf(state.object, "target");
  const value = stringOf(node);
  if (node === null || value === null || state.object === null) return;
  const to = resolveTarget(source, state, value);
  if (to === null || !startsWith(to, path)) return;
  if (state.edit.level === "readonly") {
    refuse("a history leads to it and is read-only", { line: lineOf(source, node.start) });
  }
  if (dangling === "remove") change.removeMember(state.object, "target");
  else change.replaceString(node, historyTarget(change, state, dangling.retarget));
}

/** XState takes a history's target for one of its siblings, or below, or an id. */
function historyTarget({ source }: Change, { path }: SourceState, to: Path): string {
  return writeTarget(source, path, to);
}
