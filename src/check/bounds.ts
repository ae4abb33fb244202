/**
 * Bounds: how long an instance takes at most, and how often it calls each activity, if nobody sends it
 * anything. They are longest ways through the graph; a way that goes round has none.
 */
import type { Edge, Exploration, Node } from "./explore.ts";
import { components } from "./graph.ts";
import { insideEdges } from "./judge-graph.ts";

/** The most there can be; null: there is no bound. */
export type Bound = number | null;

export interface Bounds {
  /** Time from the start to an end, or to where only an event from outside helps. */
  readonly fromStartMs: Bound;
  /** The same from any configuration that an event from outside has brought about; 0 if there is none. */
  readonly afterEventMs: Bound;
  /** Attempts of each activity as the chart draws them, from the start; one repeated after a crash does not count. */
  readonly calls: Readonly<Record<string, Bound>>;
  /** Whether something was cut off, so that the true bounds may be greater. */
  readonly isAtLeast: boolean;
}

export function boundsOf(
  { nodes, started: begun }: Exploration,
  activities: readonly string[],
): Bounds {
  const timeMs = longest(nodes, ({ atMostMs }) => atMostMs);
  const sentTo = new Set(nodes.flatMap(({ edges }) => edges.filter(isSent).map(({ to }) => to)));
  const began = countOf(begun);
  return {
    fromStartMs: toBound(timeMs[0] as number),
    afterEventMs: toBound(Math.max(0, ...[...sentTo].map((id) => timeMs[id] as number))),
    calls: Object.fromEntries(
      activities.map((src) => {
        const calls = longest(nodes, ({ started }) => countOf(started)(src));
        return [src, toBound((calls[0] as number) + began(src))];
      }),
    ),
    isAtLeast: nodes.some(({ isExpanded }) => !isExpanded),
  };
}

function longest(nodes: readonly Node[], weightOf: (edge: Edge) => number): Float64Array {
  const most = new Float64Array(nodes.length);
  const ordered = components(insideEdges(nodes));
  for (const component of ordered) {
    const members = new Set(component);
    const edges = component
      .flatMap((id) => (nodes[id] as Node).edges)
      .filter(({ isInside }) => isInside);
    const outward = edges.map((edge) =>
      members.has(edge.to)
        ? weightOf(edge) > 0
          ? Number.POSITIVE_INFINITY
          : 0
        : weightOf(edge) + (most[edge.to] as number),
    );
    const value = outward.reduce((a, b) => Math.max(a, b), 0);
    for (const id of component) most[id] = value;
  }
  return most;
}

function isSent({ move }: Edge): boolean {
  return move.kind === "send";
}

function countOf(started: readonly string[]): (src: string) => number {
  return (src) => started.filter((each) => each === src).length;
}

function toBound(value: number): Bound {
  return Number.isFinite(value) ? value : null;
}
