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
  const ordered = components(insideEdges(nodes)).map((ids) => toPart(nodes, ids));
  const longest = (weightOf: (edge: Edge) => number): Float64Array => {
    const most = new Float64Array(nodes.length);
    for (const part of ordered) {
      const value = longestFrom(part, most, weightOf);
      for (const id of part.ids) most[id] = value;
    }
    return most;
  };
  const timeMs = longest(({ atMostMs }) => atMostMs);
  const sentTo = new Set(nodes.flatMap(({ edges }) => edges.filter(isSent).map(({ to }) => to)));
  const afterEvents = [...sentTo].reduce((most, id) => Math.max(most, timeMs[id] as number), 0);
  const began = countOf(begun);
  return {
    fromStartMs: toBound(timeMs[0] as number),
    afterEventMs: toBound(afterEvents),
    calls: Object.fromEntries(
      activities.map((src) => {
        const calls = longest(({ started }) => countOf(started)(src));
        return [src, toBound((calls[0] as number) + began(src))];
      }),
    ),
    isAtLeast: nodes.some(({ isExpanded }) => !isExpanded),
  };
}

/** Nodes that reach each other, and the edges inside that lead from them. */
interface ComponentPart {
  readonly ids: readonly number[];
  readonly round: readonly Edge[];
  readonly onward: readonly Edge[];
}

function toPart(nodes: readonly Node[], ids: readonly number[]): ComponentPart {
  const members = new Set(ids);
  const edges = ids.flatMap((id) => (nodes[id] as Node).edges).filter(({ isInside }) => isInside);
  return {
    ids,
    round: edges.filter(({ to }) => members.has(to)),
    onward: edges.filter(({ to }) => !members.has(to)),
  };
}

// What takes something and goes round takes it for ever.
function longestFrom(
  { round, onward }: ComponentPart,
  most: Float64Array,
  weightOf: (edge: Edge) => number,
): number {
  if (round.some((edge) => weightOf(edge) > 0)) return Number.POSITIVE_INFINITY;
  return onward.reduce((max, edge) => Math.max(max, weightOf(edge) + (most[edge.to] as number)), 0);
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
