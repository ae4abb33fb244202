/** The states of a chart by id, by parent, and by who stands inside whom. */
import type { ChartModel, EdgeModel, StateModel } from "./model.ts";

export interface ChartTree {
  readonly root: StateModel;
  state(id: string): StateModel;
  /** In document order. */
  childrenOf(id: string): readonly StateModel[];
  /** As the chart tries them. */
  edgesFrom(id: string): readonly EdgeModel[];
  /** From the root down to the state itself. */
  chainOf(id: string): readonly string[];
  /** Whether `id` is `ancestor` or stands inside it. */
  isInside(id: string, ancestor: string): boolean;
  /** Whether the state is a region of a parallel one. */
  isRegion(state: StateModel): boolean;
}

export function toTree(model: ChartModel): ChartTree {
  const byId = new Map(model.states.map((state) => [state.id, state]));
  const byParent = groupBy(model.states, ({ parent }) => parent ?? "");
  const bySource = groupBy(model.edges, ({ source }) => source);
  const state = (id: string): StateModel => found(byId.get(id), `state "${id}"`);
  const chainOf = (id: string): readonly string[] => {
    const { parent } = state(id);
    return parent === null ? [id] : [...chainOf(parent), id];
  };
  return {
    root: found(model.states[0], "root state"),
    state,
    childrenOf: (id) => byParent.get(id) ?? [],
    edgesFrom: (id) => bySource.get(id) ?? [],
    chainOf,
    isInside: (id, ancestor) => chainOf(id).includes(ancestor),
    isRegion: ({ parent }) => parent !== null && state(parent).type === "parallel",
  };
}

/** What must be there; if it is not, the chart is not consistent, and that is our own mistake. */
export function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`the chart lacks its ${what}`);
  return value;
}

export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
