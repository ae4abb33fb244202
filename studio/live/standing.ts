/** Where the instances of a saga stand, brought to the states of its chart. Pure. */
import type { ChartModel } from "../../src/draw/model.ts";
import type { Phase } from "../../src/saga/phase.ts";
import type { Counts } from "../api/answers.ts";
import type { StateBadge } from "../chart/overlay.ts";

type Count = Counts["counts"][number];

/** Ids of states by their dotted paths, as the API names them. */
export function idsByPath({ states }: ChartModel): ReadonlyMap<string, string> {
  return new Map(states.map(({ id, key, path }) => [path.join(".") || key, id]));
}

/** Ids of the active leaves that a `state` of the API names. */
export function leavesIn(state: string, ids: ReadonlyMap<string, string>): readonly string[] {
  return state.split(",").flatMap((path) => ids.get(path) ?? []);
}

/** The leaves and all states around them. @public */
export function withAround(leaves: readonly string[], { states }: ChartModel): ReadonlySet<string> {
  const parents = new Map(states.map(({ id, parent }) => [id, parent]));
  const all = new Set<string>();
  for (const leaf of leaves) {
    for (let id: string | null | undefined = leaf; id; id = parents.get(id)) all.add(id);
  }
  return all;
}

export type CountsByState = ReadonlyMap<string, ReadonlyMap<Phase, number>>;

/** How many instances stand in each drawn state; one that stands in a fold several times counts there once. */
export function countsByState(
  counts: readonly Count[],
  ids: ReadonlyMap<string, string>,
  shown: ReadonlyMap<string, string>,
): CountsByState {
  const all = new Map<string, Map<Phase, number>>();
  for (const { state, phase, instances } of counts) {
    const drawn = new Set(leavesIn(state, ids).map((id) => shown.get(id) ?? id));
    for (const id of drawn) {
      const byPhase = all.get(id) ?? new Map<Phase, number>();
      all.set(id, byPhase);
      byPhase.set(phase, (byPhase.get(phase) ?? 0) + instances);
    }
  }
  return all;
}

/** The counts as badges: those that are stuck apart from the others. */
export function badgesOf(
  counts: CountsByState,
  onClick: (state: string, phase: Phase | null) => void,
): ReadonlyMap<string, readonly StateBadge[]> {
  const badges = [...counts].map(([state, byPhase]) => {
    const stuck = byPhase.get("stuck") ?? 0;
    const others = [...byPhase].filter(([phase, count]) => phase !== "stuck" && count > 0);
    const total = others.reduce((sum, [, count]) => sum + count, 0);
    const largest = others.toSorted((a, b) => b[1] - a[1])[0]?.[0];
    const all: StateBadge[] = [];
    if (total > 0 && largest !== undefined) {
      all.push({
        text: compact(total),
        label: others.map(([phase, count]) => `${count} ${phase}`).join(", "),
        tone: largest,
        onClick: () => onClick(state, null),
      });
    }
    if (stuck > 0) {
      all.push({
        text: `! ${compact(stuck)}`,
        label: `${stuck} stuck`,
        tone: "stuck",
        onClick: () => onClick(state, "stuck"),
      });
    }
    return [state, all] as const;
  });
  return new Map(badges);
}

/** `950`, `1.2k`, `34k`. */
function compact(count: number): string {
  return Intl.NumberFormat("en", { notation: "compact" }).format(count).toLowerCase();
}
