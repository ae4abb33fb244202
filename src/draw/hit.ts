/** What is at a point of a drawing, for pages that draw on a canvas or must know without asking the DOM. */
import { contains } from "./box.ts";
import type { Box, Point } from "./box.ts";
import type { Layout, Line } from "./layout.ts";

export interface Hit {
  readonly kind: "edge" | "state";
  /** As in the chart model. */
  readonly id: string;
}

/** How far from a line a finger or a mouse may be. */
const REACH_PX = 5;

/**
 * The edge whose label or line is at a point, else the innermost state; null if there is only the ground. Of
 * edges that share a line it is the first; their labels tell them apart.
 */
export function hitAt({ lines, states }: Layout, point: Point, reachPx = REACH_PX): Hit | null {
  const here = { ...point, width: 0, height: 0 };
  const labelled = lines.find(({ label }) => label !== null && contains(label, here));
  const line = labelled ?? lines.find((one) => isNear(one, here, reachPx));
  if (line !== undefined) return { kind: "edge", id: line.edge };
  // Children stand behind their parents in the list.
  const state = states.findLast((box) => contains(box, here));
  return state === undefined ? null : { kind: "state", id: state.id };
}

function isNear({ points }: Line, here: Box, reachPx: number): boolean {
  return points.slice(1).some((end, at) => {
    const start = points[at] ?? end;
    const run = {
      x: Math.min(start.x, end.x) - reachPx,
      y: Math.min(start.y, end.y) - reachPx,
      width: Math.abs(start.x - end.x) + 2 * reachPx,
      height: Math.abs(start.y - end.y) + 2 * reachPx,
    };
    return contains(run, here);
  });
}
