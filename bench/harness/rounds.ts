/**
 * Rounds in alternation. A shared machine is faster in one minute than in the next, so everything that is
 * compared takes its turn in each round, in an order that turns around from round to round, and ratios are
 * taken within a round.
 */
import type { BenchOptions, Ratio, Row } from "./bench.ts";

/** What one turn measured, by the name of the measure. */
export type Measured = Readonly<Record<string, number>>;

/** Whoever is measured, by name. A turn sets up what it needs, and cleans up. */
export type Contestants = Readonly<Record<string, (round: number) => Promise<Measured> | Measured>>;

export interface Rounds extends Pick<BenchOptions, "rounds" | "isSmoke"> {
  /** Whether a round that is not counted comes first. */
  readonly isWarming?: boolean;
}

/** What all rounds measured. */
export interface Samples {
  /** One number for each round. @throws if nobody measured that. */
  of(contestant: string, measure: string): readonly number[];
}

/**
 * Gives every contestant a turn in each round, after a round that is not counted. That one is left out in a smoke test,
 * and where nothing stays warm, since each turn is a process of its own.
 */
export async function alternate(
  { rounds, isSmoke, isWarming = !isSmoke }: Rounds,
  contestants: Contestants,
): Promise<Samples> {
  const samples = new Map<string, number[]>();
  const names = Object.keys(contestants);
  for (let round = isWarming ? 0 : 1; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const measured = await contestants[name]?.(round);
      if (round > 0) keep(samples, name, measured ?? {});
    }
  }
  return {
    of(contestant, measure) {
      const values = samples.get(keyOf(contestant, measure));
      if (values === undefined) throw new Error(`"${contestant}" did not measure "${measure}"`);
      return values;
    },
  };
}

function keep(samples: Map<string, number[]>, name: string, measured: Measured): void {
  for (const [measure, value] of Object.entries(measured)) {
    const key = keyOf(name, measure);
    samples.set(key, [...(samples.get(key) ?? []), value]);
  }
}

/** A row that is compared with nothing. */
export function row(measure: string, unit: string, values: readonly number[]): Row {
  return { measure, unit, values, ratio: null };
}

/** A row that is compared with `base`, round by round. */
export function rowAgainst(plain: Row, to: string, base: readonly number[]): Row {
  return { ...plain, ratio: toRatio(to, plain.values, base) };
}

export function toRatio(to: string, values: readonly number[], base: readonly number[]): Ratio {
  return { to, values: values.map((value, round) => value / (base[round] ?? Number.NaN)) };
}

function keyOf(contestant: string, measure: string): string {
  return JSON.stringify([contestant, measure]);
}
