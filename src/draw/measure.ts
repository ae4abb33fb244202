/**
 * How wide text is, without a browser. The widths are the widest that Inter, Roboto and Arial (by the metrics
 * of Liberation Sans) have for a character, so a label fits its box in each of them.
 */

export type Face = "regular" | "bold" | "mono";

/** Hundredths of an em for the characters from space to tilde. */
const widths: Readonly<Record<Exclude<Face, "mono">, readonly number[]>> = {
  regular: parsed(
    "29 29 47 64 65 99 67 30 37 37 51 67 29 46 29 42 64 57 61 62 65 60 63 57 62 63 29 31 67 67 67 56 102 69 67 74 73 67 62 78 75 28 58 68 57 91 76 78 67 78 73 67 65 75 69 99 69 68 63 37 42 37 48 56 34 57 62 58 62 59 38 62 60 25 25 55 25 88 60 60 62 62 38 53 33 60 57 82 55 57 56 43 34 43 69",
  ),
  bold: parsed(
    "28 34 53 65 66 101 73 33 38 38 54 68 32 47 32 38 66 58 63 64 67 62 64 58 65 64 34 34 68 68 68 62 100 73 73 74 73 67 62 78 75 30 58 73 62 93 76 78 67 78 73 67 67 75 74 103 72 72 66 38 43 38 59 56 36 58 63 59 63 60 39 63 62 28 28 57 28 91 62 62 63 63 40 56 36 62 59 84 57 59 57 46 36 46 68",
  ),
};

function parsed(text: string): readonly number[] {
  return text.split(" ").map(Number);
}

/** Menlo's, which is the widest of the usual ones. */
const MONO_EM = 0.602;
/** A capital of another alphabet. */
const OTHER_EM = 0.78;
/** Han, kana, hangul, emoji. */
const WIDE_EM = 1.05;

const WIDE =
  /[\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF00}-\u{FF60}\u{1F000}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Width in pixels of `text` at `sizePx`. */
export function textWidth(text: string, sizePx: number, face: Face): number {
  let em = 0;
  for (const character of text) em += characterEm(character, face);
  return em * sizePx;
}

function characterEm(character: string, face: Face): number {
  if (WIDE.test(character)) return WIDE_EM;
  if (face === "mono") return MONO_EM;
  const hundredths = widths[face][(character.codePointAt(0) ?? 0) - 32];
  return hundredths === undefined ? OTHER_EM : hundredths / 100;
}

/** `text` if it fits, else as much of it as does, with an ellipsis. */
export function ellipsed(text: string, widthPx: number, sizePx: number, face: Face): string {
  if (textWidth(text, sizePx, face) <= widthPx) return text;
  let kept = "";
  let em = characterEm("…", face);
  for (const character of text) {
    em += characterEm(character, face);
    if (em * sizePx > widthPx) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

export interface Wrapping {
  readonly widthPx: number;
  readonly sizePx: number;
  readonly face: Face;
  readonly linesMax: number;
}

/** `text` in lines of at most that width, broken at spaces and inside names; what is too much ends in an ellipsis. */
export function wrapped(text: string, { widthPx, sizePx, face, linesMax }: Wrapping): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== "") {
    const isLast = lines.length === linesMax - 1;
    const cut = isLast ? rest.length : fitting(rest, { widthPx, sizePx, face });
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
    if (isLast) break;
  }
  return lines.map((line) => ellipsed(line, widthPx, sizePx, face));
}

/** How much of `text` goes into a line: up to the last place where it may break, if there is one. */
function fitting(text: string, { widthPx, sizePx, face }: Omit<Wrapping, "linesMax">): number {
  if (textWidth(text, sizePx, face) <= widthPx) return text.length;
  let em = 0;
  let at = 0;
  let breakAt = 0;
  for (const character of text) {
    em += characterEm(character, face);
    if (em * sizePx > widthPx) break;
    at += character.length;
    if (mayBreakAfter(text, at)) breakAt = at;
  }
  return breakAt > 0 ? breakAt : Math.max(at, 1);
}

// Behind punctuation, and before the capitals of camelCase.
function mayBreakAfter(text: string, at: number): boolean {
  const before = text[at - 1] ?? "";
  const after = text[at] ?? "";
  return /[\s._:,/&|-]/.test(before) || (/[a-z0-9]/.test(before) && /[A-Z(]/.test(after));
}
