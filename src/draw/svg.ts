/**
 * A layout as SVG: one file that needs nothing else, for pages, READMEs and editors.
 *
 * Every state has `data-state` and every edge `data-edge` with the ids of the chart model, so a page may colour,
 * count and follow them. All text of the chart is escaped; nothing in it can become markup.
 */
import type { Box, Point } from "./box.ts";
import { badgeWidth, pad, type as letters } from "./content.ts";
import type { Row } from "./content.ts";
import { glyph } from "./glyph.ts";
import type { Layout, Line, Mark, StateBox } from "./layout.ts";
import { textWidth } from "./measure.ts";
import type { ChartModel, EdgeModel, StateModel } from "./model.ts";
import { roundedPath, toTenth } from "./path.ts";
import { edgeKinds, styleSheet } from "./svg-style.ts";
import type { Theme } from "./svg-style.ts";
import { found } from "./tree.ts";
import { edgeText } from "./words.ts";
import { element, escapeXml } from "./xml.ts";

export interface SvgOptions {
  /** `auto` follows the reader's system. */
  readonly theme?: Theme;
  /** What the picture shows; default the id of the chart. */
  readonly title?: string;
  /** Begins the ids inside, so that one page can hold several drawings. */
  readonly idPrefix?: string;
}

export function toSvg(model: ChartModel, layout: Layout, options: SvgOptions = {}): string {
  const { theme = "auto", title = model.id, idPrefix = "chart" } = options;
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  const drawing: Drawing = {
    states: new Map(model.states.map((state) => [state.id, state])),
    edges: new Map(model.edges.map((edge) => [edge.id, edge])),
    idPrefix,
  };
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      id: idPrefix,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "data-style": layout.style,
      "aria-labelledby": `${idPrefix}-title ${idPrefix}-desc`,
    },
    [
      element("title", { id: `${idPrefix}-title` }, escapeXml(title)),
      element("desc", { id: `${idPrefix}-desc` }, escapeXml(description(model))),
      `<style>${styleSheet(theme, `#${idPrefix}`)}</style>`,
      element(
        "defs",
        {},
        edgeKinds.map((kind) => arrowHead(kind, idPrefix)),
      ),
      element("rect", { class: "ground", width, height }),
      ...layout.states.map((box) => drawState(drawing, box)),
      ...layout.marks.map(drawMark),
      ...layout.lines.map((line) => drawLine(drawing, line)),
      // A line that comes in at the top passes behind what is written there.
      ...layout.states.filter(({ isLeaf }) => !isLeaf).map((box) => drawHead(drawing, box)),
      ...layout.lines.map((line) => drawLabel(drawing, line)),
    ].map((part) => `\n${part}`),
  )}\n`;
}

interface Drawing {
  readonly states: ReadonlyMap<string, StateModel>;
  readonly edges: ReadonlyMap<string, EdgeModel>;
  readonly idPrefix: string;
}

/** What the picture says, for those who do not see it. */
function description({ states, edges }: ChartModel): string {
  const byId = new Map(states.map((state) => [state.id, state]));
  const pathOf = (id: string): string => byId.get(id)?.path.join(".") || id;
  const moves = edges.flatMap((edge) =>
    edge.kind === "initial" || edge.targets.length === 0
      ? []
      : [`${pathOf(edge.source)} to ${edge.targets.map(pathOf).join(", ")}: ${edgeText(edge)}`],
  );
  return `A statechart of ${states.length} states. ${moves.join(". ")}.`;
}

function arrowHead(kind: string, idPrefix: string): string {
  const marker = {
    id: `${idPrefix}-arrow-${kind}`,
    class: `kind-${kind}`,
    viewBox: "0 0 10 10",
    refX: 9,
    refY: 5,
    markerWidth: 7,
    markerHeight: 7,
    orient: "auto",
  };
  return element("marker", marker, element("path", { class: "arrow", d: "M0 1L10 5L0 9Z" }));
}

function drawState({ states }: Drawing, box: StateBox): string {
  const state = found(states.get(box.id), `state "${box.id}"`);
  const attributes = { "data-state": state.id, class: classesOf(state, box) };
  const isSign = state.type === "history" && box.content.nameLines.length === 0;
  if (isSign) return element("g", attributes, drawHistory(state, box));
  const inside = box.isLeaf ? [...drawBox(state, box), ...drawWords(box)] : drawBox(state, box);
  return element("g", attributes, inside);
}

/** What is written in a state with others inside. */
function drawHead({ states }: Drawing, box: StateBox): string {
  const state = found(states.get(box.id), `state "${box.id}"`);
  return element("g", { "data-state": state.id, class: classesOf(state, box) }, drawWords(box));
}

function classesOf({ phase }: StateModel, { isLeaf, isRegion, depth }: StateBox): string {
  return [
    isLeaf ? "leaf" : `level level-${depth % 2}`,
    ...(isRegion ? ["region"] : []),
    ...(phase === null ? [] : [`phase-${phase}`]),
  ].join(" ");
}

function drawHistory({ history, path }: StateModel, { x, y, width, height }: StateBox): string[] {
  const center = { x: x + width / 2, y: y + height / 2 };
  const text = history === "deep" ? "H*" : "H";
  return [
    element("title", {}, escapeXml(`${history} history: ${path.join(".")}`)),
    element("circle", { class: "box", cx: toTenth(center.x), cy: toTenth(center.y), r: width / 2 }),
    textAt("history", { x: center.x, y: center.y + 4.5 }, text),
  ];
}

function drawBox(state: StateModel, box: StateBox): string[] {
  const { x, y, width, height, isLeaf, content } = box;
  const title = [content.nameTitle, state.description].filter((text) => text !== null).join("\n");
  const inner = { x: x + 3, y: y + 3, width: width - 6, height: height - 6 };
  return [
    ...(title === "" ? [] : [element("title", {}, escapeXml(title))]),
    // As a stack of cards, for what is folded away below it.
    ...(state.folded > 0 ? [rectangle("box", { ...box, x: x + 4, y: y + 4 }, 8)] : []),
    rectangle("box", box, isLeaf ? 8 : 12),
    ...(state.type === "final" ? [rectangle("inner", inner, 5.5)] : []),
  ];
}

function drawWords(box: StateBox): string[] {
  const { x, y, content } = box;
  const { linePx } = letters.name;
  const lines = content.nameLines.map((line, at) =>
    textAt("name", { x: x + pad.x, y: y + pad.top + 14 + at * linePx }, line),
  );
  const rowsTop = y + pad.top + content.nameLines.length * linePx + 2;
  const rows = content.rows.flatMap((row, at) =>
    drawRow(row, { x: x + pad.x, y: rowsTop + at * letters.row.linePx }),
  );
  return [...lines, ...drawBadges(box), ...rows];
}

function drawBadges({ x, y, content }: StateBox): string[] {
  const { sizePx, face } = letters.name;
  const nameWidth = Math.max(...content.nameLines.map((line) => textWidth(line, sizePx, face)));
  let left = x + pad.x + nameWidth + 10;
  return content.badges.flatMap(({ text, isPhase }) => {
    const width = badgeWidth(text);
    const kind = isPhase ? " is-phase" : "";
    const box = { x: left, y: y + pad.top + 1, width, height: 16 };
    left += width + 5;
    return [
      rectangle(`badge${kind}`, box, 8),
      textAt(`badge-text${kind}`, { x: box.x + 7, y: box.y + 11.5 }, text),
    ];
  });
}

function drawRow({ kind, text, title, edge }: Row, at: Point): string[] {
  const parts = [
    ...(title === null ? [] : [element("title", {}, escapeXml(title))]),
    glyph(kind, { x: at.x - 1, y: at.y + 2.5 }, ""),
    textAt("row", { x: at.x + pad.row, y: at.y + 12.5 }, text),
  ];
  if (edge === null) return title === null ? parts : [element("g", {}, parts)];
  return [element("g", { "data-edge": edge.id, class: `kind-${edge.kind}` }, parts)];
}

function drawMark({ kind, x, y, width, height }: Mark): string {
  if (kind === "begin") {
    const center = { cx: toTenth(x + width / 2), cy: toTenth(y + height / 2) };
    return element("circle", { class: "dot", ...center, r: width / 2 });
  }
  return element("g", {}, [
    element("title", {}, "whichever state inside is active"),
    rectangle("any", { x, y, width, height }, height / 2),
    textAt("any-text", { x: x + width / 2, y: y + 14.5 }, "any state"),
  ]);
}

function drawLine({ edges, idPrefix }: Drawing, line: Line): string {
  const kind = line.isShared ? "shared" : edgeOf(edges, line).kind;
  const path = {
    class: "line",
    d: roundedPath(line.points),
    "marker-end": `url(#${idPrefix}-arrow-${kind})`,
  };
  return element("g", { "data-edge": line.edge, class: `kind-${kind}` }, element("path", path));
}

