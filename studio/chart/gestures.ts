/** Wheel, drag and pinch over a chart. A press that did not move is a click, and no business of this file. */
import { useEffect } from "preact/hooks";
import type { RefObject } from "preact";
import type { Point } from "../../src/draw/box.ts";
import type { Viewport } from "./viewport.ts";

/** A hand is not steady: less is no drag. */
const DRAG_PX_MIN = 4;

export interface GestureOptions {
  /** Whether a press at this place begins a pan; an editor may want it for itself. */
  readonly mayPan?: (event: PointerEvent) => boolean;
}

export function useGestures(
  ref: RefObject<HTMLElement | null>,
  viewport: Viewport,
  { mayPan = () => true }: GestureOptions = {},
): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const pointers = new Map<number, Point>();
    let isPanning = false;

    const at = (event: { clientX: number; clientY: number }): Point => {
      const { left, top } = element.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.ctrlKey || event.metaKey) {
        viewport.zoom(Math.exp(-event.deltaY * step * 0.0022), at(event));
      } else if (event.shiftKey) viewport.pan(-event.deltaY * step, 0);
      else viewport.pan(-event.deltaX * step, -event.deltaY * step);
    };
    const onDown = (event: PointerEvent): void => {
      const isMiddle = event.button === 1;
      if ((event.button !== 0 && !isMiddle) || !(isMiddle || mayPan(event))) return;
      pointers.set(event.pointerId, at(event));
      isPanning = pointers.size > 1;
    };
    const onMove = (event: PointerEvent): void => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      const now = at(event);
      if (!isPanning) {
        if (Math.hypot(now.x - before.x, now.y - before.y) < DRAG_PX_MIN) return;
        isPanning = true;
        element.setPointerCapture(event.pointerId);
        element.classList.add("is-panning");
      }
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) viewport.pan(now.x - before.x, now.y - before.y);
      else pinch(viewport, { before, now, other });
      pointers.set(event.pointerId, now);
    };
    const onUp = (event: PointerEvent): void => {
      pointers.delete(event.pointerId);
      if (pointers.size > 0 || !isPanning) return;
      isPanning = false;
      element.classList.remove("is-panning");
      // The click that ends a drag selects nothing.
      element.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => element.removeEventListener("click", swallow, { capture: true }), 0);
    };

    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("pointerdown", onDown);
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", onUp);
    element.addEventListener("pointercancel", onUp);
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("pointerdown", onDown);
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerup", onUp);
      element.removeEventListener("pointercancel", onUp);
    };
  }, [ref, viewport, mayPan]);
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

function pinch(
  viewport: Viewport,
  { before, now, other }: Record<"before" | "now" | "other", Point>,
): void {
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  viewport.zoom(distance(now, other) / distance(before, other), middle);
  viewport.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
}

function distance(a: Point, b: Point): number {
  return Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
}
