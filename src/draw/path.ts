/** Lines as the paths of a drawing. */
import type { Point } from "./box.ts";

/** A tenth of a pixel is finer than any screen. */
export function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}

const CORNER_PX = 7;

/** A path through `points` whose corners are round. */
export function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, at) => {
      const before = points[at - 1];
      const after = points[at + 1];
      if (before === undefined) return `M${pair(point)}`;
      if (after === undefined) return `L${pair(point)}`;
      return `L${pair(towards(point, before))}Q${pair(point)} ${pair(towards(point, after))}`;
    })
    .join("");
}

function pair({ x, y }: Point): string {
  return `${toTenth(x)} ${toTenth(y)}`;
}

/** From a corner towards the next point, but never past the middle. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = length === 0 ? 0 : Math.min(CORNER_PX, length / 2) / length;
  return {
    x: corner.x + (other.x - corner.x) * share,
    y: corner.y + (other.y - corner.y) * share,
  };
}
