/**
 * Which state of one chart is which of another. Keys tell first, from the outside in; among those that are left, a
 * state that is much like another in what it does and where it leads is taken for it, renamed or moved.
 */
import type { ChartModel, EdgeModel, StateModel } from "../draw/model.ts";
import { toTree } from "../draw/tree.ts";
import type { ChartTree } from "../draw/tree.ts";

/** Ids of states: of the chart before to those of the chart after. */
export type Matches = ReadonlyMap<string, string>;

/** By the dotted path before, the path after; null: the state is gone, whatever it is like. */
export type Renames = Readonly<Record<string, string | null>>;

/** How much alike two states must be to be taken for one: the share of what they have in common. */
const LIKENESS_MIN = 0.5;
/** Pairs that are looked at: two charts of four hundred states that have nothing in common. */
const PAIRS_MAX = 160_000;

export function matchStates(before: ChartModel, after: ChartModel, given: Renames): Matches {
  const matching = new Matching(before, after);
  matching.give(given);
  matching.pair(before.id, after.id);
  matching.pairAlike();
  return matching.found;
}

/** Dotted; the root has its own key. */
export function pathText({ path, key }: StateModel): string {
  return path.join(".") || key;
}

function idOf(model: ChartModel, path: string): string | undefined {
  return model.states.find((state) => pathText(state) === path)?.id;
}

class Matching {
  readonly found = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** States before that are said to be gone. */
  readonly #gone = new Set<string>();
  readonly #given = new Map<string, string>();
  readonly #before: ChartTree;
  readonly #after: ChartTree;
  readonly #models: { readonly before: ChartModel; readonly after: ChartModel };

  constructor(before: ChartModel, after: ChartModel) {
    this.#models = { before, after };
    this.#before = toTree(before);
    this.#after = toTree(after);
  }

  give(renames: Renames): void {
    const { before, after } = this.#models;
    for (const [from, to] of Object.entries(renames)) {
      const source = idOf(before, from);
      const target = to === null ? undefined : idOf(after, to);
      if (source === undefined) continue;
      if (target === undefined) this.#gone.add(source);
      else {
        this.#given.set(source, target);
        this.#taken.add(target);
      }
    }
  }

  /** These two are one, and so are their children with the same keys. */
  pair(before: string, after: string): void {
    this.found.set(before, after);
    this.#taken.add(after);
    const inside = this.#after.childrenOf(after);
    for (const child of this.#before.childrenOf(before)) {
      if (this.found.has(child.id) || this.#gone.has(child.id)) continue;
      const given = this.#given.get(child.id);
      const same = inside.find(({ key, id }) => key === child.key && !this.#taken.has(id));
      const match = given ?? same?.id;
      if (match !== undefined) this.pair(child.id, match);
    }
  }

  /** The most alike first. */
  pairAlike(): void {
    for (;;) {
      const best = this.#mostAlike();
      if (best === null) return;
      this.pair(best.before, best.after);
    }
  }

  #mostAlike(): { readonly before: string; readonly after: string } | null {
    const left = this.#models.before.states.filter(
      ({ id }) => !this.found.has(id) && !this.#gone.has(id),
    );
    const free = this.#models.after.states.filter(({ id }) => !this.#taken.has(id));
    if (left.length * free.length > PAIRS_MAX) return null;
    let best: { before: string; after: string; likeness: number } | null = null;
    for (const one of left) {
      const own = this.#featuresOf(this.#before, one, (id) => this.found.get(id) ?? id);
      for (const other of free) {
        if ((one.type === "history") !== (other.type === "history")) continue;
        const features = this.#featuresOf(this.#after, other, (id) => id);
        const likeness = likenessOf(own, features) + this.#bonus(one, other);
        if (likeness >= LIKENESS_MIN && likeness > (best?.likeness ?? 0)) {
          best = { before: one.id, after: other.id, likeness };
        }
      }
    }
    return best;
  }

  /** Names that are alike, and the same place. */
  #bonus(one: StateModel, other: StateModel): number {
    const isBeside = one.parent !== null && this.found.get(one.parent) === other.parent;
    return (
      (isBeside ? 0.15 : 0) + (one.key === other.key ? 0.3 : 0.2 * nameLikeness(one.key, other.key))
    );
  }

  #featuresOf(
    tree: ChartTree,
    state: StateModel,
    nameOf: (id: string) => string,
  ): ReadonlySet<string> {
    const outward = tree.edgesFrom(state.id).map((edge) => edgeFeature(edge, nameOf));
    const inward = this.#inward(tree, state).map(
      (edge) => `from ${nameOf(edge.source)} ${triggerOf(edge)}`,
    );
    const inside = tree.childrenOf(state.id).map(({ key }) => `inside ${key}`);
    return new Set([
      `type ${state.type}`,
      `phase ${state.phase}`,
      ...state.invokes.map(({ src }) => `invokes ${src}`),
      ...state.entry.map(({ name }) => `entry ${name}`),
      ...state.exit.map(({ name }) => `exit ${name}`),
      ...outward,
      ...inward,
      ...inside,
    ]);
  }

  #inward(tree: ChartTree, { id }: StateModel): readonly EdgeModel[] {
    const model = tree === this.#before ? this.#models.before : this.#models.after;
    return model.edges.filter(({ targets, kind }) => kind !== "initial" && targets.includes(id));
  }
}

function edgeFeature(edge: EdgeModel, nameOf: (id: string) => string): string {
  return `on ${triggerOf(edge)} to ${edge.targets.map(nameOf).join(" ")}`;
}

/** What sets an edge off, without the ids that XState puts into its events. */
export function triggerOf({ kind, event, delay }: EdgeModel): string {
  switch (kind) {
    case "event":
      return event;
    case "after":
      return `after ${delay?.name ?? delay?.ms ?? ""}`;
    case "done":
    case "error":
    case "snapshot":
      return `${kind} of ${event.split(".").slice(3).join(".") || event}`;
    case "always":
    case "stateDone":
    case "initial":
      return kind;
  }
}

function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((feature) => other.has(feature)).length;
  const all = new Set([...one, ...other]).size;
  return all === 0 ? 0 : (common / all) * 0.8;
}

/** The share of pairs of letters that two names have in common (Dice, 1945). */
export function nameLikeness(one: string, other: string): number {
  const [a, b] = [pairs(one), [...pairs(other)]];
  const total = a.length + b.length;
  if (total === 0) return 0;
  let common = 0;
  for (const pair of a) {
    const at = b.indexOf(pair);
    if (at === -1) continue;
    common += 1;
    b.splice(at, 1);
  }
  return (2 * common) / total;
}

function pairs(name: string): readonly string[] {
  const lower = name.toLowerCase();
  return Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2));
}
