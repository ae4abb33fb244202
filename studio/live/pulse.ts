/** Which edges an entry most likely took, for the dots of the live chart. A hint for the eye: nothing is counted by it. */
import type { ChartModel } from "../../src/draw/model.ts";
import type { LiveEntry } from "../api/stream.ts";
import { leavesIn, withAround } from "./standing.ts";

export function likelyEdges(
  { event, stateBefore, stateAfter, verdict }: LiveEntry,
  model: ChartModel,
  ids: ReadonlyMap<string, string>,
): readonly string[] {
  if (verdict !== "applied" || stateBefore === null) return [];
  const before = withAround(leavesIn(stateBefore, ids), model);
  const after = withAround(leavesIn(stateAfter, ids), model);
  const fitting = model.edges.filter(({ event: type, source }) => {
    return type === event.type && before.has(source);
  });
  const led = fitting.filter(({ targets }) => targets.some((target) => after.has(target)));
  const [first] = led.length > 0 ? led : fitting;
  return first === undefined ? [] : [first.id];
}
