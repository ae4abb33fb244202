/** Which of the moves of many paths are to be crashed at: each once, though paths begin alike. */
import type { Path } from "./paths.ts";

export interface CrashPath {
  readonly path: Path;
  /** The first move that no path before it has made; 0 also includes the start. */
  readonly fromStep: number;
}

export function crashPathsOf(paths: readonly Path[]): readonly CrashPath[] {
  const known = new Set<string>();
  return paths.map((path) => {
    let beginning = "";
    let fromStep = path.steps.length;
    for (const [index, { move }] of path.steps.entries()) {
      beginning += JSON.stringify(move);
      if (known.has(beginning)) continue;
      known.add(beginning);
      fromStep = Math.min(fromStep, index);
    }
    return { path, fromStep };
  });
}
