/**
 * What is written into the boxes of a drawing, line by line, and how large that makes them. The drawing of a
 * line and its measure come from the same numbers, so they cannot differ.
 */
import type { Size } from "./box.ts";
import { ellipsed, textWidth, wrapped } from "./measure.ts";
import type { EdgeKind, EdgeModel, StateModel } from "./model.ts";
import { actionText, conditionText, edgeText, isForbidding, triggerText } from "./words.ts";

export const type = {
  /** Names of states. */
  name: { sizePx: 13.5, linePx: 18, face: "bold" },
  /** What a state does, and the badges beside its name. */
  row: { sizePx: 11, linePx: 17, face: "mono" },
  badge: { sizePx: 10.5, linePx: 16, face: "regular" },
  label: { sizePx: 11, linePx: 15, face: "mono" },
} as const;

/** Longer names are wrapped, longer rows and labels cut; the whole text is in the title. */
const NAME_WIDTH_MAX = 220;
const NAME_LINES_MAX = 3;
const ROW_WIDTH_MAX = 300;
const LABEL_WIDTH_MAX = 210;
/** More are told as "… and 4 more"; the title has them all. */
const ROWS_MAX = 12;

export const pad = { x: 13, top: 8, bottom: 9, row: 16, label: 8, labelY: 4, glyph: 15 } as const;

/** What a row tells, by the glyph before it. */
export type RowKind =
  | "invoke"
  | "entry"
  | "exit"
  | "stays"
  | "forbidden"
  | "goes"
  | "folded"
  | "more";

export interface Row {
  readonly kind: RowKind;
  readonly text: string;
  /** The whole text, if it was cut. */
  readonly title: string | null;
  /** The edge that the row stands for. */
  readonly edge: { readonly id: string; readonly kind: EdgeKind } | null;
}

export interface StateContent extends Size {
  readonly nameLines: readonly string[];
  /** The whole name, if it was cut. */
  readonly nameTitle: string | null;
  readonly badges: readonly Badge[];
  readonly rows: readonly Row[];
  /** Where the children of the state may begin. */
  readonly headHeight: number;
}

export interface Badge {
  readonly text: string;
  readonly isPhase: boolean;
}

/** What stands in a state. `rowEdges` are those that are told in it rather than drawn as a line. */
export function stateContent(state: StateModel, rowEdges: readonly Row[]): StateContent {
  if (state.type === "history" && rowEdges.length === 0) return historyContent;
  const { name, row } = type;
  const nameLines = wrapped(state.key, {
    widthPx: NAME_WIDTH_MAX,
    sizePx: name.sizePx,
    face: name.face,
    linesMax: NAME_LINES_MAX,
  });
  const badges = badgesOf(state);
  const rows = limited([...rowsOf(state), ...rowEdges]);
  const nameWidth = Math.max(...nameLines.map((line) => textWidth(line, name.sizePx, name.face)));
  const badgesWidth = badges.reduce((sum, { text }) => sum + badgeWidth(text) + 5, 0);
  const rowWidths = rows.map(({ text }) => textWidth(text, row.sizePx, row.face) + pad.row);
  const width = Math.max(nameWidth + (badgesWidth > 0 ? badgesWidth + 5 : 0), ...rowWidths);
  const headHeight =
    pad.top +
    nameLines.length * name.linePx +
    (rows.length > 0 ? rows.length * row.linePx + 3 : 0) +
    pad.bottom;
  return {
    nameLines,
    nameTitle: nameLines.join("") === state.key.replaceAll(/\s/g, "") ? null : state.key,
    badges,
    rows,
    headHeight,
    width: gridded(Math.max(72, width + 2 * pad.x)),
    height: headHeight,
  };
}

/** A circle with an H. */
const historyContent: StateContent = {
  nameLines: [],
  nameTitle: null,
  badges: [],
  rows: [],
  headHeight: 28,
  width: 28,
  height: 28,
};

const GRID_PX = 16;

