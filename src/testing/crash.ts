/**
 * Crashes: the process dies at every write and at every effect of all paths. The runtime is opened again on what is
 * left and goes on, and must come to the same ends and to the same ledgers as if nothing had happened; and so when it
 * dies once more on its way there.
 *
 * Nearly all of that would be done again and again, so what is known to come the same is not done twice:
 *
 * - Paths begin alike. They are one tree, and what they have in common is gone through once, with its moments.
 * - What comes of a crash comes of what it leaves, which is the rows, the time and the world, and of the moves that are
 *   left. A moment that leaves before the same moves what another one has left is counted, and not made.
 * - A process that stands as the one without a crash (the same rows, time, world, and what it waits for) goes on like
 *   it. One that stands as another one did after a crash at the same place of the tree goes on like that one: from
 *   there on all moves that any path makes were made, or are about to be.
 * - Where paths part, one process goes on, and each other branch gets a *twin* of it: opened on its rows, as if none of its
 *   attempts had begun. One that does not stand as it did is not taken, and all moves are made again. So that no twin
 *   hides what it should show, each place that no crash comes before is compared with the chart.
 *
 * So a moment is left out only if it leads, with the same moves, to where another one was gone on with; a bug that shows
 * late, or on one branch, or after two crashes shows on that one. What is taken for granted is that nothing decides what
 * comes next but what `Rig.standing` tells; the random moves do not take it for granted.
 */
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Move } from "../check/move.ts";
import type { AnySaga } from "../saga/define.ts";
import { placesOf, treeOf } from "./crash-tree.ts";
import type { Place } from "./crash-tree.ts";
import { endOf, makeMove, makeSmoothly, Moments } from "./crash-walk.ts";
import type { CrashPoint, Mark } from "./crash-walk.ts";
import { wordsOf } from "./path-name.ts";
import type { Path } from "./paths.ts";
import type { Setting } from "./position.ts";
import { literal } from "./ready-test.ts";
import type { Twin } from "./remains.ts";
import type { Rig } from "./rig.ts";
import type { RigOptions, Rigs } from "./rigs.ts";
import { failure, inRigs, messageOf } from "./walk.ts";

export interface CrashOptions extends RigOptions {
  /** How often the process may die before everything stands as without a crash. Default 1; 2: all pairs. */
  readonly deaths?: number;
}

export interface Crashes {
  /** At how many moments of the paths the process may die; what paths begin with counts for each of them. */
  readonly points: number;
  /** At how many it did; each of the others leaves what one of these has left, before the same moves. */
  readonly made: number;
  /** At how many moments it may die again on its way from those, and at how many it did. */
  readonly pairs: number;
  readonly pairsMade: number;
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
  return inRigs(saga, options, (rigs) => crashIn(rigs, [path], options.deaths ?? 1));
}

/** Crashes on many paths. @throws {Error} as `crashEverywhere`. */
export async function crashIn(
  rigs: Rigs,
  paths: readonly Path[],
  deaths: number,
): Promise<Crashes> {
  const root = treeOf(paths);
  if (root === null) return NONE;
  const sweep = new Sweep(rigs, root, deaths);
  await sweep.run();
  return sweep.crashes;
}

const NONE: Crashes = { points: 0, made: 0, pairs: 0, pairsMade: 0 };

class Sweep {
  readonly #rigs: Rigs;
  readonly #root: Place;
  readonly #deaths: number;
  /** Moments to die at: those of first crashes, of second ones, and so on. */
  readonly #waiting: CrashPoint[][] = [];
  /** What crashes left, by the move that is to be made next. */
  readonly #left = new Map<Place, Set<string>>();
  /** How processes stood that went on after a crash. */
  readonly #stood = new Map<Place, Set<string>>();
  #crashes = NONE;

  constructor(rigs: Rigs, root: Place, deaths: number) {
    this.#rigs = rigs;
    this.#root = root;
    this.#deaths = deaths;
  }

  get crashes(): Crashes {
    return this.#crashes;
  }

