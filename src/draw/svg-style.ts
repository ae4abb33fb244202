/**
 * The looks of a drawing: one sheet, light and dark. Every colour is a custom property, so a page that holds
 * the drawing may set its own; phases and kinds of edges are told by words and glyphs too, never by colour
 * alone.
 */
import type { EdgeKind } from "./model.ts";
import { phases } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";

export type Theme = "light" | "dark" | "auto";

interface Palette {
  readonly base: Readonly<Record<string, string>>;
  /** The strong colour of a phase and the faint one of its states. */
  readonly phases: Readonly<Record<Phase, readonly [strong: string, faint: string]>>;
  readonly kinds: Readonly<Record<EdgeKind | "shared", string>>;
}

// Text on its ground has a contrast of 4.5 and more (WCAG 2, 1.4.3), lines of 3 (1.4.11).
const light: Palette = {
  base: {
    ground: "#f7f8fa",
    "level-0": "#ffffff",
    "level-1": "#f5f7fa",
    frame: "#cdd5df",
    leaf: "#ffffff",
    "leaf-frame": "#8a97a8",
    text: "#17202c",
    muted: "#556274",
    label: "#ffffff",
  },
  phases: {
    forward: ["#2563c9", "#ecf3fe"],
    retrying: ["#95590a", "#fdf4e3"],
    compensating: ["#7a45c4", "#f5effd"],
    stuck: ["#c0322b", "#fdecea"],
    completed: ["#117a52", "#e7f6ef"],
    compensated: ["#5b6472", "#eef0f3"],
    failed: ["#8f1d3f", "#fbeaf0"],
    stopped: ["#4a3f38", "#f1eeeb"],
  },
  kinds: {
    event: "#2563c9",
    after: "#95590a",
    always: "#7a45c4",
    done: "#117a52",
    stateDone: "#117a52",
    error: "#c0322b",
    snapshot: "#556274",
    initial: "#556274",
    shared: "#5f6b7c",
  },
};

const dark: Palette = {
  base: {
    ground: "#0d1117",
    "level-0": "#12181f",
    "level-1": "#171e27",
    frame: "#35404e",
    leaf: "#1c2530",
    "leaf-frame": "#66758a",
    text: "#e8edf4",
    muted: "#9dabbc",
    label: "#12181f",
  },
  phases: {
    forward: ["#76aaff", "#16263f"],
    retrying: ["#eeb054", "#32260f"],
    compensating: ["#bd9cff", "#291f40"],
    stuck: ["#ff867c", "#3c1c1c"],
    completed: ["#4fd0a0", "#11302a"],
    compensated: ["#aab6c5", "#242c36"],
    failed: ["#ff8fb0", "#3a1826"],
    stopped: ["#c9b8a8", "#2c2621"],
  },
  kinds: {
    event: "#76aaff",
    after: "#eeb054",
    always: "#bd9cff",
    done: "#4fd0a0",
    stateDone: "#4fd0a0",
    error: "#ff867c",
    snapshot: "#9dabbc",
    initial: "#9dabbc",
    shared: "#8797aa",
  },
};

export const edgeKinds = Object.keys(light.kinds) as readonly (EdgeKind | "shared")[];

// Those that the widths of `measure.ts` hold for.
const SANS = `Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif`;
const MONO = `"JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace`;

/** The sheet of a drawing, in which every rule is confined to `scope`. */
export function styleSheet(theme: Theme, scope: string): string {
  const palette = theme === "dark" ? dark : light;
  const inDark = `@media (prefers-color-scheme:dark){${scope}{${properties(dark)}}}`;
  const own = [...rules, ...phases.flatMap(phaseRules), ...edgeKinds.flatMap(kindRules)];
  return [
    `${scope}{${properties(palette)}font-family:${SANS}}`,
    ...(theme === "auto" ? [inDark] : []),
    ...own.map((rule) => `${scope} ${withFallbacks(rule, palette)}`),
  ].join("\n");
}