function drawLabel({ edges }: Drawing, line: Line): string {
  const { label } = line;
  if (label === null) return "";
  const { kind } = edgeOf(edges, line);
  const { lines, title } = label.content;
  const texts = lines.flatMap((one, at) => {
    const top = label.y + pad.labelY + at * letters.label.linePx;
    const isTrigger = one.kind === "trigger";
    return [
      glyph(isTrigger ? kind : one.kind, { x: label.x + pad.label - 1, y: top + 1.5 }, one.kind),
      textAt(
        `pill-text ${one.kind}`,
        { x: label.x + pad.label + pad.glyph, y: top + 11.5 },
        one.text,
      ),
    ];
  });
  return element("g", { "data-edge": line.edge, class: `kind-${kind}` }, [
    ...(title === null ? [] : [element("title", {}, escapeXml(title))]),
    rectangle("pill", label, 7),
    ...texts,
  ]);
}

function edgeOf(edges: ReadonlyMap<string, EdgeModel>, line: Line): EdgeModel {
  return found(edges.get(line.edge), `edge "${line.edge}"`);
}

function rectangle(className: string, { x, y, width, height }: Box, radius: number): string {
  return element("rect", {
    class: className,
    x: toTenth(x),
    y: toTenth(y),
    width: toTenth(width),
    height: toTenth(height),
    rx: radius,
  });
}

function textAt(className: string, { x, y }: Point, text: string): string {
  return element("text", { class: className, x: toTenth(x), y: toTenth(y) }, escapeXml(text));
}
