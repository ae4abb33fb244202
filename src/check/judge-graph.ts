/** Judgements that need the whole graph of an exploration: what can come, and what comes again. */
import { isActive, liveOf, placeOf } from "./configuration.ts";
import type { Exploration, Found, Node } from "./explore.ts";
import { components, cycleAt, reaching } from "./graph.ts";
import type { Edges } from "./graph.ts";
import type { Verdict } from "./judge.ts";
import { standsIn } from "./rule-monitor.ts";
import type { Subject } from "./subject.ts";

/** The first finding of each kind at each place. */
export function judgeGraph(subject: Subject, { nodes }: Exploration): readonly Found[] {
  const all = [
    ...waiting(nodes),
    ...endless(nodes),
    ...early(subject, nodes),
    ...untaken(subject, nodes),
  ];
  const first = new Map<string, Found>();
  for (const each of all) {
    const key = `${each.property} ${each.place}`;
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()];
}

/** The edges that need nobody outside, by number. */
export function insideEdges(nodes: readonly Node[]): Edges {
  return nodes.map(({ edges }) => edges.filter(({ isInside }) => isInside).map(({ to }) => to));
}

function waiting(nodes: readonly Node[]): readonly Found[] {
  const edges = nodes.map((node) => node.edges.map(({ to }) => to));
  const ends = nodes.filter(({ configuration }) => !isActive(configuration));
  const dead = nodes.filter((node) => node.isExpanded && isDead(node));
  // What was not looked at may lead anywhere.
  const open = nodes.filter(({ isExpanded }) => !isExpanded);
  const good = reaching(
    edges,
    [...ends, ...open].map(({ id }) => id),
  );
  const explained = reaching(
    edges,
    dead.map(({ id }) => id),
  );
  const astray = nodes.filter(({ id }) => !good.has(id) && !explained.has(id));
  return [
    ...dead.map((node) =>
      found(node, "waits-forever", "nothing is pending, and no event from outside is accepted"),
    ),
    ...astray.map((node) => found(node, "end-reachable", "no end can be reached from here")),
  ];
}

function isDead({ configuration, edges }: Node): boolean {
  const { timers } = configuration.position.standing;
  const isPending = timers.length > 0 || liveOf(configuration).length > 0;
  if (!isActive(configuration) || isPending) return false;
  return !edges.some(({ move }) => move.kind === "send");
}

function endless(nodes: readonly Node[]): readonly Found[] {
  const edges = insideEdges(nodes);
  return components(edges)
    .map((component) => component.toSorted((a, b) => a - b))
    .toSorted(([a], [b]) => (a as number) - (b as number))
    .flatMap((component) => {
      const at = component[0] as number;
      const cycle = cycleAt(edges, at, new Set(component));
      if (cycle === null) return [];
      const node = nodes[at] as Node;
      const message = "it may go round here for ever, with no event from outside";
      return [{ ...found(node, "endless", message), cycleFrom: at, more: cycle }];
    });
}

// Events of operators are sent by people who see the state.
function early({ chart }: Subject, nodes: readonly Node[]): readonly Found[] {
  const edges = insideEdges(nodes);
  const types = new Set(nodes.flatMap(({ refused }) => refused.map(({ event }) => event.type)));
  return [...types]
    .filter((type) => !type.startsWith("saga.") && !chart.saga.parks.includes(type))
    .flatMap((type) => {
      const takers = nodes.filter((node) => takes(node, type)).map(({ id }) => id);
      const before = reaching(edges, takers);
      const tooEarly = nodes.filter(
        (node) =>
          before.has(node.id) &&
          node.refused.some(({ event, fate }) => event.type === type && fate === "omitted"),
      );
      const [first] = tooEarly;
      if (first === undefined) return [];
      const states = [...new Set(tooEarly.map(({ configuration }) => placeOf(configuration)))];
      const more = states.length > 1 ? ` and in ${states.length - 1} other states` : "";
      const message = `${type} is refused in ${placeOf(first.configuration)}${more}, though a state that takes it may come by itself; park it, forbid it, or waive this`;
      return [{ ...found(first, "event-early", message), place: type }];
    });
}

function takes(node: Node, type: string): boolean {
  return node.edges.some(({ move }) => move.kind === "send" && move.event.type === type);
}

function untaken({ rules }: Subject, nodes: readonly Node[]): readonly Found[] {
  return rules.flatMap((rule) => {
    if (rule.kind !== "takes") return [];
    const node = nodes.find(
      (each) =>
        each.isExpanded &&
        isActive(each.configuration) &&
        standsIn(each.configuration, rule.state) &&
        !takes(each, rule.event),
    );
    if (node === undefined) return [];
    const message = `${rule.event} is not taken in ${placeOf(node.configuration)}`;
    return [{ ...found(node, "rule", message), place: rule.name }];
  });
}

function found(node: Node, property: Verdict["property"], message: string): Found {
  return { property, place: placeOf(node.configuration), message, at: node.id, last: null };
}
