/**
 * The shapes of a drawn chart: states, lines and labels as the picture of `src/draw/svg.ts` has them. They are
 * made once for a layout; what changes while one looks are the class names around them.
 */
import { Fragment } from "preact";
import type { ComponentChildren } from "preact";
import type { Point } from "../../src/draw/box.ts";
import { badgeWidth, pad, type as letters } from "../../src/draw/content.ts";
import type { Row } from "../../src/draw/content.ts";
import { glyphPaths, solidGlyphs } from "../../src/draw/glyph.ts";
import type { GlyphName } from "../../src/draw/glyph.ts";
import type { Line, Mark, StateBox } from "../../src/draw/layout.ts";
import { textWidth } from "../../src/draw/measure.ts";
import type { EdgeKind, StateModel } from "../../src/draw/model.ts";
import { roundedPath } from "../../src/draw/path.ts";

/** The class names that say what a state is. */
export function stateClasses({ phase }: StateModel, box: StateBox): string {
  return [
    box.isLeaf ? "leaf" : `level level-${box.depth % 2}`,
    ...(box.isRegion ? ["region"] : []),
    ...(phase === null ? [] : [`phase-${phase}`]),
  ].join(" ");
}

/** A state from its own upper left corner on. */
export function stateShape(state: StateModel, box: StateBox): ComponentChildren {
  const { width, height, isLeaf, content } = box;
  if (state.type === "history" && content.nameLines.length === 0) {
    return <HistoryShape state={state} box={box} />;
  }
  const title = [content.nameTitle, state.description].filter((text) => text !== null).join("\n");
  return (
    <>
      {title !== "" && <title>{title}</title>}
      {state.folded > 0 && (
        <rect class="box under" x={4} y={4} width={width} height={height} rx={8} />
      )}
      <rect
        class="halo"
        x={-4}
        y={-4}
        width={width + 8}
        height={height + 8}
        rx={isLeaf ? 11 : 15}
      />
      <rect class="box" width={width} height={height} rx={isLeaf ? 8 : 12} />
      {state.type === "final" && (
        <rect class="inner" x={3} y={3} width={width - 6} height={height - 6} rx={5.5} />
      )}
      {isLeaf && stateWords(box)}
    </>
  );
}

function HistoryShape({ state, box }: { state: StateModel; box: StateBox }) {
  const radius = box.width / 2;
  return (
    <>
      <title>{`${state.history} history: ${state.path.join(".")}`}</title>
      <circle class="box" cx={radius} cy={box.height / 2} r={radius} />
      <text class="history" x={radius} y={box.height / 2 + 4.5}>
        {state.history === "deep" ? "H*" : "H"}
      </text>
    </>
  );
}

/** What is written in a state: its name, badges and rows. */
export function stateWords({ content }: StateBox): ComponentChildren {
  const { linePx } = letters.name;
  const rowsTop = pad.top + content.nameLines.length * linePx + 2;
  return (
    <>
      {content.nameLines.map((line, at) => (
        <text key={at} class="name" x={pad.x} y={pad.top + 14 + at * linePx}>
          {line}
        </text>
      ))}
      {badges(content)}
      {content.rows.map((row, at) => (
        <RowShape key={at} row={row} y={rowsTop + at * letters.row.linePx} />
      ))}
    </>
  );
}

function badges({ nameLines, badges: all }: StateBox["content"]): ComponentChildren {
  const { sizePx, face } = letters.name;
  const nameWidth = Math.max(0, ...nameLines.map((line) => textWidth(line, sizePx, face)));
  let left = pad.x + nameWidth + 10;
  return all.map(({ text, isPhase }) => {
    const width = badgeWidth(text);
    const x = left;
    left += width + 5;
    const kind = isPhase ? " is-phase" : "";
    return (
      <Fragment key={text}>
        <rect class={`badge${kind}`} x={x} y={pad.top + 1} width={width} height={16} rx={8} />
        <text class={`badge-text${kind}`} x={x + 7} y={pad.top + 12.5}>
          {text}
        </text>
      </Fragment>
    );
  });
}

function RowShape({ row, y }: { row: Row; y: number }) {
  const { kind, text, title, edge } = row;
  const inside = (
    <>
      {title !== null && <title>{title}</title>}
      <GlyphShape name={kind} at={{ x: pad.x - 1, y: y + 2.5 }} />
      <text class="row" x={pad.x + pad.row} y={y + 12.5}>
        {text}
      </text>
    </>
  );
  if (edge === null) return <g>{inside}</g>;
  return (
    <g data-edge={edge.id} class={`kind-${edge.kind}`}>
      {inside}
    </g>
  );
}

function GlyphShape({ name, at, className }: { name: GlyphName; at: Point; className?: string }) {
  const solid = solidGlyphs.has(name) ? " solid" : "";
  return (
    <path
      class={`glyph${solid} ${className ?? ""}`}
      transform={`translate(${at.x} ${at.y})`}
      d={glyphPaths[name]}
    />
  );
}

export function markShape({ kind, x, y, width, height, state }: Mark): ComponentChildren {
  if (kind === "begin") {
    return (
      <circle
        key={`${state} begin`}
        class="dot"
        cx={x + width / 2}
        cy={y + height / 2}
        r={width / 2}
      />
    );
  }
  return (
    <g key={`${state} any`}>
      <title>whichever state inside is active</title>
      <rect class="any" x={x} y={y} width={width} height={height} rx={height / 2} />
      <text class="any-text" x={x + width / 2} y={y + 14.5}>
        any state
      </text>
    </g>
  );
}

export function lineShape(
  line: Line,
  kind: EdgeKind | "shared",
  idPrefix: string,
): ComponentChildren {
  const arrow = `url(#${idPrefix}-arrow-${kind})`;
  return <path class="line" d={roundedPath(line.points)} marker-end={arrow} />;
}

/** A label from its own upper left corner on. */
export function labelShape(label: NonNullable<Line["label"]>, kind: EdgeKind): ComponentChildren {
  const { lines, title } = label.content;
  return (
    <>
      {title !== null && <title>{title}</title>}
      <rect class="pill" width={label.width} height={label.height} rx={7} />
      {lines.map((one, at) => {
        const top = pad.labelY + at * letters.label.linePx;
        const name = one.kind === "trigger" ? kind : one.kind;
        return (
          <g key={at}>
            <GlyphShape name={name} at={{ x: pad.label - 1, y: top + 1.5 }} className={one.kind} />
            <text class={`pill-text ${one.kind}`} x={pad.label + pad.glyph} y={top + 11.5}>
              {one.text}
            </text>
          </g>
        );
      })}
    </>
  );
}

export function ArrowHeads({ kinds, idPrefix }: { kinds: readonly string[]; idPrefix: string }) {
  return (
    <defs>
      {kinds.map((kind) => (
        <marker
          key={kind}
          id={`${idPrefix}-arrow-${kind}`}
          class={`kind-${kind}`}
          viewBox="0 0 10 10"
          refX={9}
          refY={5}
          markerWidth={7}
          markerHeight={7}
          orient="auto"
        >
          <path class="arrow" d="M0 1L10 5L0 9Z" />
        </marker>
      ))}
      <pattern
        id={`${idPrefix}-hatch`}
        width={7}
        height={7}
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <path class="hatch" d="M0 0V7" />
      </pattern>
    </defs>
  );
}
