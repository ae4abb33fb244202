/** A glyph of the chart beside words of the page. */
import { glyphPaths, solidGlyphs } from "../../src/draw/glyph.ts";
import type { GlyphName } from "../../src/draw/glyph.ts";

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg
      class={solidGlyphs.has(name) ? "glyph-icon is-solid" : "glyph-icon"}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      <path d={glyphPaths[name]} />
    </svg>
  );
}