/** Sizes on a grid let alike states be laid out alike, and be found in the memory of layouts. */
function gridded(width: number): number {
  return Math.ceil(width / GRID_PX) * GRID_PX;
}

export function badgeWidth(text: string): number {
  return textWidth(text, type.badge.sizePx, type.badge.face) + 14;
}

function badgesOf(state: StateModel): readonly Badge[] {
  return [
    ...(state.phase === null ? [] : [{ text: state.phase, isPhase: true }]),
    ...(state.type === "parallel" ? [{ text: "parallel", isPhase: false }] : []),
    ...(state.history === null ? [] : [{ text: `${state.history} history`, isPhase: false }]),
    ...state.tags.map((text) => ({ text, isPhase: false })),
  ].map(({ text, isPhase }) => ({
    text: ellipsed(text, ROW_WIDTH_MAX / 2, type.badge.sizePx, type.badge.face),
    isPhase,
  }));
}

function rowsOf(state: StateModel): readonly Row[] {
  return [
    ...state.invokes.map(({ src }) => rowOf("invoke", src)),
    ...state.entry.map((action) => rowOf("entry", actionText(action))),
    ...state.exit.map((action) => rowOf("exit", actionText(action))),
    ...(state.folded > 0 ? [rowOf("folded", `${state.folded} states inside`)] : []),
  ];
}

/** An edge as a row in its source: one that stays, or one whose `goal` is told by name. */
export function edgeRow(edge: EdgeModel, goal: string | null): Row {
  const kind = goal !== null ? "goes" : isForbidding(edge) ? "forbidden" : "stays";
  const said = kind === "forbidden" ? triggerText(edge) : edgeText(edge);
  const text = goal === null ? said : `${said} → ${goal}`;
  return { ...rowOf(kind, text), edge: { id: edge.id, kind: edge.kind } };
}

function rowOf(kind: RowKind, text: string): Row {
  const { sizePx, face } = type.row;
  const cut = ellipsed(text, ROW_WIDTH_MAX, sizePx, face);
  return { kind, text: cut, title: cut === text ? null : text, edge: null };
}

// Rows that stand for edges are never left out: each edge is in the drawing.
function limited(rows: readonly Row[]): readonly Row[] {
  const plain = rows.filter(({ edge }) => edge === null);
  if (plain.length <= ROWS_MAX) return rows;
  const rest = plain.slice(ROWS_MAX - 1);
  const more = rowOf("more", `and ${rest.length} more`);
  const title = rest.map(({ title: whole, text }) => whole ?? text).join("\n");
  return [...plain.slice(0, ROWS_MAX - 1), { ...more, title }, ...rows.filter(({ edge }) => edge)];
}

export interface LabelLine {
  readonly kind: "trigger" | "condition" | "actions";
  readonly text: string;
}

/** The label of one edge. */
export interface LabelContent extends Size {
  readonly lines: readonly LabelLine[];
  /** The whole text, if it was cut, and the description. */
  readonly title: string | null;
}

export function labelContent(edge: EdgeModel): LabelContent {
  const { sizePx, linePx, face } = type.label;
  const condition = conditionText(edge);
  const whole: readonly LabelLine[] = [
    { kind: "trigger", text: triggerText(edge) },
    ...(condition === "" ? [] : [{ kind: "condition" as const, text: condition }]),
    ...edge.actions.map((action) => ({ kind: "actions" as const, text: actionText(action) })),
  ];
  const lines = whole.map(({ kind, text }) => ({
    kind,
    text: ellipsed(text, LABEL_WIDTH_MAX, sizePx, face),
  }));
  const isCut = lines.some(({ text }, at) => text !== whole[at]?.text);
  const title = [isCut ? edgeText(edge) : null, edge.description].filter((part) => part !== null);
  const widths = lines.map(({ text }) => textWidth(text, sizePx, face));
  return {
    lines,
    title: title.length === 0 ? null : title.join("\n"),
    width: Math.ceil(Math.max(...widths) + pad.glyph + 2 * pad.label),
    height: lines.length * linePx + 2 * pad.labelY,
  };
}
