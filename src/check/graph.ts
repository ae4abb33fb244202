/** Graphs by number: what reaches what, and what goes round. */

/** Numbers of the successors of a node. */
export type Edges = readonly (readonly number[])[];

/** All nodes from which one of the goals can be reached; the goals too. */
export function reaching(edges: Edges, goals: Iterable<number>): ReadonlySet<number> {
  const sources: number[][] = edges.map(() => []);
  for (const [from, targets] of edges.entries()) {
    for (const to of targets) (sources[to] as number[]).push(from);
  }
  const reached = new Set(goals);
  // A set takes new members while it is walked.
  for (const node of reached) for (const from of sources[node] as number[]) reached.add(from);
  return reached;
}

/** The strongly connected components, each before those that lead to it (Tarjan, 1972). */
export function components(edges: Edges): readonly (readonly number[])[] {
  const found: number[][] = [];
  const index = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const isOpen = new Uint8Array(edges.length);
  const open: number[] = [];
  let count = 0;

  const enter = (node: number): Visit => {
    index[node] = low[node] = count;
    count += 1;
    open.push(node);
    isOpen[node] = 1;
    return { node, next: 0 };
  };
  const close = (node: number): void => {
    if (low[node] !== index[node]) return;
    const component = open.splice(open.lastIndexOf(node));
    for (const member of component) isOpen[member] = 0;
    found.push(component);
  };

  for (const root of edges.keys()) {
    if (index[root] !== -1) continue;
    // By hand: a way through a chart is longer than the stack is deep.
    const way: Visit[] = [enter(root)];
    for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
      const { node } = visit;
      const to = (edges[node] as readonly number[])[visit.next];
      visit.next += 1;
      if (to === undefined) {
        close(node);
        way.pop();
        const above = way.at(-1);
        if (above !== undefined) lower(low, above.node, low[node] as number);
      } else if (index[to] === -1) {
        way.push(enter(to));
      } else if (isOpen[to] === 1) {
        lower(low, node, index[to] as number);
      }
    }
  }
  return found;
}

interface Visit {
  readonly node: number;
  next: number;
}

function lower(values: Int32Array, at: number, value: number): void {
  values[at] = Math.min(values[at] as number, value);
}

/** A shortest way round from a node to itself within a component, as the nodes after the first; null if there is none. */
export function cycleAt(
  edges: Edges,
  from: number,
  within: ReadonlySet<number>,
): readonly number[] | null {
  const via = new Map<number, number>();
  const queue = [from];
  for (const node of queue) {
    for (const to of edges[node] as readonly number[]) {
      if (to === from) return wayBack(via, from, node);
      if (!within.has(to) || via.has(to)) continue;
      via.set(to, node);
      queue.push(to);
    }
  }
  return null;
}

function wayBack(via: ReadonlyMap<number, number>, from: number, last: number): readonly number[] {
  const way = [from];
  for (let node = last; node !== from; node = via.get(node) as number) way.unshift(node);
  return way;
}
