/** A level that is taken over after an edit: what it was, and what of it has its place by now. */
import type { Box, Size } from "./box.ts";
import type { LevelLayout, LevelSpec, PlacedPort, RoutedSegment } from "./level.ts";
import type { Matching } from "./match.ts";
import type { DrawnLine } from "./room.ts";

/** What was asked of a level, and what came of it. */
export interface KeptLevel {
  readonly spec: LevelSpec;
  readonly level: LevelLayout;
}

/** By the id of the state. */
export type KeptLevels = Map<string, KeptLevel>;

/** A level while it is taken over: what has its place by now. */
export interface Keeping {
  readonly spec: LevelSpec;
  readonly before: KeptLevel;
  readonly matching: Matching;
  readonly size: Size;
  readonly nodes: ReadonlyMap<string, Box>;
  readonly ports: readonly PlacedPort[];
  readonly segments: ReadonlyMap<string, RoutedSegment>;
}

/** The labels and the lines that have their place. */
export function partsOf({ spec, segments }: Keeping): {
  readonly labels: readonly Box[];
  readonly lines: readonly DrawnLine[];
} {
  const lines = spec.segments.flatMap(({ id, from, to }) => {
    const routed = segments.get(id);
    return routed === undefined
      ? []
      : [{ ...routed, ends: [ownerOf(spec, from), ownerOf(spec, to)] }];
  });
  return { lines, labels: lines.flatMap(({ label }) => label ?? []) };
}

/** The node that a line ends at, by itself or by one of its ports; null for a port of the level. */
function ownerOf({ nodes }: LevelSpec, end: string): string | null {
  const owner = nodes.find(({ id, ports }) => id === end || ports.some((port) => port.id === end));
  return owner?.id ?? null;
}
