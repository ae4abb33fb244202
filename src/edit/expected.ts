/** Facts of a machine while an expectation is made of them: a copy that may be changed. */
import type { MentionFacts, StateFacts, TransitionFacts } from "./facts.ts";
import type { ActionItem } from "./operation.ts";
import type { Path } from "./source.ts";

/** Facts that are being changed. */
export type Writable<Value> = Value extends readonly (infer Item)[]
  ? Writable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value;

export type DraftState = Omit<Writable<StateFacts>, "states" | "transitions"> & {
  states: DraftState[];
  transitions: Writable<TransitionFacts>[];
};

export function draftAt(root: DraftState, path: Path): DraftState {
  let state = root;
  for (const key of path) {
    const child = state.states.find((one) => one.key === key);
    if (child === undefined) throw new Error(`there is no state "${path.join(".")}"`);
    state = child;
  }
  return state;
}

export function named(name: string): MentionFacts {
  return { name, params: "", isCode: false };
}

export function actionsFrom(
  before: readonly MentionFacts[],
  items: readonly ActionItem[],
): MentionFacts[] {
  return items.map((item) =>
    typeof item === "string" ? named(item) : (before[item.keep] ?? named("")),
  );
}

/** Of a branch that leads somewhere and is nothing else. */
export const NO_MORE = { guard: null, actions: [], reenter: false, description: null } as const;
