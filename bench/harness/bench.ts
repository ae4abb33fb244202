/**
 * What a bench is, and what it brings back: rows of numbers, one number a round, and the verdicts on targets.
 * A bench measures and prints nothing; `main.ts` runs it, `table.ts` and `page.ts` show what it found.
 */

export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** What is done and compared, for whoever reads the table: sentences. */
  readonly story: string;
  run(options: BenchOptions): Promise<Findings>;
}

export interface BenchOptions {
  /** Counted rounds; a round that only warms up comes before them. */
  readonly rounds: number;
  /** Tiny sizes, to see that it runs. What it prints then says nothing. */
  readonly isSmoke: boolean;
  /** An empty folder of its own, deleted afterwards. */
  readonly folder: string;
  /** How long a bench without an end of its own goes on. */
  readonly minutes: number;
  /** What it does now, for whoever waits. */
  readonly tell: (line: string) => void;
}

export interface Row {
  readonly measure: string;
  readonly unit: string;
  /** One for each round, in their order. */
  readonly values: readonly number[];
  /** The same measure of what it is compared with, round by round; null: it is compared with nothing. */
  readonly ratio: Ratio | null;
}

export interface Ratio {
  /** Name of what it is divided by. */
  readonly to: string;
  readonly values: readonly number[];
}

export interface Verdict {
  /** What the target is about. */
  readonly measure: string;
  /** As it was set, in words: `at least 0.6`. */
  readonly target: string;
  /** As it was measured, in words; null: this run did not measure it. */
  readonly measured: string | null;
  readonly isReached: boolean;
}

export interface Findings {
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** Settings that the figures stand on, as read back: `synchronous` → `FULL`. */
  readonly settings: Readonly<Record<string, string>>;
  /** What a reader must know to believe the figures: sentences. */
  readonly notes: readonly string[];
}
