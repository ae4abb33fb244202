/**
 * A chart as a Mermaid state diagram, for READMEs and issues.
 *
 * Mermaid puts a state into the composite that mentions it last, so all transitions stand behind the nesting.
 * It draws no edge between a state and one around it; those begin or end at a small state of their own.
 */
import type { ChartModel, EdgeModel, StateModel } from "./model.ts";
import { nameAll } from "./names.ts";
import { toTree } from "./tree.ts";
import type { ChartTree } from "./tree.ts";
import { actionText, edgeText } from "./words.ts";

export function toMermaid(model: ChartModel): string {
  const tree = toTree(model);
  const names = nameAll(
    model.states.map(({ id }) => id),
    { forbidden: /[^A-Za-z0-9_]/g, reserved },
  );
  const writer: Writer = { tree, names, pseudo: new Map() };
  const edges = model.edges
    .filter(({ kind }) => kind !== "initial")
    .flatMap((edge) => edge.targets.map((target) => toEdge(writer, edge, target)));
  // The edges first: they tell which small states the composites have.
  return `${["stateDiagram-v2", ...toRoot(writer), ...edges].join("\n")}\n`;
}

// Words of Mermaid's grammar that it does not take for the name of a state.
const reserved: ReadonlySet<string> = new Set(
  "accdescr acctitle as class classdef click default direction end fork hide href join note scale state style".split(
    " ",
  ),
);

interface Writer {
  readonly tree: ChartTree;
  readonly names: ReadonlyMap<string, string>;
  /** Lines of the small states, by the composite that they stand in. */
  readonly pseudo: Map<string, string[]>;
}

function toEdge(writer: Writer, edge: EdgeModel, target: string): string {
  const { tree } = writer;
  let from = nameOf(writer, edge.source);
  let to = nameOf(writer, target);
  if (edge.source !== target && tree.isInside(target, edge.source)) {
    from = pseudoState(writer, { inside: edge.source, name: `${from}_any`, text: "any state" });
  } else if (edge.source !== target && tree.isInside(edge.source, target)) {
    const text = `again ${tree.state(target).key}`;
    to = pseudoState(writer, { inside: target, name: `${to}_again`, text });
  }
  return `  ${from} --> ${to} : ${escaped(edgeText(edge))}`;
}

function nameOf({ names }: Writer, id: string): string {
  return names.get(id) as string;
}

function pseudoState(
  { pseudo }: Writer,
  { inside, name, text }: { inside: string; name: string; text: string },
): string {
  const line = `state "${escaped(text)}" as ${name}`;
  const lines = pseudo.get(inside) ?? [];
  if (!lines.includes(line)) pseudo.set(inside, [...lines, line]);
  return name;
}

// The root is drawn only if something is to be said of it.
function toRoot(writer: Writer): readonly string[] {
  const { root } = writer.tree;
  const isSpoken =
    root.type !== "compound" ||
    rowsOf(writer, root).length > 0 ||
    writer.tree.edgesFrom(root.id).some(({ kind }) => kind !== "initial") ||
    writer.pseudo.has(root.id);
  return isSpoken ? toState(writer, root, "  ") : toInside(writer, root, "  ");
}

function toState(writer: Writer, state: StateModel, indent: string): readonly string[] {
  const name = nameOf(writer, state.id);
  const children = writer.tree.childrenOf(state.id);
  if (state.type === "history") {
    return [`${indent}state "${state.history === "deep" ? "H*" : "H"}" as ${name}`];
  }
  const head = `${indent}state "${escaped(state.key)}" as ${name}`;
  const inside =
    children.length === 0 ? [] : [" {", ...toInside(writer, state, `${indent}  `), `${indent}}`];
  const lines = children.length === 0 ? [head] : [`${head}${inside[0]}`, ...inside.slice(1)];
  // A composite shows no rows of its own: they are told beside it.
  const rows = rowsOf(writer, state).map(escaped);
  if (children.length === 0) lines.push(...rows.map((row) => `${indent}${name} : ${row}`));
  const notes = children.length === 0 ? [] : rows;
  if (state.description !== null) notes.push(escaped(state.description));
  if (notes.length > 0) lines.push(`${indent}note right of ${name} : ${notes.join("<br/>")}`);
  if (state.type === "final") lines.push(`${indent}${name} --> [*]`);
  return lines;
}

function toInside(writer: Writer, parent: StateModel, indent: string): readonly string[] {
  const own = (writer.pseudo.get(parent.id) ?? []).map((line) => indent + line);
  const children = writer.tree.childrenOf(parent.id).map((child) => {
    const begins = parent.initial === child.id;
    const lines = toState(writer, child, indent);
    return begins ? [`${indent}[*] --> ${nameOf(writer, child.id)}`, ...lines] : lines;
  });
  if (parent.type !== "parallel") return [...own, ...children.flat()];
  return [
    ...own,
    ...children.flatMap((lines, at) => (at === 0 ? lines : [`${indent}--`, ...lines])),
  ];
}

function rowsOf({ tree }: Writer, state: StateModel): string[] {
  const inner = tree.edgesFrom(state.id).filter(({ targets, kind }) => {
    return targets.length === 0 && kind !== "initial";
  });
  return [
    ...state.invokes.map(({ src }) => `do / ${src}`),
    ...state.entry.map((action) => `entry / ${actionText(action)}`),
    ...state.exit.map((action) => `exit / ${actionText(action)}`),
    ...inner.map(edgeText),
  ];
}

// Mermaid knows characters by number too, but shows some of them as they were written. These look alike.
const likenesses: Readonly<Record<string, string>> = {
  ":": "\u{2236}",
  ";": ",",
  '"': "'",
  "<": "\u{2039}",
  // Labels are Markdown.
  "*": "\u{2217}",
};

/** Text in one line that is nothing else to Mermaid. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}\p{Cs}]+/gu, " ")
    .replaceAll(/[:;"<*]/g, (character) => likenesses[character] ?? "");
}
