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
 * - A process that stands as the one without a crash (the same rows, world, and what it waits for) goes on like it. One
 *   that stands as another one did after a crash at the same place of the tree goes on like that one: from there on all
 *   moves that any path makes were made, or are about to be. How many commits it took, and how late it is, does not
 *   matter; why not, says `likeness.ts`. What is left of a timer, a lease or a lapse does.
 * - Where paths part, one process goes on, and each other branch gets a *twin* of it: opened on its rows, as if none of its
 *   attempts had begun. One that does not stand as it did is not taken, and all moves are made again. So that no twin
 *   hides what it should show, each place that no crash comes before is compared with the chart.
 *
 * So a moment is left out only if it leads, with the same moves, to where another one was gone on with; a bug that shows
 * late, or on one branch, or after two crashes shows on that one. What is taken for granted is that nothing decides what
 * comes next but what `Rig.standing` tells; the random moves do not take it for granted. Some processes part from their
 * path after a crash, for a good reason; they are judged by their journals (`crash-parting.ts`), counted, and let go of.
 */
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AnySaga } from "../saga/define.ts";
import type { Evidence } from "./audit.ts";
import { different } from "./crash-difference.ts";
import { partingOf } from "./crash-parting.ts";
import type { Parting } from "./crash-parting.ts";
import { placesOf, treeOf } from "./crash-tree.ts";
import type { Place } from "./crash-tree.ts";
import { endOf, makeMove, makeSmoothly, Moments } from "./crash-walk.ts";
import type { CrashPoint, Mark } from "./crash-walk.ts";
import type { Path } from "./paths.ts";
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
  /** How many were looked at by their journals instead: an undo had to wait, and timers fired in another order. */
  readonly parted: number;
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

const NONE: Crashes = { points: 0, made: 0, pairs: 0, pairsMade: 0, parted: 0 };

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
      standing: standing === null ? null : digestOf(standing.likeness),
      end: await endOf(this.#rigs, walk.rig),
    };
    await this.#compare(walk.rig, place);
    if (isLast) await this.#rigs.release(walk.rig);
    await this.#branch(walk, place, {
      standing: standing?.text ?? null,
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
      const own: Kind | null = live ?? (await this.#twin(walk, twin, mark)) ?? (await again());
      live = null;
      if (own !== null) await make(own, next);
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
    const told = remains.database.tell(remains.nowMs);
    const text =
      told === null ? null : JSON.stringify([isDone, remains.nowMs, remains.ledger, told]);
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
    if (walk !== null) await this.#arrive(walk, point.place);
    point.remains.database.discard();
  }

  /** Opens what a crash has left, and makes the moves up to a place once more. Null if it parts from the path. */
  async #goOn(point: CrashPoint, place: Place): Promise<Walk | null> {
    const moments = new Moments(point);
    const isFragile = place === point.place && deathsBefore(point) + 1 < this.#deaths;
    moments.during(point.place, isFragile, point.isDone);
    const rig = await this.#rigs.create(point.remains, moments.see);
    const walk: Walk = { point, rig, moments, isLate: false };
    const way = placesOf(this.#root, place.path).slice(point.place.index + 1, place.index + 2);
    for (const at of way) {
      if (at === point.place && point.isDone) continue;
      moments.during(at, isFragile);
      if (!(await this.#make(walk, at))) return null;
    }
    return walk;
  }

  /** False if the move cannot be made, since it has parted from the path. */
  async #make(walk: Walk, place: Place): Promise<boolean> {
    try {
      await makeMove(walk.rig, place);
      return true;
    } catch (error) {
      const before = placesOf(this.#root, place.path)[place.index] ?? place;
      await this.#part(walk, [before, place], { error: messageOf(error) });
      return false;
    }
  }

  /** @throws {Error} unless it has parted from the path. */
  async #part(walk: Walk, places: readonly [Place, ...Place[]], actual: unknown): Promise<void> {
    const isLate = walk.isLate || places.every((place) => this.#isLate(walk, place));
    const parting = isLate ? await this.#partingOf(walk, places) : [];
    if (parting !== "parted") {
      const place = places.at(-1) as Place;
      throw different(this.#rigs.setting, { point: walk.point, place, actual, wrong: parting });
    }
    this.#count({ parted: 1 });
    await this.#rigs.release(walk.rig);
  }

  async #partingOf({ rig }: Walk, places: readonly Place[]): Promise<Parting> {
    const paths: Evidence[] = [];
    for (const place of places) {
      const walk = await this.#walkTo(place);
      paths.push(await walk.rig.evidence());
      await this.#rigs.release(walk.rig);
    }
    return partingOf(this.#rigs.setting, await rig.evidence(), paths);
  }

  #isLate({ rig }: Walk, { step }: Place): boolean {
    return rig.nowMs !== rig.place.startMs + (step?.settled.atMs ?? 0);
  }

  /** A process has come to a place after a crash: it is done with, or makes all moves that any path makes from there. */
  async #arrive(walk: Walk, place: Place): Promise<void> {
    for (const point of walk.moments.take()) {
      this.#count({ pairs: 1 });
      this.#await(point);
    }
    const standing = await walk.rig.standing();
    if (standing !== null && this.#isKnown(place, standing.likeness)) {
      return this.#rigs.release(walk.rig);
    }
    walk.isLate ||= this.#isLate(walk, place);
    const end = await endOf(this.#rigs, walk.rig);
    if (!isDeepStrictEqual(end, place.smooth?.end)) return this.#part(walk, [place], end);
    if (place.next.size === 0) return this.#rigs.release(walk.rig);
    await this.#branch(walk, place, {
      standing: standing?.text ?? null,
      again: async () => {
        const own = await this.#goOn(walk.point, place);
        return own === null ? null : { ...own, isLate: walk.isLate };
      },
      make: async (own, next) => {
        own.moments.during(next, deathsBefore(walk.point) + 1 < this.#deaths);
        if (await this.#make(own, next)) await this.#arrive(own, next);
      },
    });
  }

  #isKnown(place: Place, likeness: string): boolean {
    return digestOf(likeness) === place.smooth?.standing || !isNews(this.#stood, place, likeness);
  }

  #count(more: Partial<Crashes>): void {
    const { points, made, pairs, pairsMade, parted } = this.#crashes;
    this.#crashes = {
      points: points + (more.points ?? 0),
      made: made + (more.made ?? 0),
      pairs: pairs + (more.pairs ?? 0),
      pairsMade: pairsMade + (more.pairsMade ?? 0),
      parted: parted + (more.parted ?? 0),
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
  /** Whether it came to a place at another time than the path does. */
  isLate: boolean;
}

interface Branching<Kind extends SmoothWalk> {
  /** How the process stands; null if that cannot be told. */
  readonly standing: string | null;
  readonly again: () => Promise<Kind | null>;
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
