/**
 * A level as somebody looks at it, after an edit: what the edit left as it was stays where it is. States and labels
 * may go, and change their size where there is room; a new state gets a free place, a new line goes between what is
 * there. Whatever needs room that is not there is for a layout anew. Pure.
 */
import type { Box, Size } from "./box.ts";
import { addLines } from "./add-lines.ts";
import { PADDING } from "./level.ts";
import type { LevelLayout, LevelSpec, PlacedPort, RoutedSegment } from "./level.ts";
import { partsOf } from "./keeping.ts";
import type { Keeping, KeptLevel } from "./keeping.ts";
import { matchLevels } from "./match.ts";
import type { Matching } from "./match.ts";
import { reroute } from "./reroute.ts";
import { freePlace, isClear } from "./room.ts";

/** Null if it must be laid out anew. */
export function keepLevel(spec: LevelSpec, before: KeptLevel): LevelLayout | null {
  const matching = matchLevels(spec, before.spec);
  if (matching === null) return null;
  const nodes = placesOf(spec, before, matching);
  const size = sizeFor(spec, before, [...nodes.values()]);
  const ports = spec.ports.flatMap((port) => {
    const placed = before.level.ports.find(({ id }) => id === matching.ports.get(port.id));
    return placed === undefined ? [] : [onBorder({ ...placed, id: port.id }, size)];
  });
  const kept = withOldLines({ spec, before, matching, size, nodes, ports, segments: new Map() });
  const grown = kept === null ? null : withNewNodes(kept);
  const whole = grown === null ? null : addLines(grown);
  if (whole === null || !isClear({ ...partsOf(whole), boxes: whole.nodes })) return null;
  return { ...whole.size, nodes: whole.nodes, ports: whole.ports, segments: whole.segments };
}

/** The nodes that were there, each where it was, by id. */
function placesOf(
  spec: LevelSpec,
  { level }: KeptLevel,
  matching: Matching,
): ReadonlyMap<string, Box> {
  return new Map(
    spec.nodes.flatMap(({ id, width, height }) => {
      const place = level.nodes.get(matching.nodes.get(id) ?? "");
      return place === undefined ? [] : [[id, { ...place, width, height }] as const];
    }),
  );
}

/** Not smaller than it was, so that nothing around it moves. */
function sizeFor(spec: LevelSpec, { level }: KeptLevel, boxes: readonly Box[]): Size {
  const right = Math.max(0, ...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(0, ...boxes.map(({ y, height }) => y + height));
  return {
    width: Math.max(level.width, spec.widthMin, right + PADDING.side),
    height: Math.max(level.height, bottom + PADDING.bottom),
  };
}

function onBorder(port: PlacedPort, { width, height }: Size): PlacedPort {
  if (port.side === "SOUTH") return { ...port, y: height };
  return port.side === "EAST" ? { ...port, x: width } : port;
}

function withOldLines(keeping: Keeping): Keeping | null {
  const segments = new Map<string, RoutedSegment>();
  for (const segment of keeping.spec.segments) {
    if (!keeping.matching.segments.has(segment.id)) continue;
    const route = reroute(keeping, segment);
    if (route === null) return null;
    segments.set(segment.id, route);
  }
  return { ...keeping, segments };
}

/** With the new nodes, each as near as may be to the one that is written before it. */
function withNewNodes(keeping: Keeping): Keeping | null {
  const { spec, before } = keeping;
  const nodes = new Map(keeping.nodes);
  const top = spec.headHeight + PADDING.belowHead;
  for (const [at, { id, width, height }] of spec.nodes.entries()) {
    if (nodes.has(id)) continue;
    const near = nodes.get(spec.nodes[at - 1]?.id ?? "") ?? { x: PADDING.side, y: top };
    const around = { ...keeping.size, ...partsOf(keeping), boxes: [...nodes.values()], top, near };
    nodes.set(id, { ...freePlace({ width, height }, around), width, height });
  }
  const size = sizeFor(spec, before, [...nodes.values()]);
  // A line to a border that moves away would have to be longer.
  const ports = keeping.ports.map((port) => onBorder(port, size));
  return withOldLines({ ...keeping, nodes, size, ports });
}
