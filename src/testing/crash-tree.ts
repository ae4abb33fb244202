/** Paths as one tree: what they begin with alike is there once. */
import type { End } from "./crash-walk.ts";
import type { Path, PathStep } from "./paths.ts";

/** A move on one path or more, and how everything stands after it; the root is the start. */
export interface Place {
  /** Null: the start. */
  readonly step: PathStep | null;
  /** Moves before it; -1: it is the start. */
  readonly index: number;
  /** One that goes through it: the first that was given. */
  readonly path: Path;
  readonly next: Map<string, Place>;
  /** How many paths go through it. */
  paths: number;
  /** Null until it was gone through without a crash. */
  smooth: SmoothPlace | null;
}

/** How everything stands at a place without a crash. */
export interface SmoothPlace {
  /** The digest of its likeness; null if that cannot be told. */
  readonly standing: string | null;
  readonly end: End;
}

/** `root` is null if there is no path. */
export function treeOf(paths: readonly Path[]): Place | null {
  let root: Place | null = null;
  for (const path of paths) {
    root ??= placeOf(path, null, -1);
    root.paths += 1;
    let place = root;
    for (const [index, step] of path.steps.entries()) {
      const name = JSON.stringify(step.move);
      const known = place.next.get(name) ?? placeOf(path, step, index);
      place.next.set(name, known);
      known.paths += 1;
      place = known;
    }
  }
  return root;
}

function placeOf(path: Path, step: PathStep | null, index: number): Place {
  return { step, index, path, next: new Map(), paths: 0, smooth: null };
}

/** The places of a path, from the start on. */
export function placesOf(root: Place, path: Path): readonly Place[] {
  const places = [root];
  for (const { move } of path.steps) {
    places.push(places.at(-1)?.next.get(JSON.stringify(move)) as Place);
  }
  return places;
}
