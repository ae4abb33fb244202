/**
 * Chance for a simulation: one seed, and for each thing that is left to chance a stream of its own. So a class of
 * faults can be switched off, and all else is drawn as before.
 */
import { seeded } from "../crash/seeded.ts";

export class Chance {
  readonly seed: number;
  readonly #streams = new Map<string, () => number>();

  constructor(seed: number) {
    this.seed = seed;
  }

  /** From 0 up to 1. */
  draw(stream: string): number {
    let next = this.#streams.get(stream);
    if (next === undefined) {
      next = seeded(mixed(this.seed, stream));
      this.#streams.set(stream, next);
    }
    return next();
  }

  isLikely(stream: string, probability: number): boolean {
    return this.draw(stream) < probability;
  }

  /** An integer from `least` to `most`. */
  between(stream: string, least: number, most: number): number {
    return least + Math.floor(this.draw(stream) * (most - least + 1));
  }

  pick<Item>(stream: string, items: readonly Item[]): Item {
    return items[Math.floor(this.draw(stream) * items.length)] as Item;
  }
}

/** FNV-1a, so that neighbouring seeds have nothing in common. */
function mixed(seed: number, stream: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < stream.length; index += 1) {
    hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193);
  }
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ seed;
}
