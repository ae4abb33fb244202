/**
 * The chart of a saga on the page: drawn, panned, zoomed and folded, walked over by keys, and overlaid with what a
 * screen has to say. It is one tab stop; what is selected by keys is said in a live region.
 */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Box, Point } from "../../src/draw/box.ts";
import { hitAt } from "../../src/draw/hit.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { toTree } from "../../src/draw/tree.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { Badges } from "./badges.tsx";
import { ChartTools } from "./chart-tools.tsx";
import { Drawing } from "./drawing.tsx";
import { useGestures } from "./gestures.ts";
import { useChartKeys } from "./keys.ts";
import type { Overlay, Selection } from "./overlay.ts";
import { Viewport } from "./viewport.ts";
import { spoken } from "./walk.ts";

/** What a screen may ask of a chart that is shown. */
export interface ChartHandle {
  readonly viewport: Viewport;
  readonly element: HTMLElement;
  /** The `<g>` that is moved with the drawing, for what travels along its lines. */
  readonly ground: SVGGElement;
  /** A point of the page, such as of a pointer event, in the drawing. */
  toDrawing(clientX: number, clientY: number): Point;
  hitAt(point: Point): Selection | null;
  /** Moves the drawing so that a state or the label of an edge is seen. */
  reveal(id: string): void;
}

export interface ChartProps {
  readonly drawn: DrawnChart;
  /** The chart without folds. */
  readonly whole: ChartModel;
  /** What it is, for screen readers. */
  readonly label: string;
  readonly overlay?: Overlay;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection | null) => void;
  /** Ids of states that are kept in sight until somebody moves the drawing by hand. */
  readonly focus?: readonly string[];
  /** Folds or unfolds a state. */
  readonly onFold: (state: string) => void;
  /** Folds all states of the first level, or unfolds all. */
  readonly onFoldAll: (isFolded: boolean) => void;
  readonly onDirection?: () => void;
  /** Double click, or Enter on a state without states inside. */
  readonly onOpen?: (selection: Selection) => void;
  readonly onReady?: (handle: ChartHandle) => void;
  /** SVG in the coordinates of the drawing, above it. */
  readonly layer?: ComponentChildren;
  /** HTML beside what is selected. */
  readonly pad?: ComponentChildren;
  /** Whether a press at this place begins a pan; left out: anywhere. */
  readonly mayPan?: (event: PointerEvent) => boolean;
  /** Above the drawing, at its upper edge. */
  readonly children?: ComponentChildren;
}

/** Pixels between what stands beside a state and everything else. */
const PAD_GAP = 8;
/** In a window that is not wider the tools at its lower edge cover the drawing. */
const NARROW_PX = 600;
const TOOLS_PX = 60;
/** Pixels above and below what stands over the drawing. */
const OVER_PX = 24;

