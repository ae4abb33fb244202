/**
 * Crashes: the process dies at every write and at every effect of a path. The runtime is opened again on what is left
 * and goes on, and must come to the same end and to the same ledger as if nothing had happened; and so when it dies
 * once more on its way there.
 *
 * Paths begin alike. A crash on what another path has gone through is made again only if its traces were not gone
 * where the paths part: from where everything stands as without it, the same comes.
 */
import { isDeepStrictEqual } from "node:util";
import type { Move } from "../check/move.ts";
import type { AnySaga } from "../saga/define.ts";
import { goOn, walkSmoothly } from "./crash-walk.ts";
import type { After, CrashPoint, Smooth } from "./crash-walk.ts";
import { wordsOf } from "./path-name.ts";
import type { Path } from "./paths.ts";
import type { Setting } from "./position.ts";
import { literal } from "./ready-test.ts";
import type { RigOptions, Rigs } from "./rigs.ts";
import { failure, inRigs } from "./walk.ts";

export interface CrashOptions extends RigOptions {
  /**
   * The share of pairs that are made: the process dies once, and what goes on after it dies again before everything
   * stands as without the crash. From 0, the default, to 1: all of them.
   */
  readonly pairs?: number;
  /** What pairs are drawn from, if not all are made. Default 0. */
  readonly seed?: number;
}

export interface Crashes {
  /** How many moments the process died at. */
  readonly points: number;
  /** How many of them were not tried, since they are the same as others on paths that begin alike. */
  readonly alike: number;
  /** How often it died twice. */
  readonly pairs: number;
  /** How many pairs were not drawn. */
  readonly pairsLeft: number;
}

/**
 * Lets the process die at each moment of the path, and go on.
 *
 * @throws {Error} with a ready test if an end differs from that of the walk without a crash.
 */
export async function crashEverywhere(
  saga: AnySaga,
  path: Path,
  options: CrashOptions,
): Promise<Crashes> {
  return inRigs(saga, options, async (rigs) => {
    const sweep = new CrashSweep(rigs, options);
    await sweep.on(path);
    return sweep.crashes;
  });
}

/** Crashes on many paths of a saga. */
export class CrashSweep {
  readonly #rigs: Rigs;
  readonly #options: Pick<CrashOptions, "pairs" | "seed">;
  /** Beginnings of paths, as text, that were gone through. */
  readonly #known = new Set<string>();
  /** By moment, the number of moves after which everything stood as if there had been no crash. */
  readonly #alikeAfter = new Map<string, number>();
  #crashes: Crashes = { points: 0, alike: 0, pairs: 0, pairsLeft: 0 };

  constructor(rigs: Rigs, options: Pick<CrashOptions, "pairs" | "seed"> = {}) {
    this.#rigs = rigs;
    this.#options = options;
  }

  get crashes(): Crashes {
    return this.#crashes;
  }

  /** @throws {Error} with a ready test if an end differs from that of the walk without a crash. */
  async on(path: Path): Promise<void> {
    const beginnings = beginningsOf(path);
    const fresh = beginnings.findIndex((beginning) => !this.#known.has(beginning));
    const fromStep = fresh === -1 ? Infinity : fresh - 1;
    const idOf = (step: number, nth: number): string => `${beginnings[step + 1] ?? ""}#${nth}`;
    const isWanted = (step: number, nth: number): boolean => {
      if (step >= fromStep) return true;
      const isAlike = (this.#alikeAfter.get(idOf(step, nth)) ?? Infinity) <= fromStep;
      if (isAlike) this.#count("alike");
      return !isAlike;
    };
    const smooth = await walkSmoothly(this.#rigs, path, isWanted);
    for (const beginning of beginnings) this.#known.add(beginning);

    for (const point of smooth.points) {
      const after = await this.#crash(path, smooth, [point]);
      const alikeAfter = smooth.rests.includes(null) ? point.step + 1 : after.alikeAfter;
      if (alikeAfter !== null) this.#alikeAfter.set(idOf(point.step, point.nth), alikeAfter);
      for (const second of after.points) {
        // What both paths begin with, the other has gone through.
        if (second.step < fromStep) continue;
        await this.#crashAgain(path, smooth, [point, second]);
      }
      point.remains.database.discard();
    }
  }

  async #crashAgain(path: Path, smooth: Smooth, pair: readonly CrashPoint[]): Promise<void> {
    const { pairs = 0, seed = 0 } = this.#options;
    const name = [seed, path.name, ...pair.map(({ step, nth }) => `${step}.${nth}`)].join(" ");
    if (drawn(name) < pairs) await this.#crash(path, smooth, pair);
    else this.#count("pairsLeft");
    pair.at(-1)?.remains.database.discard();
  }

  /** Goes on from the last of the crashes. */
  async #crash(path: Path, smooth: Smooth, crashes: readonly CrashPoint[]): Promise<After> {
    const isSecond = crashes.length > 1;
    this.#count(isSecond ? "pairs" : "points");
    const from = crashes.at(-1) as CrashPoint;
    const isFragile = !isSecond && (this.#options.pairs ?? 0) > 0;
    const after = await goOn(this.#rigs, path, { from, rests: smooth.rests, isFragile });
    if (after.end === null || isDeepStrictEqual(after.end, smooth.end)) return after;
    throw different(this.#rigs.setting, path, { crashes, actual: after.end, smooth });
  }

  #count(what: keyof Crashes): void {
    this.#crashes = { ...this.#crashes, [what]: this.#crashes[what] + 1 };
  }
}

/** The start alone, and with each move more, as texts. */
function beginningsOf({ steps }: Path): readonly string[] {
  let beginning = "start";
  return [beginning, ...steps.map(({ move }) => (beginning += JSON.stringify(move)))];
}

/** A number from 0 to 1 that a text stands for: FNV-1a, whose bits are mixed once more. */
function drawn(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function different(
  setting: Setting,
  { name, steps }: Path,
  { crashes, actual, smooth }: { crashes: readonly CrashPoint[]; actual: unknown; smooth: Smooth },
): Error {
  const moves = steps.map(({ move }) => move);
  const { end } = smooth;
  const when = crashes.map((point) => whenOf(moves, point)).join(", and another ");
  return failure(setting, `${name}, with a crash ${when}`, {
    what: `it ends as ${literal(actual)}, without the crash as ${literal(end)}`,
    // The last one first, so that it does not move the place of the other.
    moves: crashes.toReversed().reduce(withCrash, moves),
    expects: [
      `expect(seen.state).toBe(${literal(end.state)});`,
      `expect(seen.ledger.map(({ activity }) => activity)).toEqual(${literal(end.effects)});`,
    ],
  });
}

function whenOf(moves: readonly Move[], { step, boundary }: CrashPoint): string {
  const during = moves[step];
  const what = during === undefined ? "the start" : `"${wordsOf(during)}"`;
  if (boundary === "claimed") return `after the claim of what was lost during ${what}`;
  return `${boundary} the commit of ${what}`;
}

/** The moves with the crash as one of them. */
function withCrash(moves: readonly Move[], { step, boundary }: CrashPoint): readonly Move[] {
  const crash: Move = { kind: "crash" };
  const during = moves[step];
  if (during === undefined || boundary === "after") {
    return [...moves.slice(0, step + 1), crash, ...moves.slice(step + 1)];
  }
  const isInPlace =
    during.kind === "settle" && (during.outcome === "ok" || during.outcome === "lostReply");
  const effect: readonly Move[] = isInPlace
    ? [{ kind: "takeEffect", activityId: during.activityId }]
    : [];
  return [...moves.slice(0, step), ...effect, crash, ...moves.slice(step)];
}
