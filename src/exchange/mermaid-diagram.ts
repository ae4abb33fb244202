/** The states and edges of a Mermaid diagram, as its lines nest them. */
import { invalid } from "./imported.ts";
import type { Losses } from "./imported.ts";
import { unescaped } from "./mermaid-label.ts";
import type { MermaidLine } from "./mermaid-lines.ts";

/** A state of the diagram. */
export interface Node {
  readonly name: string;
  key: string;
  parent: Node | null;
  children: Node[];
  /** Where each of its regions begins among its children, and in what; empty: it has none. */
  readonly regions: { readonly from: number; readonly initial: Node | null }[];
  isFinal: boolean;
  /** A small mark of our own export: it stands for its parent. */
  isMark: boolean;
  history: "shallow" | "deep" | null;
  initial: Node | null;
  description: string | null;
  readonly rows: { readonly line: number; readonly text: string }[];
}

export type Edge = Extract<MermaidLine, { readonly kind: "edge" }>;

export class Diagram {
  readonly root = toNode("(machine)", null);
  readonly edges: Edge[] = [];
  readonly #byName = new Map<string, Node>();
  readonly #losses: Losses;
  #around: Node = this.root;

  constructor(losses: Losses) {
    this.#losses = losses;
  }

  get depth(): number {
    let depth = 0;
    for (let node: Node | null = this.#around; node?.parent; node = node.parent) depth += 1;
    return depth;
  }

  node(name: string): Node | undefined {
    return this.#byName.get(name);
  }

  read(line: MermaidLine): void {
    switch (line.kind) {
      case "head":
      case "blank":
        return;
      case "open":
        this.#around = this.#declare(line.name, line.text);
        return;
      case "close":
        this.#close(line.line);
        return;
      case "region":
        divide(this.#around);
        return;
      case "state":
        this.#declare(line.name, line.text);
        return;
      case "row":
        this.#declare(line.name, null).rows.push(line);
        return;
      case "note":
        this.#note(line);
        return;
      case "edge":
        this.#edge(line);
        return;
      case "unknown":
        this.#losses.add(line.line, `"${line.text.slice(0, 80)}" is left out`);
        return;
    }
  }

  #close(line: number): void {
    if (this.#around.parent === null) throw invalid("there is no composite to close", line);
    gatherRegions(this.#around);
    this.#around = this.#around.parent;
  }

  /** All lines are read. */
  end(): void {
    gatherRegions(this.root);
  }

  #declare(name: string, text: string | null): Node {
    const known = this.#byName.get(name);
    const node = known ?? toNode(name, this.#around);
    if (known === undefined) {
      this.#byName.set(name, node);
      this.#around.children.push(node);
    }
    if (text !== null) dub(node, unescaped(text));
    return node;
  }

  #note({ name, text }: MermaidLine & { kind: "note" }): void {
    const node = this.#declare(name, null);
    const parts = text.split("<br/>").map(unescaped);
    // Our export tells what a composite does in the first parts.
    for (const part of parts) {
      if (/^(do|entry|exit) \/ /.test(part)) node.rows.push({ line: 0, text: part });
      else node.description = node.description === null ? part : `${node.description} ${part}`;
    }
  }

  #edge(edge: Edge): void {
    const around = this.#around;
    if (edge.from !== "[*]" && edge.to !== "[*]") {
      for (const name of [edge.from, edge.to]) this.#declare(name, null);
      this.edges.push(edge);
    } else if (edge.from === "[*]" && edge.to !== "[*]") {
      around.initial = this.#declare(edge.to, null);
    } else if (edge.from !== "[*]") {
      this.#end(edge);
    }
  }

  /** A state that only leads to the end is one; from another the end is a state of its own. */
  #end(edge: Edge): void {
    const from = this.#declare(edge.from, null);
    if (edge.label === "") {
      from.isFinal = true;
      return;
    }
    const name = `${this.#around.name}.ended`;
    const ended = this.#declare(name, "ended");
    ended.isFinal = true;
    this.edges.push({ ...edge, to: name });
  }
}

function toNode(name: string, parent: Node | null): Node {
  return {
    name,
    key: name.replaceAll(".", "_"),
    parent,
    children: [],
    regions: [],
    isFinal: false,
    isMark: false,
    history: null,
    initial: null,
    description: null,
    rows: [],
  };
}

function dub(node: Node, text: string): void {
  const isMark = text === "any state" || text.startsWith("again ");
  if (isMark && /_(any|again)$/.test(node.name)) node.isMark = true;
  else if (text === "H" || text === "H*") node.history = text === "H" ? "shallow" : "deep";
  else if (/^[\w$ -]+$/.test(text)) node.key = text.trim().replaceAll(/\s+/g, "_");
  else node.description = text;
}

/** A region ends here, and the next one begins. */
function divide(composite: Node): void {
  const from = composite.children.length;
  composite.regions.push({ from, initial: composite.initial });
  composite.initial = null;
}

/** A region of one state is that state; one of several gets a state around them. */
function gatherRegions(composite: Node): void {
  if (composite.regions.length === 0) return;
  divide(composite);
  const all = composite.children;
  let from = 0;
  composite.children = composite.regions.flatMap(({ from: to, initial }, at) => {
    const inside = all.slice(from, to);
    from = to;
    const states = inside.filter(({ isMark }) => !isMark);
    if (states.length === 1 && initial === null) return inside;
    const region = toNode(`region${at + 1}`, composite);
    region.initial = initial;
    region.children = states;
    for (const state of states) state.parent = region;
    return [region];
  });
}
