/** Which parts of a level are those of the level before an edit. Pure. */
import type { LevelSpec } from "./level.ts";
import type { Segment } from "./link.ts";

/** Ids of before, by those of now. */
export interface Matching {
  readonly nodes: ReadonlyMap<string, string>;
  /** Of the level and of its nodes. */
  readonly ports: ReadonlyMap<string, string>;
  readonly segments: ReadonlyMap<string, string>;
}

/**
 * What is not in it is new. Null if the level is another altogether. Of levels with the same structure all is the
 * same by its place, whatever it is called: a name may be what was edited.
 */
export function matchLevels(now: LevelSpec, before: LevelSpec): Matching | null {
  const isSameFrame =
    now.direction === before.direction &&
    now.outerDirection === before.outerDirection &&
    now.headHeight === before.headHeight;
  if (!isSameFrame) return null;
  return structureOf(now) === structureOf(before) ? byPlace(now, before) : byId(now, before);
}

/** What a level is but for names and sizes. */
function structureOf(spec: LevelSpec): string {
  const names = new Map<string, string>();
  for (const [at, { id, ports }] of spec.nodes.entries()) {
    names.set(id, `n${at}`);
    for (const [index, port] of ports.entries()) names.set(port.id, `n${at}p${index}`);
  }
  for (const [at, { id }] of spec.ports.entries()) names.set(id, `p${at}`);
  return JSON.stringify([
    spec.nodes.map(({ ports }) => ports.map(({ side }) => side)),
    spec.ports.map(({ way }) => way),
    spec.segments.map(({ from, to, label }) => [names.get(from), names.get(to), label !== null]),
  ]);
}

function byPlace(now: LevelSpec, before: LevelSpec): Matching {
  return {
    nodes: pairs(now.nodes, before.nodes),
    ports: pairs(portsIn(now), portsIn(before)),
    segments: pairs(now.segments, before.segments),
  };
}

function byId(now: LevelSpec, before: LevelSpec): Matching {
  const labelled = new Map(before.segments.map(({ id, label }) => [id, label !== null]));
  const isSame = ({ id, label }: Segment): boolean => labelled.get(id) === (label !== null);
  return {
    nodes: known(now.nodes, before.nodes),
    ports: known(portsIn(now), portsIn(before)),
    segments: new Map(now.segments.filter(isSame).map(({ id }) => [id, id])),
  };
}

function known(
  now: readonly { readonly id: string }[],
  before: readonly { readonly id: string }[],
): ReadonlyMap<string, string> {
  const ids = new Set(before.map(({ id }) => id));
  return new Map(now.filter(({ id }) => ids.has(id)).map(({ id }) => [id, id]));
}

function portsIn({ nodes, ports }: LevelSpec): readonly { readonly id: string }[] {
  return [...ports, ...nodes.flatMap((node) => node.ports)];
}

function pairs(
  now: readonly { readonly id: string }[],
  before: readonly { readonly id: string }[],
): ReadonlyMap<string, string> {
  return new Map(now.map(({ id }, at) => [id, before[at]?.id ?? id]));
}
