/** Round handles at the ends of transitions: dragged to another state, they lead there. */
import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { Point } from "../../src/draw/box.ts";
import type { ChartHandle } from "../chart/chart.tsx";
import { lockOf, refusalOf } from "./aim.ts";
import type { OutlinedEdge } from "../../src/edit/outline.ts";
import type { Editing, Then } from "./editing.ts";
import type { Step } from "./kept-draft.ts";

/** A handle that is being dragged. */
export interface Drag {
  readonly edge: string;
  readonly from: Point;
  readonly to: Point;
  /** The state below the pointer. */
  readonly over: string | null;
  /** Why it cannot lead there. */
  readonly refusal: string | null;
}

const RADIUS = 7;

export function useDrag(): Signal<Drag | null> {
  return useSignal<Drag | null>(null);
}

export interface HandlesProps {
  readonly editing: Editing;
  readonly drag: Signal<Drag | null>;
  readonly chart: { readonly current: ChartHandle | null };
}

/** Of the selected edge, and of those of the selected state. */
export function Handles({ editing, drag, chart }: HandlesProps) {
  const draft = editing.draft.value;
  const drawn = editing.drawn.value;
  const selection = editing.selection.value;
  if (draft === null || drawn === null || selection === null) return null;
  const sources = new Map(draft.model.edges.map(({ id, source }) => [id, source]));
  const shown = drawn.layout.lines.filter(
    ({ edge }) =>
      lockOf(draft.outline.edges[edge]) === null &&
      (edge === selection.id || sources.get(edge) === selection.id),
  );
  const { value } = drag;
  return (
    <g class="handles">
      {shown.map(({ edge, points }, index) => {
        const end = points.at(-1);
        return end === undefined ? null : (
          <circle
            key={`${edge} ${index}`}
            class="handle"
            data-handle={edge}
            cx={end.x}
            cy={end.y}
            r={RADIUS}
            onPointerDown={(event) => begin(event, { editing, drag, chart }, edge, end)}
          />
        );
      })}
      {value !== null && (
        <>
          <line
            class={value.refusal === null ? "drag-line" : "drag-line is-refused"}
            x1={value.from.x}
            y1={value.from.y}
            x2={value.to.x}
            y2={value.to.y}
          />
          <circle class="handle is-dragged" cx={value.to.x} cy={value.to.y} r={RADIUS} />
        </>
      )}
    </g>
  );
}

function begin(event: PointerEvent, props: HandlesProps, edge: string, from: Point): void {
  if (event.button !== 0) return;
  event.preventDefault();
  event.stopPropagation();
  const { drag } = props;
  drag.value = { edge, from, to: from, over: null, refusal: null };
  const onMove = (moved: PointerEvent): void => {
    drag.value = at(props, moved, edge, from);
  };
  const end = (): void => {
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("keydown", onKey, true);
    drag.value = null;
  };
  const onUp = (up: PointerEvent): void => {
    const { over, refusal } = at(props, up, edge, from);
    end();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    if (over !== null) drop(props.editing, edge, over, refusal);
  };
  const onKey = (key: KeyboardEvent): void => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    end();
  };
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("keydown", onKey, true);
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

function at(
  { chart, editing }: HandlesProps,
  event: PointerEvent,
  edge: string,
  from: Point,
): Drag {
  const handle = chart.current;
  const to = handle?.toDrawing(event.clientX, event.clientY) ?? from;
  const hit = handle?.hitAt(to) ?? null;
  const model = editing.draft.value?.model;
  const id = hit?.kind === "state" ? hit.id : null;
  const state = model?.states.find((one) => one.id === id);
  const refusal = model && state ? refusalOf(model, edge, state) : null;
  return { edge, from, to, over: state?.id ?? null, refusal };
}

function drop(editing: Editing, edge: string, over: string, refusal: string | null): void {
  const draft = editing.draft.value;
  const outlined = draft?.outline.edges[edge];
  const target = draft?.model.states.find(({ id }) => id === over);
  if (refusal !== null || outlined === undefined || target === undefined) {
    editing.refusal.value = refusal;
    return;
  }
  void editing.do(...retargeted(outlined, edge, target.path));
}

/** The step that leads a transition elsewhere. */
export function retargeted(
  { ref }: OutlinedEdge,
  edge: string,
  target: readonly string[],
): [Step, Then] {
  return [
    [{ op: "retarget", transition: copyOf(ref), target: [...target] }],
    () => ({ kind: "edge", id: edge }),
  ];
}

/** A reference as an operation takes it. */
export function copyOf({ source, ...rest }: { readonly source: readonly string[] } & Ref): Ref & {
  source: string[];
} {
  return { ...rest, source: [...source] };
}

interface Ref {
  readonly kind:
    | "on"
    | "after"
    | "always"
    | "onDone"
    | "invokeDone"
    | "invokeError"
    | "invokeSnapshot";
  readonly event: string;
  readonly index: number;
  readonly invoke: number;
}
