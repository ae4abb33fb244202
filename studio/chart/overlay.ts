/** What lies over a drawn chart: where instances stand, what they took, and what else a screen has to say of states and edges. */
import type { Phase } from "../../src/saga/phase.ts";

export interface Selection {
  readonly kind: "state" | "edge";
  /** As in the chart model. */
  readonly id: string;
}

export interface StateBadge {
  readonly text: string;
  /** What it means, for screen readers and the tooltip. */
  readonly label: string;
  readonly tone: Phase | "plain";
  readonly onClick?: () => void;
}

/** `added` and so on: in a comparison; `covered` and `uncovered`: by tests or by instances. */
export type Tone = "added" | "removed" | "changed" | "covered" | "uncovered" | "good" | "bad";

/** Ids are those of states and edges of the drawn chart. What is not named looks as always. */
export interface Overlay {
  /** States in which something stands now. */
  readonly active?: ReadonlySet<string>;
  /** Edges that were taken, and how often. */
  readonly taken?: ReadonlyMap<string, number>;
  /** States that show the colour of their phase; left out: all do. */
  readonly lit?: ReadonlySet<string>;
  readonly badges?: ReadonlyMap<string, readonly StateBadge[]>;
  /** A line below a state, such as how long instances stay in it. */
  readonly notes?: ReadonlyMap<string, string>;
  readonly faded?: ReadonlySet<string>;
  /** What can never happen. */
  readonly dead?: ReadonlySet<string>;
  readonly tones?: ReadonlyMap<string, Tone>;
  /** What cannot be edited, and why. */
  readonly readOnly?: ReadonlyMap<string, string>;
}

const marks = {
  active: "is-active",
  faded: "is-faded",
  dead: "is-dead",
  readOnly: "is-read-only",
} as const;

/** The class names of a state or an edge under an overlay. */
export function overlayClasses(id: string, overlay: Overlay, selection: Selection | null): string {
  const { taken, lit, tones } = overlay;
  const tone = tones?.get(id);
  return [
    ...Object.entries(marks).map(([name, className]) => {
      return overlay[name as keyof typeof marks]?.has(id) === true && className;
    }),
    taken !== undefined && (taken.has(id) ? "is-taken" : "is-untaken"),
    (lit === undefined || lit.has(id)) && "is-lit",
    tone !== undefined && `is-${tone}`,
    selection?.id === id && "is-selected",
  ]
    .filter((name) => name !== false)
    .join(" ");
}
