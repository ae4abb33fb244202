/** Instances that stand where a draft changes the chart under them, counted by state. */
import type { Draft } from "../draft/drafts.ts";
import { pathAfter } from "../edit/renames.ts";
import { isEndPhase } from "../saga/phase.ts";
import type { Runtime } from "../runtime/runtime.ts";

export interface Affected {
  /** Dotted path of a state in which instances stand. */
  readonly state: string;
  /** Where it is in the draft; null: it is gone. */
  readonly becomes: string | null;
  readonly instances: number;
}

type Edited = Pick<Draft, "saga" | "model" | "renames">;

/** Those of all versions that have not ended. The most first. */
export async function affectedBy(
  runtime: Runtime,
  { saga, model, renames }: Edited,
): Promise<readonly Affected[]> {
  if (!runtime.sagas().some((chart) => chart.saga.name === saga)) return [];
  const counts = await runtime.counts({ saga });
  const known = new Set(model.states.map(({ path }) => path.join(".")));
  const found = new Map<string, Affected>();
  for (const { state, phase, instances } of counts) {
    if (isEndPhase(phase)) continue;
    // One instance may stand in several states, of regions.
    for (const path of pathsIn(state)) {
      const to = pathAfter(renames, path);
      if (to === path && known.has(path)) continue;
      const before = found.get(path)?.instances ?? 0;
      const becomes = known.has(to) ? to : null;
      found.set(path, { state: path, becomes, instances: before + instances });
    }
  }
  return [...found.values()].toSorted((a, b) => b.instances - a.instances);
}

function pathsIn(state: string): readonly string[] {
  return state.split(/[,\s]+/).filter((path) => path !== "");
}
