/**
 * Paths through a saga: a shortest one to every configuration of its chart, and one over every edge between
 * two of them. `@xstate/graph` walks them; what it walks on are the steps that the runtime takes, so that timers,
 * attempts in flight and attempts that were left are part of each configuration.
 *
 * Simple paths are not offered: on a chart with counters there are more of them than can be counted.
 */
import { getShortestPaths } from "@xstate/graph";
import type { Move } from "../check/move.ts";
import type { Samples } from "../check/samples.ts";
import type { AnySaga } from "../saga/define.ts";
import { coverageOf } from "./coverage.ts";
import type { Coverage } from "./coverage.ts";
import { nameOf } from "./path-name.ts";
import {
  begin,
  configurationOf,
  heardOf,
  moved,
  movesFrom,
  settledAt,
  settingOf,
} from "./position.ts";
import type { Position, Setting, Settled } from "./position.ts";

export interface PathStep {
  readonly move: Move;
  /** What the instance must be seen to be afterwards. */
  readonly settled: Settled;
}

export interface Path {
  /** What goes wrong on it, and where it leads; unique among the paths of one call. */
  readonly name: string;
  readonly start: Settled;
  readonly steps: readonly PathStep[];
}

export interface Paths {
  /** Over every edge, and to every configuration; none is the beginning of another. The shortest come first. */
  readonly paths: readonly Path[];
  /** To every configuration alone; none is the beginning of another. */
  readonly shortest: readonly Path[];
  /** A few of `paths` that go through all of the chart that `paths` do. */
  readonly telling: readonly Path[];
  readonly configurations: number;
  readonly edges: number;
  readonly coverage: Coverage;
  /** What was left out, in words; empty if nothing was. */
  readonly cut: readonly string[];
}

export interface PathOptions {
  /** Configurations from which paths go on. Default 2,000. What lies beyond is told in `cut`. */
  readonly configurationsMax?: number;
  /**
   * Paths in the context to what tells no configurations apart, such as texts: `failure.message`, and with `*` for any
   * key `parts.*.reason`. Nothing that decides may look at it.
   */
  readonly ignoreContext?: readonly string[];
}

/** Configurations looked at: a saga of four steps with retries has about a thousand. */
const CONFIGURATIONS_MAX = 2_000;

/** A configuration, as `@xstate/graph` sees it: a snapshot that never ends. */
interface Node {
  readonly status: "active";
  readonly key: string;
  readonly position: Position;
}

interface MoveEvent {
  readonly type: string;
  readonly move: Move;
  readonly next: Position;
}

interface Edge {
  readonly from: Node;
  readonly event: MoveEvent;
  readonly to: Node;
}

/** @throws {SagaError} SAGA_CHART_INVALID, SAGA_INPUT_INVALID or SAGA_EVENT_INVALID if the samples do not fit. */
export function pathsOf(saga: AnySaga, samples: Samples, options: PathOptions = {}): Paths {
  const setting = settingOf(saga, samples, options.ignoreContext);
  const explored = explore(setting, options.configurationsMax ?? CONFIGURATIONS_MAX);
  const { chains, first, edges } = explored;

  const inner = new Set<string>();
  for (const [key, edge] of first) if (key !== edge.from.key) inner.add(edge.from.key);
  const others = edges.filter((edge) => first.get(edge.to.key) !== edge);
  const sources = new Set(others.map(({ from }) => from.key));

  const leaves = [...chains].filter(([key]) => !inner.has(key));
  const shortest = leaves.map(([, chain]) => chain);
  const ended = leaves.filter(([key]) => !sources.has(key)).map(([, chain]) => chain);
  const over = others.map((edge) => [
    ...(chains.get(edge.from.key) as readonly PathStep[]),
    stepOver(setting, explored, edge),
  ]);

  const start = settledAt(setting, explored.initial.position);
  const paths = named(start, [...ended, ...over]);
  const { coverage, news } = coverageOf(
    setting,
    explored.initial.position,
    edges.map(({ from, event }) => ({ from: from.position, move: event.move })),
  );
  const fresh = news.map((index) => explored.steps.get(edges[index] as Edge) as PathStep);
  return {
    paths,
    shortest: named(start, shortest),
    telling: tellingOf(paths, fresh),
    configurations: chains.size,
    edges: edges.length,
    coverage,
    cut: explored.cut,
  };
}

/** Paths that make all of these steps, as few as come to hand. */
function tellingOf(paths: readonly Path[], steps: readonly PathStep[]): readonly Path[] {
  const missing = new Set(steps);
  // A longer path is likely to make many of them.
  const telling = paths.toReversed().filter(({ steps: made }) => {
    const isTelling = made.some((step) => missing.has(step));
    for (const step of made) missing.delete(step);
    return isTelling;
  });
  return telling.toReversed();
}

