/** How a chart mentions guards, actions and actors: what they are called, read without a call. */
import { toPlainJson } from "./plain-json.ts";
import type { Json } from "./plain-json.ts";

/** What a guard or an action is called when it has no name. */
const INLINE = "(inline)";

/** An action as the chart mentions it. */
export interface ActionModel {
  /** `built-in`: XState's own, such as `assign`; `inline`: a function without a name. */
  readonly kind: "named" | "built-in" | "inline";
  readonly name: string;
  /** What it is given; null if nothing, or only known when it runs. */
  readonly params: Json;
  /** Whether its params come from a function. */
  readonly hasDynamicParams: boolean;
}

/** A guard as the chart mentions it; `and`, `or` and `not` stand over others. */
export type GuardModel =
  | { readonly kind: "named"; readonly name: string; readonly params: Json }
  | { readonly kind: "inline"; readonly name: string }
  | { readonly kind: "in"; readonly state: Json }
  | { readonly kind: "and" | "or" | "not"; readonly guards: readonly GuardModel[] };

export function actionModel(action: unknown): ActionModel {
  if (typeof action === "function") return functionModel(action);
  const { type, params } = (typeof action === "string" ? { type: action } : Object(action)) as {
    type?: unknown;
    params?: unknown;
  };
  return {
    ...nameOf(String(type)),
    params: toPlainJson(params) ?? null,
    hasDynamicParams: typeof params === "function",
  };
}

export function guardModel(guard: unknown): GuardModel | null {
  if (guard === undefined || guard === null) return null;
  if (typeof guard === "string") return { kind: "named", name: guard, params: null };
  if (typeof guard === "function") return composedGuard(guard);
  const { type, params } = guard as { type?: unknown; params?: unknown };
  return { kind: "named", name: String(type), params: toPlainJson(params) ?? null };
}

/** The name of an actor that a state invokes: in `setup`, or of a machine that stands in the chart itself. */
export function actorName(src: unknown): string {
  if (typeof src === "string") return src;
  const { id } = Object(src) as { id?: unknown };
  return typeof id === "string" ? id : INLINE;
}

const BUILT_IN = "xstate.";

function nameOf(type: string): Pick<ActionModel, "kind" | "name"> {
  if (!type.startsWith(BUILT_IN)) return { kind: "named", name: type };
  return { kind: "built-in", name: type.slice(BUILT_IN.length) };
}

/** What XState keeps on the function that makes a built-in action. */
interface BuiltIn {
  readonly type?: unknown;
  readonly event?: unknown;
  readonly src?: unknown;
}

function functionModel(action: Function): ActionModel {
  const { type, event, src } = action as BuiltIn;
  if (typeof type !== "string") {
    return { kind: "inline", name: action.name || INLINE, params: null, hasDynamicParams: false };
  }
  const facts = { event: eventType(event), src: typeof src === "string" ? src : undefined };
  const params = toPlainJson(facts);
  const isEmpty = Object.keys(Object(params) as object).length === 0;
  return { ...nameOf(type), params: isEmpty ? null : (params ?? null), hasDynamicParams: false };
}

function eventType(event: unknown): string | undefined {
  const { type } = Object(event) as { type?: unknown };
  return typeof type === "string" ? type : undefined;
}

/** What XState keeps on the function that makes a guard of others. */
interface Composed {
  readonly guards?: readonly unknown[];
  readonly stateValue?: unknown;
}

function composedGuard(guard: Function): GuardModel {
  const { guards, stateValue } = guard as Composed;
  if (stateValue !== undefined) return { kind: "in", state: toPlainJson(stateValue) ?? null };
  const { name } = guard;
  if (guards !== undefined && (name === "and" || name === "or" || name === "not")) {
    return { kind: name, guards: guards.flatMap((one) => guardModel(one) ?? []) };
  }
  // XState's `guard` property gives its name to the function that stands in it.
  return { kind: "inline", name: name === "" || name === "guard" ? INLINE : name };
}
