/** The words of a chart: how edges, guards and actions read, in every format. */
import { delayText } from "./delay.ts";
import type { ActionModel, GuardModel } from "./mention.ts";
import type { EdgeModel } from "./model.ts";
import type { Json } from "./plain-json.ts";

/** What sets an edge off, in one word or two: `PACKED`, `error`, `after 10 s`. */
export function triggerText(edge: EdgeModel): string {
  switch (edge.kind) {
    case "event":
      return edge.event;
    case "after":
      return edge.delay === null ? "after" : `after ${delayText(edge.delay)}`;
    case "stateDone":
      return "all done";
    case "always":
    case "done":
    case "error":
    case "snapshot":
    case "initial":
      return edge.kind;
  }
}

/** What must hold for an edge: `canRetry(3)`, `else`; empty if nothing. */
export function conditionText(edge: EdgeModel): string {
  if (edge.guard !== null) return guardText(edge.guard);
  return edge.isElse ? "else" : "";
}

/** Whether an edge only says that its event is not taken here. */
export function isForbidding(edge: EdgeModel): boolean {
  return edge.targets.length === 0 && edge.actions.length === 0 && !edge.reenter;
}

/** The whole edge in one line: `error [canRetry(3)] / noteUnsure`. */
export function edgeText(edge: EdgeModel): string {
  const condition = conditionText(edge);
  const actions = edge.actions.map(actionText).join(", ");
  return [
    triggerText(edge),
    condition === "" ? "" : `[${condition}]`,
    isForbidding(edge) ? "/ forbidden" : actions === "" ? "" : `/ ${actions}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

export function guardText(guard: GuardModel): string {
  switch (guard.kind) {
    case "named":
      return withParams(guard.name, guard.params);
    case "inline":
      return guard.name;
    case "in":
      return `in ${statePaths(guard.state).join(", ")}`;
    case "and":
      return guard.guards.map(operandText).join(" && ");
    case "or":
      return guard.guards.map(operandText).join(" || ");
    case "not":
      return guard.guards.map((one) => `!${operandText(one)}`).join("");
  }
}

function operandText(guard: GuardModel): string {
  const isOne = guard.kind !== "and" && guard.kind !== "or";
  return isOne ? guardText(guard) : `(${guardText(guard)})`;
}

export function actionText({ name, params, hasDynamicParams }: ActionModel): string {
  return hasDynamicParams ? `${name}(…)` : withParams(name, params);
}

/** The dotted paths of what XState calls a state value: `{ a: "b" }` is `a.b`. */
export function statePaths(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    const paths = statePaths(inside);
    return paths.length === 0 ? [key] : paths.map((path) => `${key}.${path}`);
  });
}

// One thing says itself; of several each needs its name.
function withParams(name: string, params: Json): string {
  if (params === null) return name;
  if (typeof params !== "object" || Array.isArray(params)) return `${name}(${jsonText(params)})`;
  const members = Object.entries(params);
  const texts = members.map(([key, value]) =>
    members.length === 1 ? jsonText(value) : `${key}: ${jsonText(value)}`,
  );
  return `${name}(${texts.join(", ")})`;
}

function jsonText(json: Json): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}
