/**
 * The exploration of one world, breadth first: so the first way to a configuration is a shortest one.
 */
import type { Move } from "./move.ts";
import { keysOf, placeOf } from "./configuration.ts";
import type { Configuration, Keys } from "./configuration.ts";
import { judge } from "./judge.ts";
import type { Verdict } from "./judge.ts";
import { ROUNDS_MAX } from "./options.ts";
import type { World } from "./options.ts";
import { Moves } from "./successors.ts";
import type { Refused, Successor } from "./successors.ts";
import type { Turns } from "./turn.ts";
import { remember } from "./rule-monitor.ts";
import type { Subject } from "./subject.ts";

/** A configuration and the first way to it. */
export interface Node {
  readonly id: number;
  readonly configuration: Configuration;
  /** Null: the beginning. */
  readonly via: { readonly from: number; readonly successor: Successor } | null;
  readonly depth: number;
  /** The same number: alike but for the context. */
  readonly likeness: number;
  /** How many on the way here were alike, without an event from outside since. */
  readonly rounds: number;
  readonly edges: Edge[];
  readonly refused: Refused[];
  /** Whether its successors were looked at. */
  isExpanded: boolean;
}

export interface Edge {
  readonly to: number;
  readonly move: Move;
  /** Whether it needs nobody outside: a timer fires, or an attempt ends. */
  readonly isInside: boolean;
  readonly atMostMs: number;
  readonly started: readonly string[];
}

/** What was found, and how to get there: to a node, and from it by one more move. */
export interface Found extends Verdict {
  readonly at: number;
  readonly last: Successor | null;
  /** Where a part of the way begins that repeats for ever. */
  readonly cycleFrom?: number;
  /** More moves behind the last. */
  readonly more?: readonly number[];
}

export interface Exploration {
  readonly world: World;
  /** Names of the activities that the start began. */
  readonly started: readonly string[];
  readonly nodes: readonly Node[];
  readonly edgeCount: number;
  readonly found: readonly Found[];
  /** Why not everything was looked at. */
  readonly cutOff: readonly string[];
}

/** Explores all that can happen in one world. */
export function explore(
  subject: Subject,
  turns: Turns,
  { world, configurationsMax }: { world: World; configurationsMax: number },
): Exploration {
  const search = new Search(subject, turns, world);
  const { to, started } = search.moves.start();
  search.reach(null, {
    move: { kind: "crash" },
    to,
    started,
    deed: null,
    atMostMs: 0,
    fault: null,
  });
  for (let id = 0; id < search.nodes.length && search.nodes.length < configurationsMax; id += 1) {
    search.expand(search.nodes[id] as Node);
  }
  return search.end(started, configurationsMax);
}

function isInside({ kind }: Move): boolean {
  return kind !== "send" && kind !== "crash";
}

class Search {
  readonly nodes: Node[] = [];
  readonly moves: Moves;
  readonly #subject: Subject;
  readonly #world: World;
  readonly #ids = new Map<string, number>();
  readonly #likenesses = new Map<string, number>();
  readonly #found = new Map<string, Found>();
  #edgeCount = 0;
  #endless = 0;

  constructor(subject: Subject, turns: Turns, world: World) {
    this.moves = new Moves(subject, turns, world);
    this.#subject = subject;
    this.#world = world;
  }

  expand(node: Node): void {
    if (node.rounds > ROUNDS_MAX) {
      this.#endless += 1;
      return;
    }
    node.isExpanded = true;
    const { successors, refused } = this.moves.from(node.configuration);
    node.refused.push(...refused);
    for (const successor of successors) this.reach(node, successor);
  }

  reach(from: Node | null, made: Successor): void {
    const before = from?.configuration ?? null;
    const successor = { ...made, to: remember(this.#subject, made) };
    const keys = keysOf(successor.to);
    const known = this.#ids.get(keys.whole);
    const verdicts = judge(this.#subject, { before, successor, isNew: known === undefined });
    for (const verdict of verdicts) this.#note({ ...verdict, at: from?.id ?? -1, last: successor });
    if (successor.fault !== null) return;

    const node = known ?? this.#add(from, successor, keys);
    if (from === null) return;
    this.#edgeCount += 1;
    const { move, atMostMs, started } = successor;
    from.edges.push({ to: node, move, atMostMs, started, isInside: isInside(move) });
  }

  end(started: readonly string[], configurationsMax: number): Exploration {
    const open = this.nodes.filter(({ isExpanded }) => !isExpanded).length - this.#endless;
    return {
      world: this.#world,
      started,
      nodes: this.nodes,
      edgeCount: this.#edgeCount,
      found: [...this.#found.values()],
      cutOff: [
        ...(open > 0
          ? [`${open} configurations were met and not looked at: the limit is ${configurationsMax}`]
          : []),
        ...(this.#endless > 0
          ? [
              `${this.#endless} configurations in which the same states came back more than ${ROUNDS_MAX} times`,
            ]
          : []),
      ],
    };
  }

  #add(from: Node | null, successor: Successor, keys: Keys): number {
    const id = this.nodes.length;
    const likeness = this.#likenesses.get(keys.likeness) ?? this.#likenesses.size;
    this.#likenesses.set(keys.likeness, likeness);
    const alike = from === null ? null : this.#alikeBefore(from, successor, likeness);
    const node: Node = {
      id,
      configuration: successor.to,
      via: from === null ? null : { from: from.id, successor },
      depth: from === null ? 0 : from.depth + 1,
      likeness,
      rounds: alike === null ? 0 : alike.rounds + 1,
      edges: [],
      refused: [],
      isExpanded: false,
    };
    this.#ids.set(keys.whole, id);
    this.nodes.push(node);
    if (node.rounds === ROUNDS_MAX + 1) this.#noteEndless(node);
    return id;
  }

  #alikeBefore(from: Node, { move }: Successor, likeness: number): Node | null {
    let isSelfMade = isInside(move);
    for (let node: Node | null = from; node !== null && isSelfMade;) {
      if (node.likeness === likeness) return node;
      if (node.via === null) return null;
      isSelfMade = isInside(node.via.successor.move);
      node = this.nodes[node.via.from] ?? null;
    }
    return null;
  }

  // The first two times that it was like this are shown: the rest is the same again.
  #noteEndless(last: Node): void {
    const chain: Node[] = [];
    for (let node: Node | undefined = last; node !== undefined && chain.length <= last.rounds;) {
      if (node.likeness === last.likeness) chain.unshift(node);
      node = node.via === null ? undefined : this.nodes[node.via.from];
    }
    const [first, second] = chain as [Node, Node];
    this.#note({
      property: "endless",
      place: placeOf(first.configuration),
      message: `the same states come back more than ${ROUNDS_MAX} times, with no event from outside`,
      at: second.id,
      last: null,
      cycleFrom: first.id,
    });
  }

  #note(found: Found): void {
    const key = `${found.property} ${found.place}`;
    if (!this.#found.has(key)) this.#found.set(key, found);
  }
}
