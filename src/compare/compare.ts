/**
 * What is different between two charts: states and edges that were added, removed, changed and renamed, as data and in
 * words; and what becomes of instances that stand in them.
 */
import type { ActionModel } from "../draw/mention.ts";
import type { ChartModel, EdgeModel, StateModel } from "../draw/model.ts";
import { actionText, guardText } from "../draw/words.ts";
import { matchStates, pathText, triggerOf } from "./match-states.ts";
import type { Matches, Renames } from "./match-states.ts";

export type ChangeKind = "same" | "added" | "removed" | "changed" | "renamed";

export interface StateChange {
  readonly kind: ChangeKind;
  /** Id and dotted path in the chart before; null: it was not there. */
  readonly before: Named | null;
  readonly after: Named | null;
  /** What is different beside the name, in words. */
  readonly what: readonly string[];
}

export interface Named {
  readonly id: string;
  readonly path: string;
}

export interface EdgeChange {
  readonly kind: Exclude<ChangeKind, "renamed">;
  /** Ids of the edge; null: it is not in that chart. */
  readonly before: string | null;
  readonly after: string | null;
  readonly words: string;
  readonly what: readonly string[];
}

export interface ChartDiff {
  readonly states: readonly StateChange[];
  readonly edges: readonly EdgeChange[];
  /** Of states that have another path now: the path before, and the path after. */
  readonly renames: Readonly<Record<string, string>>;
  /** All that is different, a line each. */
  readonly words: readonly string[];
}

/** `renames`: what its reader knows better than its guess. */
export function compareCharts(
  before: ChartModel,
  after: ChartModel,
  renames: Renames = {},
): ChartDiff {
  const matches = matchStates(before, after, renames);
  const states = compareStates(before, after, matches);
  const edges = compareEdges(before, after, matches);
  const renamed = states.flatMap(({ before: from, after: to }) =>
    from === null || to === null || from.path === to.path ? [] : [[from.path, to.path] as const],
  );
  return {
    states,
    edges,
    renames: Object.fromEntries(renamed),
    words: [...states.flatMap(stateWords), ...edges.flatMap(edgeWords)],
  };
}

function compareStates(
  before: ChartModel,
  after: ChartModel,
  matches: Matches,
): readonly StateChange[] {
  const byId = new Map(after.states.map((state) => [state.id, state]));
  const known = new Set(matches.values());
  const kept = before.states.map((state): StateChange => {
    const match = byId.get(matches.get(state.id) ?? "");
    if (match === undefined) {
      return { kind: "removed", before: named(state), after: null, what: [] };
    }
    const what = stateDifferences(state, match, matches);
    // A state inside one that is renamed keeps its own name.
    const isRenamed = state.parent !== null && state.key !== match.key;
    const isMoved = state.parent !== null && matches.get(state.parent) !== match.parent;
    const kind = isRenamed || isMoved ? "renamed" : what.length > 0 ? "changed" : "same";
    return { kind, before: named(state), after: named(match), what };
  });
  const added = after.states
    .filter(({ id }) => !known.has(id))
    .map((state): StateChange => ({ kind: "added", before: null, after: named(state), what: [] }));
  return [...kept, ...added];
}

function named(state: StateModel): Named {
  return { id: state.id, path: pathText(state) };
}

function stateDifferences(
  before: StateModel,
  after: StateModel,
  matches: Matches,
): readonly string[] {
  const initial = before.initial === null ? null : (matches.get(before.initial) ?? before.initial);
  const own = texts(before);
  const differences = texts(after).flatMap(([name, text], at) => {
    const was = own[at]?.[1] ?? "";
    return was === text ? [] : [differenceText(name, was, text)];
  });
  return initial === after.initial ? differences : [...differences, "it begins elsewhere"];
}

function texts(state: StateModel): readonly (readonly [string, string])[] {
  return [
    ["type", state.type],
    ["history", state.history ?? ""],
    ["phase", state.phase ?? ""],
    ["tags", state.tags.join(", ")],
    ["entry", state.entry.map(doneText).join(", ")],
    ["exit", state.exit.map(doneText).join(", ")],
    ["activities", state.invokes.map(({ src }) => src).join(", ")],
    ["description", state.description ?? ""],
    ["meta", state.meta === null ? "" : JSON.stringify(state.meta)],
  ];
}

function differenceText(name: string, was: string, is: string): string {
  if (was === "") return `${name}: ${is} is new`;
  if (is === "") return `${name}: ${was} is gone`;
  return `${name}: ${was} is ${is} now`;
}

interface Branches {
  readonly before: readonly EdgeModel[];
  readonly after: readonly EdgeModel[];
}

function compareEdges(
  before: ChartModel,
  after: ChartModel,
  matches: Matches,
): readonly EdgeChange[] {
  const paths = new Map(
    [...before.states, ...after.states].map((each) => [each.id, pathText(each)]),
  );
  const groups = new Map<string, { before: EdgeModel[]; after: EdgeModel[] }>();
  const put = (
    edges: readonly EdgeModel[],
    side: keyof Branches,
    sourceOf: (id: string) => string,
  ): void => {
    for (const edge of edges.filter(({ kind }) => kind !== "initial")) {
      const key = `${sourceOf(edge.source)} ${triggerOf(edge)}`;
      const group = groups.get(key) ?? { before: [], after: [] };
      group[side].push(edge);
      groups.set(key, group);
    }
  };
  put(before.edges, "before", (id) => matches.get(id) ?? `gone ${id}`);
  put(after.edges, "after", (id) => id);
  return [...groups.values()].flatMap((group) => compareBranches(group, { matches, paths }));
}

