/** The summary of a saga's tests: what was gone through, and what was left out. */
import type { AnySaga } from "../saga/define.ts";
import type { Scope } from "../saga/scoped.ts";
import type { Covered } from "./coverage.ts";
import type { Paths } from "./paths.ts";
import type { PropertyReport } from "./properties.ts";

export interface Walked {
  walks: number;
  crashPaths: number;
  crashPoints: number;
  /** How long they took. */
  crashMs: number;
  /** Ways of undoing, as the compensations that took effect, in order. */
  readonly undoing: Set<string>;
  random: PropertyReport | null;
}

export function summaryOf(
  saga: AnySaga,
  { paths, shortest, configurations, edges, coverage, cut }: Paths,
  {
    walks,
    crashPaths,
    crashPoints,
    crashMs,
    undoing,
    random,
    scope,
  }: Walked & { readonly scope: Scope },
): readonly string[] {
  const seconds = (crashMs / 1_000).toFixed(1);
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
    [
      "crash points",
      `${crashPoints} on ${crashPaths} of ${shortest.length} shortest paths, in ${seconds} s`,
    ],
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

function counted({ covered, total, missed }: Covered): string {
  return `${covered} of ${total}${missed.length === 0 ? "" : `; not ${missed.join("; ")}`}`;
}
