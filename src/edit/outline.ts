/**
 * The source of a chart as an editor needs it: for each state and edge of the drawing, by their ids, where it
 * stands in the file, what of it may be edited, and how its parts are written.
 */
import type { Editability } from "./editability.ts";
import { implementationKinds } from "./operation.ts";
import type { ImplementationKind } from "./operation.ts";
import type { Locks, SourceTransition, TransitionRef } from "./read-transitions.ts";
import { stateId, statesFrom } from "./source.ts";
import type { ChartSource, Path, SourceState } from "./source.ts";
import { isArrayNode, isObjectNode, keyOf, stringOf, valueOf } from "./syntax.ts";
import type { Node, ObjectNode } from "./syntax.ts";

/** Offsets into the text, and the line where it begins. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

export interface OutlinedState {
  readonly path: Path;
  readonly edit: Editability;
  readonly span: Span;
  /** As they are written, each on one line. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invokes: readonly { readonly id: string | null; readonly src: string | null }[];
}

export interface OutlinedEdge {
  readonly ref: TransitionRef;
  readonly edit: Editability;
  readonly locks: Locks;
  readonly span: Span;
  readonly guard: string | null;
  readonly actions: readonly string[];
  /** How many branches stand beside it, itself among them. */
  readonly branches: number;
}

export interface ChartOutline {
  /** By id of the state in the drawing. */
  readonly states: Readonly<Record<string, OutlinedState>>;
  /** By id of the edge in the drawing. What is not here is made by code. */
  readonly edges: Readonly<Record<string, OutlinedEdge>>;
  /** What `setup` gives names to. */
  readonly names: Readonly<Record<ImplementationKind, readonly string[]>>;
}

export function outlineOf(source: ChartSource): ChartOutline {
  const states = statesFrom(source.root);
  return {
    states: Object.fromEntries(
      states.map((state) => [stateId(source, state), outlinedState(source, state)]),
    ),
    edges: Object.fromEntries(
      states.flatMap((state) =>
        state.transitions.map((one) => [edgeId(source, one), outlinedEdge(source, one)]),
      ),
    ),
    names: Object.fromEntries(
      implementationKinds.map((kind) => [kind, namesOf(source.setup, kind)]),
    ) as ChartOutline["names"],
  };
}

/** The innermost state or edge that is written at an offset; null: there is none. */
export function itemAt({ states, edges }: ChartOutline, offset: number): string | null {
  let innermost: { readonly id: string; readonly length: number } | null = null;
  for (const [id, { span }] of [...Object.entries(states), ...Object.entries(edges)]) {
    const length = span.end - span.start;
    if (offset < span.start || offset >= span.end) continue;
    if (innermost === null || length <= innermost.length) innermost = { id, length };
  }
  return innermost?.id ?? null;
}

function outlinedState(source: ChartSource, state: SourceState): OutlinedState {
  const node = state.property ?? source.config;
  return {
    path: state.path,
    edit: state.edit,
    span: { start: node.start, end: node.end, line: state.edit.line },
    entry: written(source, valueOf(state.object, "entry")),
    exit: written(source, valueOf(state.object, "exit")),
    invokes: state.invokes.map(({ id, src }) => ({ id, src })),
  };
}

function outlinedEdge(source: ChartSource, transition: SourceTransition): OutlinedEdge {
  const {
    source: from,
    kind,
    event,
    index,
    invoke,
    edit,
    locks,
    object,
    element,
    list,
  } = transition;
  const [guard = null] = written(source, valueOf(object, "guard"));
  return {
    ref: { source: from, kind, event, index, invoke },
    edit,
    locks,
    span: { start: element.start, end: element.end, line: edit.line },
    guard,
    actions: written(source, valueOf(object, "actions")),
    branches: list?.elements.length ?? 1,
  };
}

/** The id of the edge in the drawing: by XState's own name of the event. */
function edgeId(source: ChartSource, transition: SourceTransition): string {
  const { state, kind, event, index, invoke } = transition;
  const id = stateId(source, state);
  const child = state.invokes[invoke]?.id ?? `${invoke}.${id}`;
  const types = {
    on: event,
    after: `xstate.after.${event}.${id}`,
    always: "",
    onDone: `xstate.done.state.${id}`,
    invokeDone: `xstate.done.actor.${child}`,
    invokeError: `xstate.error.actor.${child}`,
    invokeSnapshot: `xstate.snapshot.${child}`,
  } as const;
  return `${id}|${types[kind]}|${index}`;
}

const SHOWN_LENGTH_MAX = 60;

/** A name as it is, or with its params; code on one line. */
function written({ text }: ChartSource, node: Node | null): readonly string[] {
  const items = isArrayNode(node) ? node.elements : [node];
  return items
    .filter((item) => item !== null)
    .map((item) => {
      const line = text.slice(item.start, item.end).replaceAll(/\s+/g, " ");
      const shown = stringOf(item) ?? typeOf(item) ?? line;
      return shown.length > SHOWN_LENGTH_MAX ? `${shown.slice(0, SHOWN_LENGTH_MAX)}…` : shown;
    });
}

function typeOf(node: Node): string | null {
  return isObjectNode(node) ? stringOf(valueOf(node, "type")) : null;
}

function namesOf(setup: ObjectNode | null, kind: string): readonly string[] {
  const held = valueOf(setup, kind);
  const keys = isObjectNode(held) ? held.properties.map(keyOf) : [];
  return keys.filter((key) => key !== null);
}