interface Known {
  readonly matches: Matches;
  readonly paths: ReadonlyMap<string, string>;
}

/** Branches of one event of one state: those that are the same first, then one by one. */
function compareBranches({ before, after }: Branches, known: Known): readonly EdgeChange[] {
  const left = [...after];
  const pairs: (readonly [EdgeModel, EdgeModel | null])[] = [];
  const open: EdgeModel[] = [];
  for (const edge of before) {
    const at = left.findIndex((other) => edgeDifferences(edge, other, known).length === 0);
    if (at === -1) open.push(edge);
    else pairs.push([edge, ...left.splice(at, 1)] as [EdgeModel, EdgeModel]);
  }
  for (const edge of open) pairs.push([edge, left.shift() ?? null]);
  return [
    ...pairs.map(([edge, other]): EdgeChange => {
      const words = edgeName(edge, known);
      if (other === null) {
        return { kind: "removed", before: edge.id, after: null, words, what: [] };
      }
      const what = edgeDifferences(edge, other, known);
      const kind = what.length > 0 ? "changed" : "same";
      return { kind, before: edge.id, after: other.id, words, what };
    }),
    ...left.map((edge): EdgeChange => {
      const words = edgeName(edge, known);
      return { kind: "added", before: null, after: edge.id, words, what: [] };
    }),
  ];
}

function edgeDifferences(
  before: EdgeModel,
  after: EdgeModel,
  { matches, paths }: Known,
): readonly string[] {
  const goals = (ids: readonly string[]): string => ids.map((id) => paths.get(id) ?? id).join(", ");
  const told = before.targets.map((id) => matches.get(id) ?? id);
  const facts = [
    ["goal", goals(told), goals(after.targets)],
    ["guard", guardOf(before), guardOf(after)],
    ["actions", actionsOf(before), actionsOf(after)],
    ["enters anew", before.reenter ? "yes" : "no", after.reenter ? "yes" : "no"],
  ] as const;
  return facts.flatMap(([name, was, is]) => (was === is ? [] : [differenceText(name, was, is)]));
}

/** An action by its name and what it is given; what is computed cannot be compared, and is in no other format. */
function doneText(action: ActionModel): string {
  return actionText({ ...action, hasDynamicParams: false });
}

function guardOf({ guard }: EdgeModel): string {
  return guard === null ? "" : guardText(guard);
}

function actionsOf({ actions }: EdgeModel): string {
  return actions.map(doneText).join(", ");
}

function edgeName(edge: EdgeModel, { paths }: Known): string {
  const guard = guardOf(edge);
  const goals = edge.targets.map((id) => paths.get(id) ?? id).join(", ");
  const when = guard === "" ? "" : ` [${guard}]`;
  return `${paths.get(edge.source) ?? edge.source}: ${triggerOf(edge)}${when}${goals === "" ? "" : ` → ${goals}`}`;
}

function stateWords({ kind, before, after, what }: StateChange): readonly string[] {
  const name = after?.path ?? before?.path ?? "";
  switch (kind) {
    case "same":
      return [];
    case "added":
      return [`state ${name} is new`];
    case "removed":
      return [`state ${name} is gone`];
    case "renamed":
      return [
        `state ${before?.path} is ${name} now`,
        ...what.map((text) => `state ${name}: ${text}`),
      ];
    case "changed":
      return what.map((text) => `state ${name}: ${text}`);
  }
}

function edgeWords({ kind, words, what }: EdgeChange): readonly string[] {
  switch (kind) {
    case "same":
      return [];
    case "added":
      return [`${words} is new`];
    case "removed":
      return [`${words} is gone`];
    case "changed":
      return what.map((text) => `${words}: ${text}`);
  }
}

/** Instances that stand in one state now. */
export interface Standing {
  readonly version: number;
  readonly phase: string;
  /** Dotted paths of leaves, joined by a comma. */
  readonly state: string;
  readonly instances: number;
}

export interface Fate extends Standing {
  /** `stays`: the state is there under the same path. `moves`: under another. `lost`: it has no place. */
  readonly fate: "stays" | "moves" | "lost";
  /** The path after; null if one of its parts has none. */
  readonly to: string | null;
}

/** What would become of instances if the chart before became the chart after. */
export function fatesOf(diff: ChartDiff, standings: readonly Standing[]): readonly Fate[] {
  const paths = new Map(
    diff.states.flatMap(({ before, after }) =>
      before === null ? [] : [[before.path, after?.path ?? null]],
    ),
  );
  return standings.map((standing) => {
    const parts = standing.state.split(",").map((path) => paths.get(path) ?? null);
    const to = parts.includes(null) ? null : parts.join(",");
    const fate = to === null ? "lost" : to === standing.state ? "stays" : "moves";
    return { ...standing, fate, to };
  });
}
