/** Counts and notes at the states of a chart. */
import { badgeWidth } from "../../src/draw/content.ts";
import type { Layout, StateBox } from "../../src/draw/layout.ts";
import type { Overlay, StateBadge } from "./overlay.ts";

const HEIGHT_PX = 20;

export function Badges({ layout, overlay }: { layout: Layout; overlay: Overlay }) {
  const { badges, notes, taken } = overlay;
  return (
    <>
      {badges !== undefined &&
        layout.states.flatMap((box) => {
          const all = badges.get(box.id) ?? [];
          return all.length === 0 ? [] : <BadgeRow key={box.id} box={box} badges={all} />;
        })}
      {notes !== undefined &&
        layout.states.flatMap((box) => {
          const note = notes.get(box.id);
          if (note === undefined || !box.isLeaf) return [];
          return (
            <text
              key={box.id}
              class="state-note"
              x={box.x + box.width / 2}
              y={box.y + box.height + 13}
            >
              {note}
            </text>
          );
        })}
      {taken !== undefined && <Repeats layout={layout} taken={taken} />}
    </>
  );
}

/** From the upper right corner of a state to the left. */
function BadgeRow({ box, badges }: { box: StateBox; badges: readonly StateBadge[] }) {
  let right = box.x + box.width + 8;
  return (
    <g>
      {badges.map((badge) => {
        const width = Math.max(HEIGHT_PX, badgeWidth(badge.text) + 6);
        right -= width;
        const x = right;
        right -= 4;
        return (
          <g
            key={badge.label}
            class={`count is-${badge.tone}${badge.onClick === undefined ? "" : " is-link"}`}
            transform={`translate(${x} ${box.y - HEIGHT_PX / 2})`}
            onClick={(event) => {
              if (badge.onClick === undefined) return;
              event.stopPropagation();
              badge.onClick();
            }}
          >
            <title>{badge.label}</title>
            <rect width={width} height={HEIGHT_PX} rx={HEIGHT_PX / 2} />
            <text x={width / 2} y={14}>
              {badge.text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** `3×` at the labels of edges that were taken more than once. */
function Repeats({ layout, taken }: { layout: Layout; taken: ReadonlyMap<string, number> }) {
  return (
    <>
      {layout.lines.flatMap(({ edge, target, label }) => {
        const count = taken.get(edge) ?? 0;
        if (label === null || count < 2) return [];
        const text = `${count}×`;
        const width = badgeWidth(text) + 4;
        const place = `translate(${label.x + label.width - width / 2} ${label.y - 8})`;
        return (
          <g key={`${edge} ${target}`} class="repeat" transform={place}>
            <title>{`taken ${count} times`}</title>
            <rect width={width} height={16} rx={8} />
            <text x={width / 2} y={11.5}>
              {text}
            </text>
          </g>
        );
      })}
    </>
  );
}
