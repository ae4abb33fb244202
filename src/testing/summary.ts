/** The summary of a saga's tests: what was gone through, and what was left out. */
import type { AnySaga } from "../saga/define.ts";
import type { Scope } from "../saga/scoped.ts";
import type { Covered } from "./coverage.ts";
import type { Crashes } from "./crash.ts";
import type { Paths } from "./paths.ts";
import type { PropertyReport } from "./properties.ts";

export interface Walked {
  walks: number;
  /** Null if the process died on no path. */
  crashed: Crashed | null;
  /** Ways of undoing, as the compensations that took effect, in order. */
  readonly undoing: Set<string>;
  random: PropertyReport | null;
}

/** On what the process died. */
export interface Crashed extends Crashes {
  /** How many, of how many of which. */
  readonly paths: number;
  readonly of: number;
  readonly which: string;
  readonly ms: number;
}

export function summaryOf(
  saga: AnySaga,
  { paths, configurations, edges, coverage, cut }: Paths,
  { walks, crashed, undoing, random, scope }: Walked & { readonly scope: Scope },
): readonly string[] {
  const compensations = new Set(Object.values(saga.compensations).filter((name) => name !== null));
  const seen = [...compensations].filter((name) => [...undoing].join(" ").includes(name));
  const beyond = Object.entries(scope).map(
    ([name, most]) => `what \`${name}\` allows beyond ${most}`,
  );
  const rows: readonly (readonly [string, string])[] = [
    ["configurations", `${configurations}, ${edges} edges between them`],
    ["paths", `${walks} of ${paths.length} walked`],
    ["states", counted(coverage.states)],
    ["transitions", counted(coverage.transitions)],
    ["compensations", `${seen.length} of ${compensations.size}, in ${undoing.size} ways:`],
    ...[...undoing].toSorted().map((way) => ["", way] as const),
    ...crashRows(crashed),
    [
      "random",
      random === null
        ? "none"
        : `${random.moves} moves, ${random.runs} instances, seed ${random.seed}`,
    ],
    ["left out", [...cut, ...beyond].join("; ") || "nothing"],
  ];
  return [`saga "${saga.name}"`, ...rows.map(([name, told]) => `  ${name.padEnd(16)}${told}`)];
}

function crashRows(crashed: Crashed | null): readonly (readonly [string, string])[] {
  if (crashed === null) return [["crash points", "none"]];
  const { points, made, paths, of, which, pairs, pairsMade, parted, ms } = crashed;
  const seconds = (ms / 1_000).toFixed(1);
  const told = `${points} on ${paths} of ${of} ${which}: ${made} made, the others leave the same`;
  return [
    ["crash points", `${told}; ${seconds} s`],
    ...(pairs === 0
      ? []
      : [["crash pairs", `${pairs}: ${pairsMade} made, the others leave the same`] as const]),
    ...(parted === 0
      ? []
      : [["", `${parted} parted from their paths and were judged by their journals`] as const]),
  ];
}

function counted({ covered, total, missed }: Covered): string {
  return `${covered} of ${total}${missed.length === 0 ? "" : `; not ${missed.join("; ")}`}`;
}