  async run(): Promise<void> {
    await this.#sweep(await this.#begin(), this.#root);
    // All first crashes come before: whoever stands as after one of them was gone on with, and died again on its way.
    for (let death = 1; death < this.#deaths; death += 1) await this.#dieAll(death);
  }

  async #begin(): Promise<SmoothWalk> {
    const moments = new Moments(null);
    return { rig: await this.#rigs.create(undefined, moments.see), moments };
  }

  /**
   * Makes the move of a place and all that come after it, without a crash; then dies at the moments of that move, so that
   * whatever a crash comes to is known.
   */
  async #sweep(walk: SmoothWalk, place: Place): Promise<void> {
    walk.moments.during(place, true);
    await makeSmoothly(walk.rig, place);
    const points = walk.moments.take();
    const standing = await walk.rig.standing();
    const isLast = place.next.size === 0;
    place.smooth = {
      standing: standing === null ? null : digestOf(standing),
      end: isLast ? await endOf(this.#rigs, walk.rig) : null,
    };
    await this.#compare(walk.rig, place);
    if (isLast) await this.#rigs.release(walk.rig);
    await this.#branch(walk, place, {
      standing,
      again: () => this.#walkTo(place),
      make: (own, next) => this.#sweep(own, next),
    });
    for (const point of points) {
      this.#count({ points: point.place.paths });
      this.#await(point);
    }
    await this.#dieAll(0);
  }

  /** From the start. */
  async #walkTo(place: Place): Promise<SmoothWalk> {
    const walk = await this.#begin();
    for (const at of placesOf(this.#root, place.path).slice(0, place.index + 2)) {
      walk.moments.during(at, false);
      await makeSmoothly(walk.rig, at);
    }
    return walk;
  }

  /** What no crash comes before is where the chart says. */
  async #compare(rig: Rig, { step, index, path }: Place): Promise<void> {
    const expected = step?.settled ?? path.start;
    const actual = await rig.settled();
    if (isDeepStrictEqual(actual, expected)) return;
    const moves = path.steps.slice(0, index + 1).map(({ move }) => move);
    const what = `the runtime is at ${literal(actual)}, the chart at ${literal(expected)}`;
    const { atMs: _, ...lasting } = expected;
    const expects = [`expect(seen.settled.at(-1)).toMatchObject(${literal(lasting)});`];
    throw failure(this.#rigs.setting, path.name, { what, moves, expects });
  }

  /** Each branch needs a process of its own: the one that is there, its twin, or one that makes all moves again. */
  async #branch<Kind extends SmoothWalk>(
    walk: Kind,
    place: Place,
    { standing, again, make }: Branching<Kind>,
  ): Promise<void> {
    const twin = standing === null || place.next.size < 2 ? null : walk.rig.twin(standing);
    const { mark } = walk.moments;
    let live: Kind | null = walk;
    for (const next of place.next.values()) {
      const own: Kind = live ?? (await this.#twin(walk, twin, mark)) ?? (await again());
      live = null;
      await make(own, next);
    }
    twin?.remains.database.discard();
  }

  async #twin<Kind extends SmoothWalk>(
    walk: Kind,
    twin: Twin | null,
    mark: Mark,
  ): Promise<Kind | null> {
    const rig = twin === null ? null : await this.#rigs.twin(twin);
    if (rig === null) return null;
    const moments = walk.moments.from(mark);
    rig.onBoundary = moments.see;
    return { ...walk, rig, moments };
  }

  async #dieAll(death: number): Promise<void> {
    const waiting = (this.#waiting[death] ??= []);
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      await this.#die(point);
    }
  }

  /** Has a moment wait for its turn, unless what it leaves was left before. */
  #await(point: CrashPoint): void {
    const { remains, place, isDone } = point;
    const rows = remains.database.toText(remains.nowMs);
    const text =
      rows === null ? null : JSON.stringify([isDone, remains.nowMs, remains.ledger, rows]);
    if (text !== null && !isNews(this.#left, place, text)) {
      remains.database.discard();
      return;
    }
    const death = deathsBefore(point);
    (this.#waiting[death] ??= []).push(point);
  }

  async #die(point: CrashPoint): Promise<void> {
    this.#count(point.before === null ? { made: 1 } : { pairsMade: 1 });
    const walk = await this.#goOn(point, point.place);
    await this.#arrive(walk, point.place);
    point.remains.database.discard();
  }

  /** Opens what a crash has left, and makes the moves up to a place once more. */
  async #goOn(point: CrashPoint, place: Place): Promise<Walk> {
    const moments = new Moments(point);
    const isFragile = place === point.place && deathsBefore(point) + 1 < this.#deaths;
    moments.during(point.place, isFragile, point.isDone);
    const rig = await this.#rigs.create(point.remains, moments.see);
    const walk: Walk = { point, rig, moments };
    const way = placesOf(this.#root, place.path).slice(point.place.index + 1, place.index + 2);
    for (const at of way) {
      if (at === point.place && point.isDone) continue;
      moments.during(at, isFragile);
      await this.#make(walk, at);
    }
    return walk;
  }

  async #make(walk: Walk, place: Place): Promise<void> {
    try {
      await makeMove(walk.rig, place);
    } catch (error) {
      throw this.#different(walk, place, { error: messageOf(error) });
    }
  }

  /** A process has come to a place after a crash: it is done with, or makes all moves that any path makes from there. */
  async #arrive(walk: Walk, place: Place): Promise<void> {
    for (const point of walk.moments.take()) {
      this.#count({ pairs: 1 });
      this.#await(point);
    }
    const standing = await walk.rig.standing();
    if (standing !== null && this.#isKnown(place, standing)) return this.#rigs.release(walk.rig);
    if (place.next.size === 0) return this.#end(walk, place);
    await this.#branch(walk, place, {
      standing,
      again: () => this.#goOn(walk.point, place),
      make: async (own, next) => {
        own.moments.during(next, deathsBefore(walk.point) + 1 < this.#deaths);
        await this.#make(own, next);
        await this.#arrive(own, next);
      },
    });
  }

  #isKnown(place: Place, standing: string): boolean {
    return digestOf(standing) === place.smooth?.standing || !isNews(this.#stood, place, standing);
  }

  async #end(walk: Walk, place: Place): Promise<void> {
    const end = await endOf(this.#rigs, walk.rig);
    if (!isDeepStrictEqual(end, place.smooth?.end)) throw this.#different(walk, place, end);
    await this.#rigs.release(walk.rig);
  }

  #different({ point }: Walk, place: Place, actual: unknown): Error {
    return different(this.#rigs.setting, { point, place, actual });
  }

  #count(more: Partial<Crashes>): void {
    const { points, made, pairs, pairsMade } = this.#crashes;
    this.#crashes = {
      points: points + (more.points ?? 0),
      made: made + (more.made ?? 0),
      pairs: pairs + (more.pairs ?? 0),
      pairsMade: pairsMade + (more.pairsMade ?? 0),
    };
  }
}

