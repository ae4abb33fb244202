/** What part of a drawing is seen: pan, zoom and fit, by wheel, pointer, fingers and keys. */
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { Box, Point, Size } from "../../src/draw/box.ts";
import { isCalm } from "../app/theme.ts";

/** A point of the drawing is at `x + scale · its x` pixels from the left. */
export interface View extends Point {
  readonly scale: number;
}

const SCALE_MIN = 0.08;
const SCALE_MAX = 3;
/** A chart that is smaller than the page is not blown up beyond this. */
const FIT_SCALE_MAX = 1.25;
const MARGIN_PX = 28;
/** What somebody follows should be read: below this the window shows a part of the drawing instead. */
const FOCUS_SCALE_MIN = 0.72;
const GLIDE_MS = 220;

/** `top`, `bottom`: of its height so much is covered at the upper and the lower edge. */
export interface WindowSize extends Size {
  readonly top: number;
  readonly bottom: number;
}

export class Viewport {
  readonly view: Signal<View> = signal({ x: 0, y: 0, scale: 1 });
  /** Whether somebody has moved it by hand, so that it does not fit by itself any more. */
  isByHand = false;
  #focus: Box | null = null;
  #size: WindowSize = { width: 0, height: 0, top: MARGIN_PX, bottom: MARGIN_PX };
  #drawing: Size = { width: 1, height: 1 };
  #gliding = 0;

  /** How large the window is, and what it shows. */
  resize({ top, bottom, ...size }: WindowSize): void {
    this.#size = { ...size, top: Math.max(MARGIN_PX, top), bottom: Math.max(MARGIN_PX, bottom) };
    if (this.isByHand) return;
    // A glide would end where it fitted before.
    cancelAnimationFrame(this.#gliding);
    this.view.value = this.#fitting();
  }

  /** Another drawing. `anchor` is a box of it that should be where `before` was. */
  show(drawing: Size, anchor?: { readonly before: Point; readonly after: Point }): void {
    const isFirst = this.#drawing.width === 1;
    this.#drawing = drawing;
    if (!this.isByHand || anchor === undefined) {
      if (isFirst) this.view.value = this.#fitting();
      else if (!this.isByHand) this.#glide(this.#fitting());
      return;
    }
    const { x, y, scale } = this.view.value;
    const { before, after } = anchor;
    this.view.value = {
      scale,
      x: x + (before.x - after.x) * scale,
      y: y + (before.y - after.y) * scale,
    };
  }

  /** The whole drawing, whatever is followed. */
  fit(): void {
    const { value } = this.view;
    const whole = this.#whole();
    this.isByHand = this.#focus !== null;
    const isThere = value.scale === whole.scale && value.x === whole.x && value.y === whole.y;
    if (!isThere) this.#glide(whole);
  }

  /** Keeps a box of the drawing in sight, as long as nobody moves the window by hand. */
  follow(box: Box | null): void {
    this.#focus = box;
    if (!this.isByHand) this.#glide(this.#fitting());
  }

  /** Back to what is followed. */
  unhand(): void {
    this.isByHand = false;
    this.#glide(this.#fitting());
  }

  /** Zooms by a factor around a point of the window; its middle if none is given. */
  zoom(factor: number, around: Point = this.#middle()): void {
    this.isByHand = true;
    this.view.value = zoomed(this.view.value, factor, around);
  }

  /** To a scale, around the middle. */
  zoomTo(scale: number): void {
    this.isByHand = true;
    this.#glide(zoomed(this.view.value, scale / this.view.value.scale, this.#middle()));
  }

  pan(byX: number, byY: number): void {
    cancelAnimationFrame(this.#gliding);
    this.isByHand = true;
    const { x, y, scale } = this.view.value;
    this.view.value = { x: x + byX, y: y + byY, scale };
  }

  /** Moves as little as needed for a box of the drawing to be seen. */
  reveal(box: Box): void {
    // Before somebody moves it, it may still be on its way to show the whole.
    const { x, y, scale } = this.isByHand ? this.view.value : this.#fitting();
    const byX = shift(x + box.x * scale, box.width * scale, this.#size.width);
    const byY = shift(y + box.y * scale, box.height * scale, this.#size.height);
    if (byX === 0 && byY === 0) return;
    this.isByHand = true;
    this.#glide({ x: x + byX, y: y + byY, scale });
  }

  /** A point of the window as one of the drawing. */
  toDrawing({ x, y }: Point): Point {
    const { value } = this.view;
    return { x: (x - value.x) / value.scale, y: (y - value.y) / value.scale };
  }

  #middle(): Point {
    return { x: this.#size.width / 2, y: this.#size.height / 2 };
  }

  #fitting(): View {
    const whole = this.#whole();
    const focus = this.#focus;
    if (focus === null || whole.scale >= FOCUS_SCALE_MIN) return whole;
    const scale = FOCUS_SCALE_MIN;
    const around = { x: focus.x + focus.width / 2, y: focus.y + focus.height / 2 };
    return {
      scale,
      x: within(
        this.#size.width / 2 - around.x * scale,
        this.#size.width,
        this.#drawing.width * scale,
      ),
      y: within(
        this.#size.height / 2 - around.y * scale,
        this.#size.height,
        this.#drawing.height * scale,
      ),
    };
  }

  #whole(): View {
    const { width, height, top, bottom } = this.#size;
    const room = height - top - bottom;
    const scale = clamped(
      Math.min(
        (width - 2 * MARGIN_PX) / this.#drawing.width,
        room / this.#drawing.height,
        FIT_SCALE_MAX,
      ),
    );
    return {
      scale,
      x: (width - this.#drawing.width * scale) / 2,
      y: top + Math.max(0, (room - this.#drawing.height * scale) / 2),
    };
  }

  #glide(to: View): void {
    cancelAnimationFrame(this.#gliding);
    if (isCalm()) {
      this.view.value = to;
      return;
    }
    const from = this.view.value;
    const beganMs = performance.now();
    const step = (atMs: number): void => {
      const part = Math.min(1, Math.max(0, (atMs - beganMs) / GLIDE_MS));
      const eased = 1 - (1 - part) ** 3;
      const between = (a: number, b: number): number => a + (b - a) * eased;
      this.view.value = {
        x: between(from.x, to.x),
        y: between(from.y, to.y),
        scale: between(from.scale, to.scale),
      };
      if (part < 1) this.#gliding = requestAnimationFrame(step);
    };
    this.#gliding = requestAnimationFrame(step);
  }
}

function zoomed({ x, y, scale }: View, factor: number, around: Point): View {
  const next = clamped(scale * factor);
  const ratio = next / scale;
  return {
    scale: next,
    x: around.x - (around.x - x) * ratio,
    y: around.y - (around.y - y) * ratio,
  };
}

/** No more ground than needed at either side; what is smaller than the window stands in its middle. */
function within(start: number, room: number, length: number): number {
  if (length + 2 * MARGIN_PX <= room) return (room - length) / 2;
  return Math.min(MARGIN_PX, Math.max(room - length - MARGIN_PX, start));
}

function clamped(scale: number): number {
  return Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));
}

function shift(start: number, length: number, room: number): number {
  if (start < MARGIN_PX) return MARGIN_PX - start;
  const over = start + length + MARGIN_PX - room;
  // What is larger than the window shows its beginning.
  return over > 0 ? -Math.min(over, start - MARGIN_PX) : 0;
}
