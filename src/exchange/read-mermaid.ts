/**
 * Reads a subset of Mermaid's state diagrams: states, composites, regions, ends, notes, and labels as
 * `EVENT [guard] / action`. What our own export writes is read back; forks, joins and choices are not, and told.
 */
import { checkSize, invalid, Losses } from "./imported.ts";
import type { Config, ImportedChart } from "./imported.ts";
import { Diagram } from "./mermaid-diagram.ts";
import type { Edge, Node } from "./mermaid-diagram.ts";
import { actionNames, readLabel, unescaped } from "./mermaid-label.ts";
import type { Label } from "./mermaid-label.ts";
import { readLines } from "./mermaid-lines.ts";

/** @throws {SagaError} SAGA_IMPORT_INVALID */
export function readMermaid(text: string): ImportedChart {
  const lines = readLines(text);
  const first = lines.find(({ kind }) => kind !== "blank");
  if (first?.kind !== "head") throw invalid("it does not begin with stateDiagram-v2", first?.line);
  const losses = new Losses();
  const diagram = new Diagram(losses);
  for (const line of lines) diagram.read(line);
  if (diagram.depth > 0) throw invalid("a composite state is not closed", lines.length);
  diagram.end();
  const config = new Writer(diagram, losses).machine();
  checkSize(config);
  return { format: "mermaid", config, losses: losses.list() };
}

interface Lead {
  readonly target: Node;
  readonly edge: Edge;
}

/** Branches by the kind of what sets them off, then by event or delay. */
type Groups = Partial<Record<Label["kind"], Record<string, unknown[]>>>;

interface Rows {
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invokes: readonly string[];
  readonly on: Config;
}

class Writer {
  readonly #diagram: Diagram;
  readonly #losses: Losses;
  readonly #bySource = new Map<Node, Lead[]>();

  constructor(diagram: Diagram, losses: Losses) {
    this.#diagram = diagram;
    this.#losses = losses;
    for (const edge of diagram.edges) {
      const source = this.#real(edge.from);
      const target = this.#real(edge.to);
      this.#bySource.set(source, [...(this.#bySource.get(source) ?? []), { target, edge }]);
    }
  }

  machine(): Config {
    return { id: MACHINE, ...this.#toState(this.#diagram.root) };
  }

  #real(name: string): Node {
    const node = this.#diagram.node(name) as Node;
    return node.isMark ? (node.parent ?? node) : node;
  }

  #toState(node: Node): Config {
    if (node.history !== null) return { type: "history", history: node.history };
    const children = node.children.filter(({ isMark }) => !isMark);
    const leads = this.#bySource.get(node) ?? [];
    const rows = this.#rows(node);
    return present({
      description: node.description ?? undefined,
      type: typeOf(node, leads.length + children.length),
      entry: rows.entry.length > 0 ? oneOrAll(rows.entry) : undefined,
      exit: rows.exit.length > 0 ? oneOrAll(rows.exit) : undefined,
      initial: initialOf(node, children),
      ...this.#transitions(node, leads, rows),
      states:
        children.length === 0
          ? undefined
          : Object.fromEntries(children.map((child) => [child.key, this.#toState(child)])),
    });
  }

  #rows(node: Node): Rows {
    const found = { do: [] as string[], entry: [] as string[], exit: [] as string[] };
    const on: Config = {};
    for (const { line, text } of node.rows) {
      const [, kind, what = ""] = /^(do|entry|exit)\s*\/\s*(.*)$/.exec(unescaped(text)) ?? [];
      const losses: string[] = [];
      if (kind !== undefined) found[kind as "do"].push(...actionNames(what, losses));
      else if (/\s\/\s/.test(text)) Object.assign(on, this.#inner(text, losses));
      else node.description ??= unescaped(text);
      for (const loss of losses) this.#losses.add(line === 0 ? null : line, loss);
    }
    return { entry: found.entry, exit: found.exit, invokes: found.do, on };
  }

  /** A row that tells of an event which leaves no state. */
  #inner(text: string, losses: string[]): Config {
    const label = readLabel(text);
    losses.push(...label.losses);
    if (label.kind !== "on") {
      losses.push(`"${text}" is left out`);
      return {};
    }
    return { [label.key]: label.isForbidden ? {} : bodyOf(label, null) };
  }

  #transitions(node: Node, leads: readonly Lead[], { invokes, on }: Rows): Config {
    const groups = this.#groups(node, leads);
    const { done, error, after, always, stateDone } = groups;
    const hasActivity = invokes.length > 0;
    if (!hasActivity && (done !== undefined || error !== undefined)) {
      this.#losses.add(null, `"done" and "error" of ${node.key} have no activity: they are events`);
    }
    const events = {
      ...on,
      ...branchesBy(groups.on),
      ...(hasActivity ? {} : { ...renamed("done", done), ...renamed("error", error) }),
    };
    return {
      ...(hasActivity && { invoke: toInvoke(invokes, groups) }),
      ...(Object.keys(events).length > 0 && { on: events }),
      ...(after && { after: branchesBy(after) }),
      ...(always && { always: branches(always[""]) }),
      ...(stateDone && { onDone: branches(stateDone[""]) }),
    };
  }

