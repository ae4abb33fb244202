/**
 * A chart as SVG elements under an overlay. Every drawn state has `data-state`, every edge `data-edge`. The shapes
 * themselves are kept between renderings, so an overlay that changes sixty times a second costs class names only.
 */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Layout, Line, StateBox } from "../../src/draw/layout.ts";
import type { ChartModel, EdgeKind } from "../../src/draw/model.ts";
import { overlayClasses } from "./overlay.ts";
import type { Overlay, Selection } from "./overlay.ts";
import {
  ArrowHeads,
  labelShape,
  lineShape,
  markShape,
  stateClasses,
  stateShape,
  stateWords,
} from "./shapes.tsx";

export interface DrawingProps {
  readonly model: ChartModel;
  readonly layout: Layout;
  readonly overlay?: Overlay;
  readonly selection?: Selection | null;
  /** Begins the ids inside, which are the page's. */
  readonly idPrefix: string;
}

/** A shape that stays, and the class names that say what it is. */
interface Kept {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly transform?: string;
  readonly shape: ComponentChildren;
}

interface Shapes {
  readonly states: readonly (Kept & { readonly box: StateBox })[];
  readonly heads: readonly Kept[];
  readonly lines: readonly Kept[];
  readonly labels: readonly Kept[];
  readonly marks: ComponentChildren;
  readonly arrows: ComponentChildren;
}

const none: Overlay = {};

const arrowKinds = Object.keys({
  event: true,
  after: true,
  always: true,
  done: true,
  stateDone: true,
  error: true,
  snapshot: true,
  initial: true,
  shared: true,
} satisfies Record<EdgeKind | "shared", true>);

export function Drawing({
  model,
  layout,
  overlay = none,
  selection = null,
  idPrefix,
}: DrawingProps) {
  const shapes = useMemo(() => shapesOf(model, layout, idPrefix), [model, layout, idPrefix]);
  const classes = (kept: Kept): string =>
    `${kept.kind} ${overlayClasses(kept.id, overlay, selection)}`;
  return (
    <>
      {shapes.arrows}
      {shapes.states.map((kept) => (
        <g key={kept.key} data-state={kept.id} class={classes(kept)} transform={kept.transform}>
          {kept.shape}
          {overlay.readOnly?.has(kept.id) === true && kept.box.isLeaf && (
            <rect
              class="hatched"
              width={kept.box.width}
              height={kept.box.height}
              rx={8}
              fill={`url(#${idPrefix}-hatch)`}
            />
          )}
        </g>
      ))}
      {shapes.marks}
      {shapes.lines.map((kept) => (
        <g key={kept.key} data-edge={kept.id} class={classes(kept)}>
          {kept.shape}
        </g>
      ))}
      {shapes.heads.map((kept) => (
        <g key={kept.key} data-head={kept.id} class={classes(kept)} transform={kept.transform}>
          {kept.shape}
        </g>
      ))}
      {shapes.labels.map((kept) => (
        <g key={kept.key} data-label={kept.id} class={classes(kept)} transform={kept.transform}>
          {kept.shape}
        </g>
      ))}
    </>
  );
}

function shapesOf(model: ChartModel, layout: Layout, idPrefix: string): Shapes {
  const states = new Map(model.states.map((state) => [state.id, state]));
  const kinds = new Map(model.edges.map(({ id, kind }) => [id, kind]));
  const boxes = layout.states.flatMap((box) => {
    const state = states.get(box.id);
    return state === undefined ? [] : [{ box, state }];
  });
  const kindOf = (line: Line): EdgeKind => kinds.get(line.edge) ?? "event";
  return {
    arrows: <ArrowHeads kinds={arrowKinds} idPrefix={idPrefix} />,
    marks: layout.marks.map(markShape),
    states: boxes.map(({ box, state }) => ({
      id: box.id,
      key: box.id,
      kind: stateClasses(state, box),
      transform: placeOf(box),
      shape: stateShape(state, box),
      box,
    })),
    // A line that comes in at the top passes behind what is written there.
    heads: boxes
      .filter(({ box }) => !box.isLeaf)
      .map(({ box, state }) => ({
        id: box.id,
        key: box.id,
        kind: `head-words ${stateClasses(state, box)}`,
        transform: placeOf(box),
        shape: stateWords(box),
      })),
    lines: layout.lines.map((line) => {
      const kind = line.isShared ? "shared" : kindOf(line);
      return {
        id: line.edge,
        key: `${line.edge} ${line.target}`,
        kind: `edge kind-${kind}`,
        shape: lineShape(line, kind, idPrefix),
      };
    }),
    labels: layout.lines.flatMap((line) => {
      if (line.label === null) return [];
      return {
        id: line.edge,
        key: `${line.edge} ${line.target}`,
        kind: `edge-label kind-${kindOf(line)}`,
        transform: placeOf(line.label),
        shape: labelShape(line.label, kindOf(line)),
      };
    }),
  };
}

function placeOf({ x, y }: { x: number; y: number }): string {
  return `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`;
}
