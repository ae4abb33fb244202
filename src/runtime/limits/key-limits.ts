/**
 * Limits by key: at most so many items of a key at a time, and at most so many of them in any second; the rest
 * waits in the order in which it came. Pure bookkeeping: it begins nothing and asks no clock.
 *
 * The rate is counted in a sliding window and not by a bucket, which would let twice as many through in the
 * second after a pause.
 */
import TinyQueue from "tinyqueue";

/** Infinity: without limit. */
export interface KeyLimit {
  readonly atOnce: number;
  /** In any second, however it is cut out of time. */
  readonly perSecond: number;
}

/** A limit as a saga gives it: what is left out limits nothing. */
export function toKeyLimit({
  atOnce = Number.POSITIVE_INFINITY,
  perSecond = Number.POSITIVE_INFINITY,
}: {
  readonly atOnce?: number;
  readonly perSecond?: number;
}): KeyLimit {
  return { atOnce, perSecond };
}

interface Key<Item> {
  readonly id: string;
  limit: KeyLimit;
  /** In the order in which they came. */
  readonly waiting: Set<Item>;
  running: number;
  /** When items began in the last second, in order. */
  readonly begunAtMs: number[];
}

interface Taking<Item> {
  readonly limit: KeyLimit;
  readonly item: Item;
  readonly nowMs: number;
}

interface Rest<Item> {
  readonly untilMs: number;
  readonly key: Key<Item>;
}

const WINDOW_MS = 1_000;

export class KeyLimits<Item extends object> {
  readonly #keys = new Map<string, Key<Item>>();
  readonly #keyOf = new Map<Item, Key<Item>>();
  /** Keys with items that may begin now, the one that was served longest ago first. */
  readonly #open = new Set<Key<Item>>();
  /** When keys may go on that have begun as many as they may, or may be forgotten. */
  readonly #resting = new TinyQueue<Rest<Item>>([], (a, b) => a.untilMs - b.untilMs);
  #waiting = 0;

  /** How many items wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** Lets an item wait for its turn. A key goes by the limit that it was given last. */
  add(id: string, limit: KeyLimit, item: Item): void {
    const key = this.#keyFor(id, limit, item);
    key.waiting.add(item);
    this.#waiting += 1;
    this.#update(key);
  }

  /** Takes room for an item that came just now; false, and nothing is remembered, if it has to wait. */
  take(id: string, { limit, item, nowMs }: Taking<Item>): boolean {
    this.#wake(nowMs);
    const known = this.#keys.get(id);
    if (known !== undefined && (known.waiting.size > 0 || !hasRoom({ ...known, limit }))) {
      return false;
    }
    const key = this.#keyFor(id, limit, item);
    key.running += 1;
    this.#begun(key, nowMs);
    return true;
  }

  /** Counts an item that runs already, whether there is room for it or not. */
  count(id: string, limit: KeyLimit, item: Item): void {
    const key = this.#keyFor(id, limit, item);
    key.running += 1;
    this.#update(key);
  }

  /** The item that may begin now, which takes its room; null if there is none. Keys take turns. */
  next(nowMs: number): Item | null {
    this.#wake(nowMs);
    for (const key of this.#open) {
      const [item] = key.waiting;
      if (item === undefined) continue;
      key.waiting.delete(item);
      this.#waiting -= 1;
      key.running += 1;
      this.#begun(key, nowMs);
      return item;
    }
    return null;
  }

  /** Gives back the room of an item that is over, or lets go of one that waits. One that is gone is no error. */
  release(item: Item): void {
    const key = this.#keyOf.get(item);
    if (key === undefined) return;
    this.#keyOf.delete(item);
    if (key.waiting.delete(item)) this.#waiting -= 1;
    else key.running -= 1;
    this.#update(key);
  }

  /** The key that an item waits for, or null if it does not wait. */
  waitsFor(item: Item): string | null {
    const key = this.#keyOf.get(item);
    return key?.waiting.has(item) === true ? key.id : null;
  }

  /** The key that an item waits for, and its place there, from 1; null if it does not wait. */
  placeOf(item: Item): { readonly id: string; readonly position: number } | null {
    const key = this.#keyOf.get(item);
    if (key === undefined || !key.waiting.has(item)) return null;
    let position = 0;
    for (const waiting of key.waiting) {
      position += 1;
      if (waiting === item) break;
    }
    return { id: key.id, position };
  }

  /** When to ask for the next item again though nothing was released; null if that is of no use. */
  wakeAtMs(): number | null {
    if (this.#waiting === 0) return null;
    return this.#resting.peek()?.untilMs ?? null;
  }

  #keyFor(id: string, limit: KeyLimit, item: Item): Key<Item> {
    const key = this.#keys.get(id) ?? { id, limit, waiting: new Set(), running: 0, begunAtMs: [] };
    this.#keys.set(id, key);
    key.limit = limit;
    this.#keyOf.set(item, key);
    return key;
  }

  #begun(key: Key<Item>, nowMs: number): void {
    if (key.limit.perSecond !== Number.POSITIVE_INFINITY) {
      key.begunAtMs.push(nowMs);
      this.#resting.push({ untilMs: nowMs + WINDOW_MS, key });
    }
    this.#open.delete(key);
    this.#update(key);
  }

  #wake(nowMs: number): void {
    for (let next = this.#resting.peek(); next && next.untilMs <= nowMs;) {
      this.#resting.pop();
      forgetBefore(next.key, nowMs - WINDOW_MS);
      this.#update(next.key);
      next = this.#resting.peek();
    }
  }

  #update(key: Key<Item>): void {
    const isOpen = key.waiting.size > 0 && hasRoom(key);
    if (isOpen) this.#open.add(key);
    else this.#open.delete(key);
    const isIdle = key.waiting.size === 0 && key.running === 0 && key.begunAtMs.length === 0;
    if (isIdle && this.#keys.get(key.id) === key) this.#keys.delete(key.id);
  }
}

function hasRoom({ running, begunAtMs, limit }: Omit<Key<object>, "waiting">): boolean {
  return running < limit.atOnce && begunAtMs.length < limit.perSecond;
}

/** Forgets what began up to `atMs`: a second is over when it has passed whole. */
function forgetBefore({ begunAtMs }: Key<object>, atMs: number): void {
  const kept = begunAtMs.findIndex((begunMs) => begunMs > atMs);
  begunAtMs.splice(0, kept === -1 ? begunAtMs.length : kept);
}