  #groups(node: Node, leads: readonly Lead[]): Groups {
    const groups: Groups = {};
    for (const { target, edge } of leads) {
      const label = readLabel(edge.label);
      for (const loss of label.losses) this.#losses.add(edge.line, loss);
      const inside = (groups[label.kind] ??= {});
      (inside[label.key] ??= []).push(bodyOf(label, targetText(node, target)));
    }
    return groups;
  }
}

const MACHINE = "machine";

/** `contents`: edges that lead out of it, and states inside. */
function typeOf({ regions, isFinal }: Node, contents: number): string | undefined {
  if (regions.length > 0) return "parallel";
  return isFinal && contents === 0 ? "final" : undefined;
}

function initialOf({ regions, initial }: Node, children: readonly Node[]): string | undefined {
  if (regions.length > 0 || children.length === 0) return undefined;
  return (initial ?? children[0])?.key;
}

/** Without members that are undefined. */
function present(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** A diagram does not say whose end it is: it is taken for that of the first activity. */
function toInvoke(invokes: readonly string[], { done, error }: Groups): unknown {
  return oneOrAll(
    invokes.map((src, at) => ({
      id: src,
      src,
      ...(at === 0 && done && { onDone: branches(done[""]) }),
      ...(at === 0 && error && { onError: branches(error[""]) }),
    })),
  );
}

function bodyOf({ guard, actions }: Label, target: string | null): unknown {
  const body = {
    ...(target !== null && { target }),
    ...(guard !== null && { guard }),
    ...(actions.length > 0 && { actions: oneOrAll(actions) }),
  };
  return Object.keys(body).length === 1 && target !== null ? target : body;
}

/** By key beside it, from inside it, else from the root. */
function targetText(from: Node, to: Node): string {
  if (to.parent === null) return `#${MACHINE}`;
  if (to.parent === from.parent) return to.key;
  const path: string[] = [];
  for (let node: Node | null = to; node !== null && node.parent !== null; node = node.parent) {
    if (node === from) return `.${path.join(".")}`;
    path.unshift(node.key);
  }
  return from.parent === null ? `.${path.join(".")}` : `#${MACHINE}.${path.join(".")}`;
}

function oneOrAll(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}

/** One branch as it is; of several each as an object, since XState loses a bare target in a list under `after`. */
function branches(values: readonly unknown[] = []): unknown {
  if (values.length === 1) return values[0];
  return values.map((value) => (typeof value === "string" ? { target: value } : value));
}

function branchesBy(group: Record<string, unknown[]> = {}): Config {
  return Object.fromEntries(Object.entries(group).map(([key, value]) => [key, branches(value)]));
}

function renamed(event: string, group: Record<string, unknown[]> | undefined): Config {
  return group === undefined ? {} : { [event]: branches(group[""]) };
}
