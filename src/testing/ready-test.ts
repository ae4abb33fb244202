/** Ready tests: a failure of a path as the text of a test that shows it again, to be kept as a regression. */
import type { Move } from "../check/move.ts";
import type { Samples } from "../check/samples.ts";

export interface Script {
  /** What the test claims. */
  readonly claim: string;
  readonly saga: string;
  readonly samples: Samples;
  readonly moves: readonly Move[];
  /** What must hold of `seen`, as lines of code. */
  readonly expects: readonly string[];
}

export function readyTest({ claim, saga, samples, moves, expects }: Script): string {
  const lines = [
    `test(${JSON.stringify(claim)}, async () => {`,
    `  const seen = await replay(/* saga ${JSON.stringify(saga)} */ saga, [`,
    ...moves.map((move) => `    ${literal(move)},`),
    `  ], { samples: ${shownSamples(samples)} });`,
    ``,
    ...expects.map((line) => `  ${line}`),
    `});`,
  ];
  return lines.join("\n");
}

/** A value of plain data as it would be written down. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? String(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const shown = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${shown}: ${literal(field)}`;
  });
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

// Functions and errors cannot be written down; then the reader gives his own samples.
function shownSamples(samples: Samples): string {
  const isPlain = (value: unknown): boolean =>
    typeof value !== "function" &&
    !(value instanceof Error) &&
    (value === null || typeof value !== "object" || Object.values(value).every(isPlain));
  return isPlain(samples) ? literal(samples) : "samples";
}
