/** What a comparison says of one of its two charts, as an overlay: added green, removed red, changed amber, renamed named. */
import type { ChartDiff, StateChange } from "../../src/compare/compare.ts";
import type { Overlay, StateBadge, Tone } from "../chart/overlay.ts";

export type Side = "before" | "after";

export function sideOverlay(diff: ChartDiff, which: Side): Overlay {
  const states = diff.states.filter((state) => state[which] !== null && state.kind !== "same");
  const edges = diff.edges.filter((edge) => edge[which] !== null && edge.kind !== "same");
  const tones = new Map<string, Tone>([
    ...states.map((state) => [state[which]?.id ?? "", toneOf(state)] as const),
    ...edges.map((edge) => [edge[which] ?? "", edge.kind as Tone] as const),
  ]);
  const renamed = states.filter(({ kind }) => kind === "renamed");
  const badges = new Map(renamed.map((state) => [state[which]?.id ?? "", [badge(state, which)]]));
  return { tones, badges, lit: new Set() };
}

function toneOf({ kind }: StateChange): Tone {
  return kind === "added" || kind === "removed" ? kind : "changed";
}

function badge({ before, after }: StateChange, which: Side): StateBadge {
  const other = (which === "before" ? after : before)?.path ?? "";
  const name = other.split(".").at(-1) ?? other;
  const text = which === "before" ? `→ ${name}` : `was ${name}`;
  return { text, label: `${text} (${other})`, tone: "retrying" };
}