function stepOver(setting: Setting, { steps }: Explored, edge: Edge): PathStep {
  const step = { move: edge.event.move, settled: settledAt(setting, edge.to.position) };
  steps.set(edge, step);
  return step;
}

interface Explored {
  readonly initial: Node;
  /** By configuration, the steps of the shortest path to it. */
  readonly chains: ReadonlyMap<string, readonly PathStep[]>;
  /** By configuration, the edge by which it was found. */
  readonly first: ReadonlyMap<string, Edge>;
  readonly edges: readonly Edge[];
  /** The steps of paths, by the edges that they go over. */
  readonly steps: Map<Edge, PathStep>;
  readonly cut: readonly string[];
}

function explore(setting: Setting, configurationsMax: number): Explored {
  const edges: Edge[] = [];
  const first = new Map<string, Edge>();
  const initial = toNode(setting, begin(setting));
  const turns = new Turns();
  let asked = 0;
  let leftOut = 0;

  const logic = {
    getInitialSnapshot: () => initial,
    getPersistedSnapshot: (node: Node) => node,
    transition: (from: Node, event: MoveEvent): Node => {
      const to = toNode(setting, event.next);
      const edge = { from, event, to };
      edges.push(edge);
      if (to.key !== initial.key && !first.has(to.key)) first.set(to.key, edge);
      return to;
    },
  };
  const walked = getShortestPaths(logic as never, {
    serializeState: (node) => (node as unknown as Node).key,
    serializeEvent: (event) => (event as MoveEvent).type,
    // Asked once for each configuration, the nearest first.
    events: (node) => {
      asked += 1;
      if (asked > configurationsMax) {
        leftOut += 1;
        return [];
      }
      return eventsFrom(setting, node, turns) as never;
    },
  });

  const chains = new Map<string, readonly PathStep[]>([[initial.key, []]]);
  const steps = new Map<Edge, PathStep>();
  const cut =
    leftOut === 0
      ? []
      : [`${leftOut} configurations beyond the first ${configurationsMax} (configurationsMax)`];
  const explored = { initial, chains, first, edges, steps, cut };
  for (const path of walked) toChain(setting, explored, path.steps);
  return explored;
}

function eventsFrom(setting: Setting, { position }: Node, turns: Turns): readonly MoveEvent[] {
  const alike = new Map<string, MoveEvent[]>();
  for (const move of movesFrom(setting, position)) {
    const next = moved(setting, position, move);
    if (next === null) continue;
    const event = { type: JSON.stringify(move), move, next };
    const heard = [heardOf(setting, position, move), configurationOf(setting, next)];
    const key = JSON.stringify(heard);
    alike.set(key, [...(alike.get(key) ?? []), event]);
  }
  return [...alike.values()].map((events) => turns.next(events));
}

/** Lets moves that a chart cannot tell apart take turns, for each activity by itself. */
class Turns {
  readonly #taken = new Map<string, number>();

  next(events: readonly MoveEvent[]): MoveEvent {
    const least = Math.min(...events.map(({ type }) => this.#taken.get(type) ?? 0));
    const chosen = events.find(({ type }) => (this.#taken.get(type) ?? 0) === least) as MoveEvent;
    this.#taken.set(chosen.type, least + 1);
    return chosen;
  }
}

// XState's own nodes on a path may be other positions of the same configuration; the edges know the right ones.
function toChain(
  setting: Setting,
  explored: Explored & { readonly chains: Map<string, readonly PathStep[]> },
  steps: readonly { readonly state: unknown }[],
): void {
  const [{ state }] = steps.slice(-1) as [{ state: Node }];
  const { key } = state;
  const { chains, first } = explored;
  const edge = first.get(key);
  if (edge === undefined) return;
  const before = chains.get(edge.from.key);
  if (before === undefined || before.length !== steps.length - 2) {
    throw new Error(`the graph does not come to "${key}" by the edge that was found first`);
  }
  chains.set(key, [...before, stepOver(setting, explored, edge)]);
}

function toNode(setting: Setting, position: Position): Node {
  return { status: "active", key: configurationOf(setting, position), position };
}

function named(start: Settled, chains: readonly (readonly PathStep[])[]): readonly Path[] {
  const seen = new Map<string, number>();
  return chains
    .toSorted((a, b) => a.length - b.length)
    .map((steps) => {
      const name = nameOf(start, steps);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return { name: count === 1 ? name : `${name} (${count})`, start, steps };
    });
}