export function Chart(props: ChartProps) {
  const { drawn, label, overlay, selection, onSelect, onFold, onOpen, onReady, mayPan } = props;
  const { model, layout } = drawn;
  const idPrefix = useId().replaceAll(/[^\w-]/g, "");
  const frame = useRef<HTMLDivElement>(null);
  const ground = useRef<SVGGElement>(null);
  const padPlace = useRef<HTMLDivElement>(null);
  const over = useRef<HTMLDivElement>(null);
  const viewport = useMemo(() => new Viewport(), []);
  const tree = useMemo(() => toTree(model), [model]);
  const boxes = useMemo(() => boxesOf(drawn), [drawn]);

  useGestures(frame, viewport, mayPan === undefined ? {} : { mayPan });
  useShown(viewport, drawn, { frame, over });
  const focusKey = props.focus?.join(" ");
  useLayoutEffect(() => {
    const seen = (props.focus ?? []).flatMap((id) => boxes.get(id) ?? []);
    viewport.follow(seen.length === 0 ? null : around(seen));
  }, [focusKey, boxes]);
  useSignalEffect(() => {
    const { x, y, scale } = viewport.view.value;
    ground.current?.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    frame.current?.setAttribute("data-detail", detailAt(scale));
  });
  const padBox = selection === null ? undefined : boxes.get(selection.id);
  // Both when the window moves and when something else is selected, which moves no window.
  useLayoutEffect(() => {
    const { current } = padPlace;
    if (current === null || padBox === undefined) return undefined;
    return viewport.view.subscribe(({ x, y, scale }) => {
      const height = frame.current?.clientHeight ?? 0;
      const beside = y + padBox.y * scale;
      // Beside a state at the lower edge it is higher, so that all of it is seen.
      const lowest = Math.max(PAD_GAP, height - current.scrollHeight - PAD_GAP);
      const top = beside < height ? Math.min(beside, lowest) : beside;
      const left = x + (padBox.x + padBox.width) * scale + PAD_GAP;
      current.style.transform = `translate(${left}px, ${top}px)`;
    });
  }, [viewport, padBox, props.pad !== undefined]);

  const reveal = (id: string): void => {
    const box = boxes.get(id);
    if (box !== undefined) viewport.reveal(box);
  };
  const handle = (): ChartHandle | null => {
    const element = frame.current;
    if (element === null || ground.current === null) return null;
    return {
      viewport,
      element,
      ground: ground.current,
      reveal,
      hitAt: (point) => hitAt(layout, point, 6 / viewport.view.peek().scale),
      toDrawing: (clientX, clientY) => {
        const { left, top } = element.getBoundingClientRect();
        return viewport.toDrawing({ x: clientX - left, y: clientY - top });
      },
    };
  };
  useEffect(() => {
    const ready = handle();
    if (ready !== null) onReady?.(ready);
  }, [drawn, onReady]);

  const pick = (event: MouseEvent): Selection | null => {
    const element = (event.target as Element).closest("[data-label], [data-edge]");
    const id = element?.getAttribute("data-label") ?? element?.getAttribute("data-edge");
    if (id !== null && id !== undefined) return { kind: "edge", id };
    const here = handle();
    return here === null ? null : here.hitAt(here.toDrawing(event.clientX, event.clientY));
  };
  const open = (chosen: Selection): void => {
    if (chosen.kind === "state" && canFold(props.whole, chosen.id)) onFold(chosen.id);
    else onOpen?.(chosen);
  };
  const onKeyDown = useChartKeys({ ...props, tree, viewport, reveal, open });

  return (
    <div class="chart">
      <div
        ref={frame}
        class={overlay?.lit === undefined ? "chart-frame" : "chart-frame is-following"}
        tabIndex={0}
        role="application"
        aria-label={label}
        aria-roledescription="statechart"
        aria-describedby={`${idPrefix}-said`}
        onClick={(event) => onSelect(pick(event))}
        onDblClick={(event) => {
          const chosen = pick(event);
          if (chosen !== null) open(chosen);
        }}
        onKeyDown={onKeyDown}
      >
        <svg class="drawing" aria-hidden="true" data-style={layout.style}>
          <g ref={ground}>
            <Drawing
              model={model}
              layout={layout}
              selection={selection}
              idPrefix={idPrefix}
              {...(overlay !== undefined && { overlay })}
            />
            {overlay !== undefined && <Badges layout={layout} overlay={overlay} />}
            {props.layer}
          </g>
        </svg>
        {props.pad !== undefined && padBox !== undefined && (
          <div ref={padPlace} class="chart-pad">
            {props.pad}
          </div>
        )}
      </div>
      <div id={`${idPrefix}-said`} class="unseen" aria-live="polite">
        {selection === null
          ? "Arrow keys walk over the chart, question mark tells all keys."
          : isDrawn(model, selection) && spoken(tree, model, selection, overlay?.active)}
      </div>
      {props.children !== undefined && (
        <div ref={over} class="chart-over">
          {props.children}
        </div>
      )}
      <ChartTools {...props} viewport={viewport} />
    </div>
  );
}

function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** Below this nothing but names can be read, and below the second not even those. */
function detailAt(scale: number): "all" | "names" | "shapes" {
  if (scale >= 0.42) return "all";
  return scale >= 0.2 ? "names" : "shapes";
}

function boxesOf({ layout }: DrawnChart): ReadonlyMap<string, Box> {
  return new Map<string, Box>([
    ...layout.lines.flatMap(({ edge, label }) => (label === null ? [] : [[edge, label] as const])),
    ...layout.states.map((box) => [box.id, box] as const),
  ]);
}

function isDrawn({ states, edges }: ChartModel, { kind, id }: Selection): boolean {
  return (kind === "state" ? states : edges).some((one) => one.id === id);
}

function canFold({ states }: ChartModel, id: string): boolean {
  return states.some(({ parent }) => parent === id) && states[0]?.id !== id;
}

/** Keeps the window where it should be: of its own size, and on the state that was folded or unfolded last. */
function useShown(
  viewport: Viewport,
  drawn: DrawnChart,
  { frame, over }: Readonly<Record<"frame" | "over", { readonly current: HTMLElement | null }>>,
): void {
  const before = useRef<DrawnChart | null>(null);
  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const measure = (): void => {
      const covered = over.current?.offsetHeight ?? 0;
      viewport.resize({
        width: current.clientWidth,
        height: current.clientHeight,
        top: covered === 0 ? 0 : covered + OVER_PX,
        bottom: current.clientWidth < NARROW_PX ? TOOLS_PX : 0,
      });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    viewport.show(drawn.layout, anchorOf(before.current, drawn));
    before.current = drawn;
  }, [drawn]);
}

/** The state whose fold changed. */
function anchorOf(
  before: DrawnChart | null,
  after: DrawnChart,
): { readonly before: Point; readonly after: Point } | undefined {
  if (before === null) return undefined;
  const were = new Set(before.folded);
  const are = new Set(after.folded);
  const changed = [...were, ...are].filter((id) => were.has(id) !== are.has(id));
  for (const id of changed) {
    const [from, to] = [before, after].map(({ layout }) =>
      layout.states.find((box) => box.id === id),
    );
    if (from !== undefined && to !== undefined) return { before: from, after: to };
  }
  return { before: { x: 0, y: 0 }, after: { x: 0, y: 0 } };
}
