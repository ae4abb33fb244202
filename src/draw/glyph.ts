/** Small pictures beside words, drawn as paths: the same in every font, and no emoji in any. */
import type { Point } from "./box.ts";
import type { LabelLine, RowKind } from "./content.ts";
import type { EdgeKind } from "./model.ts";
import { element } from "./xml.ts";

export type GlyphName = EdgeKind | RowKind | Exclude<LabelLine["kind"], "trigger">;

/** In a square of 12 pixels. */
export const glyphPaths: Readonly<Record<GlyphName, string>> = {
  event: "M1.5 3H10.5V9.5H1.5ZM1.5 3.5L6 6.8L10.5 3.5",
  after: "M6 1.5A4.5 4.5 0 1 1 5.99 1.5M6 3.8V6.2L7.8 7.4",
  always: "M6.8 1.5L3 6.8H5.8L5.2 10.5L9 5.2H6.2Z",
  done: "M2.2 6.6L4.9 9.2L9.8 3.2",
  stateDone: "M2.2 6.6L4.9 9.2L9.8 3.2",
  error: "M3 3L9 9M9 3L3 9",
  snapshot: "M1.5 6Q6 1 10.5 6Q6 11 1.5 6ZM6 5A1 1 0 1 1 5.99 5",
  initial: "M6 4A2 2 0 1 1 5.99 4Z",
  invoke: "M3.5 2.3L9.7 6L3.5 9.7Z",
  entry: "M1.5 6H7M4.8 3.6L7.2 6L4.8 8.4M10 2.5V9.5",
  exit: "M2 2.5V9.5M4.2 6H10M7.8 3.6L10.2 6L7.8 8.4",
  stays: "M9.6 4.2A4 4 0 1 0 10 6.6M9.9 1.8L9.7 4.4L7.1 4.2",
  forbidden: "M6 1.8A4.2 4.2 0 1 1 5.99 1.8M3.2 3.2L8.8 8.8",
  goes: "M1.8 6H10M7.2 3.2L10 6L7.2 8.8",
  folded: "M2 2H10V10H2ZM6 4V8M4 6H8",
  more: "M2.5 6H2.6M6 6H6.1M9.5 6H9.6",
  condition: "M6 1.8L10.2 6L6 10.2L1.8 6Z",
  actions: "M7.8 2L4.2 10",
};

/** Those that are filled. */
export const solidGlyphs: ReadonlySet<GlyphName> = new Set(["always", "initial", "invoke"]);

/** The glyph with its upper left corner at a point. */
export function glyph(name: GlyphName, { x, y }: Point, className: string): string {
  const kind = solidGlyphs.has(name) ? "glyph solid" : "glyph";
  return element("path", {
    class: className === "" ? kind : `${kind} ${className}`,
    transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`,
    d: glyphPaths[name],
  });
}