/** A process that no crash came before. */
interface SmoothWalk {
  readonly rig: Rig;
  readonly moments: Moments;
}

/** A process that goes on after a crash. */
interface Walk extends SmoothWalk {
  readonly point: CrashPoint;
}

interface Branching<Kind extends SmoothWalk> {
  /** How the process stands; null if that cannot be told. */
  readonly standing: string | null;
  readonly again: () => Promise<Kind>;
  readonly make: (walk: Kind, next: Place) => Promise<void>;
}

function deathsBefore({ before }: CrashPoint): number {
  return before === null ? 0 : 1 + deathsBefore(before);
}

/** Adds a text to those of a place; false if it was there. */
function isNews(texts: Map<Place, Set<string>>, place: Place, text: string): boolean {
  const known = texts.get(place) ?? new Set();
  const digest = digestOf(text);
  if (known.has(digest)) return false;
  texts.set(place, known.add(digest));
  return true;
}

// There are tens of thousands of them, of several KB each.
function digestOf(text: string): string {
  return hash("sha256", text, "base64url");
}

function different(
  setting: Setting,
  { point, place, actual }: { point: CrashPoint; place: Place; actual: unknown },
): Error {
  const { name, steps } = place.path;
  const moves = steps.map(({ move }) => move);
  const crashes = point.before === null ? [point] : [point.before, point];
  const when = crashes.map((crash) => whenOf(crash)).join(", and another ");
  const end = place.smooth?.end ?? null;
  const without = end === null ? "it goes on" : `it ends as ${literal(end)}`;
  return failure(setting, `${name}, with a crash ${when}`, {
    what: `it ends as ${literal(actual)}, without the crash ${without}`,
    // The last one first, so that it does not move the place of the other.
    moves: crashes.toReversed().reduce(withCrash, moves),
    expects:
      end === null
        ? []
        : [
            `expect(seen.state).toBe(${literal(end.state)});`,
            `expect(seen.ledger.map(({ activity }) => activity)).toEqual(${literal(end.effects)});`,
          ],
  });
}

function whenOf({ place: { step }, boundary }: CrashPoint): string {
  const what = step === null ? "the start" : `"${wordsOf(step.move)}"`;
  if (boundary === "claimed") return `after the claim of what was lost during ${what}`;
  return `${boundary} the commit of ${what}`;
}

/** The moves with the crash as one of them. */
function withCrash(moves: readonly Move[], { place, boundary }: CrashPoint): readonly Move[] {
  const crash: Move = { kind: "crash" };
  const { step, index } = place;
  if (step === null || boundary === "after") {
    return [...moves.slice(0, index + 1), crash, ...moves.slice(index + 1)];
  }
  const { move } = step;
  const isInPlace =
    move.kind === "settle" && (move.outcome === "ok" || move.outcome === "lostReply");
  const effect: readonly Move[] = isInPlace
    ? [{ kind: "takeEffect", activityId: move.activityId }]
    : [];
  return [...moves.slice(0, index), ...effect, crash, ...moves.slice(index)];
}
