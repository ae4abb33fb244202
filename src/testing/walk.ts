/**
 * Walks: a path on the real runtime, a real file and a world that keeps a ledger, compared after every move with what
 * the chart says. A replay is the same without an opinion: it tells what was seen.
 */
import { isDeepStrictEqual } from "node:util";
import type { Move } from "../check/move.ts";
import type { AnySaga } from "../saga/define.ts";
import type { Phase } from "../saga/phase.ts";
import { brokenRules, inPlaceAfter, undoingIn } from "./ledger.ts";
import type { LedgerEntry, LedgerRule } from "./ledger.ts";
import { wordsOf } from "./path-name.ts";
import type { Path, PathStep } from "./paths.ts";
import { begin, moved, settledAt } from "./position.ts";
import type { Position, Setting, Settled } from "./position.ts";
import { literal, readyTest } from "./ready-test.ts";
import type { Rig } from "./rig.ts";
import { Rigs } from "./rigs.ts";
import type { RigOptions } from "./rigs.ts";

export interface WalkOptions extends RigOptions {
  /** The rules of the ledger that the saga keeps. Default: all. */
  readonly rules?: readonly LedgerRule[];
}

/** What was seen of an instance and of the world. */
export interface Seen {
  /** After the start, and after each move. */
  readonly settled: readonly Settled[];
  readonly state: string;
  readonly phase: Phase;
  /** Of an instance that ended; otherwise undefined. */
  readonly output: unknown;
  /** What took effect, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** Names of the activities whose effects are in place. */
  readonly inPlace: readonly string[];
  /** Names of the compensations that took effect, in order. */
  readonly undoing: readonly string[];
  /** Rules of the ledger that do not hold, in words. */
  readonly broken: readonly string[];
}

/**
 * Walks a path of `pathsOf`.
 *
 * @throws {Error} with the path as a ready test if the runtime comes to anything else than the chart says, or if the
 * ledger breaks a rule.
 */
export async function walk(saga: AnySaga, path: Path, options: WalkOptions): Promise<Seen> {
  return inRigs(saga, options, (rigs) => walkIn(rigs, path, options.rules));
}

/** Walks a path in a file that other paths may have been walked in before. */
export async function walkIn(rigs: Rigs, path: Path, rules?: readonly LedgerRule[]): Promise<Seen> {
  const { rig, start, steps } = await standAt(rigs, path);
  const moves = steps.map(({ move }) => move);
  const settled: Settled[] = [];
  const fail = (index: number, what: string, expects: readonly string[]): never => {
    throw failure(rigs.setting, path.name, { what, moves: moves.slice(0, index), expects });
  };
  const compare = async (index: number, expected: Settled): Promise<void> => {
    const actual = await rig.settled();
    settled.push(actual);
    if (isDeepStrictEqual(actual, expected)) return;
    const difference = `after ${index} moves the runtime is at ${literal(actual)}, the chart at ${literal(expected)}`;
    const { atMs: _, ...lasting } = expected;
    fail(index, difference, [`expect(seen.settled.at(-1)).toMatchObject(${literal(lasting)});`]);
  };

  await rig.begin();
  await compare(0, start);
  for (const [index, { move, settled: expected }] of steps.entries()) {
    const untilMs = rig.place.startMs + expected.atMs;
    await rig
      .perform(move, { index, untilMs })
      .catch((error: unknown) => fail(index + 1, `${wordsOf(move)}: ${messageOf(error)}`, []));
    await compare(index + 1, expected);
  }
  const seen = await look(rigs.setting, rig, { settled, moves, rules });
  if (seen.broken.length > 0) {
    fail(steps.length, seen.broken.join("; "), ["expect(seen.broken).toEqual([]);"]);
  }
  await rigs.done(rig);
  return seen;
}

/**
 * Makes moves happen to a new instance, such as those of a finding of the checker, and tells what was seen. An attempt
 * that is held back is waited for; an event that is refused, or a move that cannot happen, is an error.
 */
export async function replay(
  saga: AnySaga,
  moves: readonly Move[],
  options: WalkOptions,
): Promise<Seen> {
  return inRigs(saga, options, async (rigs) => {
    const rig = await rigs.create();
    await rig.begin();
    const settled = [await rig.settled()];
    for (const [index, move] of moves.entries()) {
      await rig.perform(move, { index }).catch((error: unknown) => {
        const which = `move ${index + 1} of ${moves.length}, "${wordsOf(move)}", cannot happen`;
        throw new Error(`${which}: ${messageOf(error)}`, { cause: error });
      });
      settled.push(await rig.settled());
    }
    return look(rigs.setting, rig, { settled, moves, rules: options.rules });
  });
}

/** Runs `work` with rigs that are closed afterwards. */
export async function inRigs<Result>(
  saga: AnySaga,
  options: RigOptions,
  work: (rigs: Rigs) => Promise<Result>,
): Promise<Result> {
  const rigs = new Rigs(saga, options);
  try {
    return await work(rigs);
  } finally {
    await rigs.close();
  }
}

/** A rig for the path, and the path as the instance takes it that is there: its times go by the instance's id. */
async function standAt(
  rigs: Rigs,
  path: Path,
): Promise<Pick<Path, "start" | "steps"> & { readonly rig: Rig }> {
  const rig = await rigs.share();
  const own = retrace({ ...rigs.setting, ...rig.place }, path);
  // Another id may draw other delays, and so another order of timers: then the path is that of the first id alone.
  return own === null ? { ...path, rig: await rigs.create() } : { ...own, rig };
}

function retrace(setting: Setting, path: Path): Pick<Path, "start" | "steps"> | null {
  let position: Position = begin(setting);
  const start = settledAt(setting, position);
  const steps: PathStep[] = [];
  for (const { move, settled } of path.steps) {
    const next = moved(setting, position, move);
    if (next === null) return null;
    position = next;
    steps.push({ move, settled: settledAt(setting, position) });
    if (steps.at(-1)?.settled.state !== settled.state) return null;
  }
  return { start, steps };
}

async function look(
  { chart }: Setting,
  rig: Rig,
  {
    settled,
    moves,
    rules,
  }: {
    settled: readonly Settled[];
    moves: readonly Move[];
    rules: readonly LedgerRule[] | undefined;
  },
): Promise<Seen> {
  const { state, phase, output } = await rig.view();
  const { ledger } = rig;
  return {
    settled,
    state,
    phase,
    output,
    ledger,
    inPlace: inPlaceAfter(chart, ledger),
    undoing: undoingIn(chart, ledger),
    broken: isSkipped(moves) ? [] : brokenRules(chart, { phase, ledger }, rules),
  };
}

/** Whoever skips a compensation answers for what it would have undone. */
export function isSkipped(moves: readonly Move[]): boolean {
  return moves.some((move) => move.kind === "send" && move.event.type === "saga.skip");
}

/** A failure of a path, with a test that shows it. */
export function failure(
  { chart, samples }: Setting,
  claim: string,
  { what, moves, expects }: { what: string; moves: readonly Move[]; expects: readonly string[] },
): Error {
  const script = { claim, saga: chart.saga.name, samples, moves, expects };
  return new Error(`${claim}: ${what}\n\nas a test:\n\n${readyTest(script)}\n`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