/** The colours of a theme as custom properties, for a page that shows drawings of its own. */
export function themeProperties(theme: "light" | "dark"): string {
  return properties(theme === "dark" ? dark : light);
}

function properties(palette: Palette): string {
  return [...namedColours(palette)].map(([name, colour]) => `--${name}:${colour};`).join("");
}

function namedColours({ base, phases: byPhase, kinds }: Palette): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(base),
    ...Object.entries(byPhase).flatMap(([phase, [strong, faint]]) => [
      [phase, strong] as const,
      [`${phase}-faint`, faint] as const,
    ]),
    ...Object.entries(kinds).map(([kind, colour]) => [`kind-${kind}`, colour] as const),
  ]);
}

/** The colour itself stands before each property, for readers of SVG that know no custom properties. */
function withFallbacks(rule: string, palette: Palette): string {
  const colours = namedColours(palette);
  return rule.replaceAll(/([a-z-]+):var\(--([\w-]+)\)/g, (declaration, property, name) => {
    return `${property}:${colours.get(name as string)};${declaration}`;
  });
}

function phaseRules(phase: Phase): readonly string[] {
  return [
    `.phase-${phase}>.box{fill:var(--${phase}-faint);stroke:var(--${phase})}`,
    `.phase-${phase}>.bar{fill:var(--${phase})}`,
    `.phase-${phase}>.inner{stroke:var(--${phase})}`,
    `.phase-${phase}>.badge.is-phase{fill:var(--${phase})}`,
  ];
}

function kindRules(kind: EdgeKind | "shared"): readonly string[] {
  return [
    `.kind-${kind} .line{stroke:var(--kind-${kind})}`,
    `.kind-${kind} .pill{stroke:var(--kind-${kind})}`,
    `.kind-${kind} .trigger{fill:var(--kind-${kind})}`,
    `.kind-${kind} .glyph.trigger{fill:none;stroke:var(--kind-${kind})}`,
    `.kind-${kind} .solid.trigger{fill:var(--kind-${kind})}`,
    `.kind-${kind} .arrow{fill:var(--kind-${kind})}`,
  ];
}

const rules = [
  `.ground{fill:var(--ground)}`,
  `.box{fill:var(--leaf);stroke:var(--leaf-frame);stroke-width:1.25}`,
  `.level>.box{stroke:var(--frame)}`,
  `.level-0>.box{fill:var(--level-0)}`,
  `.level-1>.box{fill:var(--level-1)}`,
  `.region>.box{stroke-dasharray:6 4;stroke:var(--leaf-frame)}`,
  `.inner{fill:none;stroke:var(--leaf-frame);stroke-width:1.1}`,
  `.name{font-size:13.5px;font-weight:600;fill:var(--text)}`,
  // A line that comes in at the top passes behind the name.
  `.level text{paint-order:stroke;stroke:var(--level-0);stroke-width:5px;stroke-linejoin:round}`,
  `.level-1 text{stroke:var(--level-1)}`,
  `.level .badge-text.is-phase{stroke:none}`,
  `.badge{fill:none;stroke:var(--frame)}`,
  `.badge-text{font-size:10.5px;fill:var(--muted)}`,
  `.badge.is-phase{stroke:none}`,
  `.badge-text.is-phase{fill:var(--leaf);font-weight:600}`,
  `.row,.pill-text{font-family:${MONO};font-size:11px;fill:var(--muted)}`,
  `.glyph{fill:none;stroke:var(--muted);stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}`,
  `.solid{fill:var(--muted)}`,
  `.line{fill:none;stroke-width:1.5}`,
  `.pill{fill:var(--label);stroke-opacity:.55}`,
  `.pill-text.trigger{font-weight:600}`,
  `.dot{fill:var(--muted)}`,
  `.any{fill:var(--label);stroke:var(--muted);stroke-dasharray:3 3}`,
  `.any-text{font-size:10.5px;fill:var(--muted);text-anchor:middle}`,
  `.history{font-size:12px;font-weight:600;fill:var(--text);text-anchor:middle}`,
];
