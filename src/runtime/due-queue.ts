/**
 * The due queue: what is to happen at a time, in the order of its times, and at one time in the order in which
 * it was set. The database has the truth; here is its nearest part, so that nothing is polled while nothing is
 * due and a million parked timers cost no memory.
 */
import TinyQueue from "tinyqueue";
import type { Cancel, Clock } from "../clock.ts";
import { Pace } from "./pace.ts";

export interface DueItem {
  /** Unique among all items. */
  readonly id: string;
  readonly dueAtMs: number;
}

/** A heap alone would forget which of two items of the same time came first. */
interface Queued<Item extends DueItem> {
  readonly item: Item;
  readonly sequence: number;
}

export interface DueQueueOptions<Item extends DueItem> {
  readonly clock: Clock;
  /** The items that are due first, in order, at most `limit`. */
  readonly find: (limit: number) => Promise<readonly Item[]>;
  /** Called once for each item that is due. It must not throw. Call `tried`, `remove` or `retry` when it was tried. */
  readonly onDue: (item: Item) => void;
  readonly onError: (error: unknown, retryInMs: number) => void;
  /** Items held in memory; twice as many are borne before the later half is let go. */
  readonly itemsMax?: number;
}

// Read at a time, with all else waiting: ten thousand rows and their seals take a tenth of a second.
const READ_ITEMS_MAX = 1_000;
// Node's timers stand still while a machine sleeps, and wall clocks are set: look again once a minute.
const SLEEP_MS_MAX = 60_000;
const LOAD_RETRY_MS = 1_000;
export class DueQueue<Item extends DueItem> {
  readonly #options: DueQueueOptions<Item>;
  readonly #itemsMax: number;
  /** Items that are in memory and neither due nor removed yet. */
  readonly #items = new Map<string, Queued<Item>>();
  /** Items that were handed over and are not settled yet: the store still has them. */
  readonly #handed = new Set<string>();
  /** Those of them that were not tried yet. */
  readonly #underWay = new Set<string>();
  readonly #pace = new Pace();
  /** When something was handed over last. */
  #handedAt = 0;
  #isWaking = false;
  #queue = new TinyQueue<Queued<Item>>([], byDueTime);
  #sequence = 0;
  /** All items of the store that are due up to here are in memory. */
  #knownUpToMs = -Infinity;
  #wakeAtMs = Infinity;
  #cancel: Cancel | null = null;
  #loading = false;
  #open = true;

  constructor(options: DueQueueOptions<Item>) {
    this.#options = options;
    this.#itemsMax = options.itemsMax ?? 10_000;
  }

  /** Loads the nearest items from the store. Call once before the first item is due. */
  async begin(): Promise<void> {
    await this.#load();
  }

  /** Adds an item that was just committed. */
  add(item: Item): void {
    if (item.dueAtMs > this.#knownUpToMs) return;
    this.#put(item);
    this.#letGoOfTheLatest();
    this.#sleep();
  }

  /** The item is no more: cancelled, or settled after it was handed over. */
  remove(id: string): void {
    this.#handed.delete(id);
    this.tried(id);
    const removed = this.#items.get(id);
    this.#items.delete(id);
    // Removed items stay in the heap until they come first or are many.
    if (this.#queue.length > 2 * this.#items.size + 1_000) this.#rebuild();
    if (removed !== undefined && removed.item.dueAtMs === this.#wakeAtMs) this.#sleepOn();
    this.#loadIfSpent();
  }

  /** The item was tried, and another one may be handed over. It stays with whoever has it until it is removed. */
  tried(id: string): void {
    const { clock } = this.#options;
    const { size } = this.#underWay;
    const wasFull = this.#isFull;
    if (!this.#underWay.delete(id) || !wasFull || this.#isWaking) return;
    this.#isWaking = true;
    // After the input that is ready: it goes first.
    clock.endOfTurn(() => {
      this.#isWaking = false;
      this.#pace.took(size - this.#underWay.size, clock.monotonic() - this.#handedAt);
      // What is due already need not wait for a timer, which takes a millisecond.
      this.#cancel?.();
      this.#wake();
    });
  }

  /** Hands the item over again after `delayMs`. */
  retry(item: Item, delayMs: number): void {
    this.tried(item.id);
    if (!this.#open) return;
    this.#options.clock.schedule(delayMs, () => {
      if (this.#open && this.#handed.has(item.id)) this.#options.onDue(item);
    });
  }

  close(): void {
    this.#open = false;
    this.#cancel?.();
  }

  #put(item: Item): void {
    if (this.#items.has(item.id) || this.#handed.has(item.id)) return;
    const queued = { item, sequence: this.#sequence };
    this.#sequence += 1;
    this.#items.set(item.id, queued);
    this.#queue.push(queued);
  }

  get #isFull(): boolean {
    return this.#underWay.size >= this.#pace.max;
  }

  #sleep(): void {
    if (!this.#open || this.#isFull) return;
    const next = this.#queue.peek()?.item;
    if (next === undefined || next.dueAtMs >= this.#wakeAtMs) return;
    this.#cancel?.();
    const { clock } = this.#options;
    const sleepMsMax = clock.isSteady === true ? Infinity : SLEEP_MS_MAX;
    const delayMs = Math.min(next.dueAtMs - clock.now(), sleepMsMax);
    this.#wakeAtMs = next.dueAtMs;
    this.#cancel = clock.schedule(Math.max(0, delayMs), () => this.#wake());
  }

  /** There is nothing to wake up for at the time that was set. */
  #sleepOn(): void {
    let next = this.#queue.peek();
    while (next !== undefined && !this.#items.has(next.item.id)) {
      this.#queue.pop();
      next = this.#queue.peek();
    }
    if (next?.item.dueAtMs === this.#wakeAtMs) return;
    this.#cancel?.();
    this.#wakeAtMs = Infinity;
    this.#sleep();
  }

  #wake(): void {
    this.#cancel = null;
    this.#wakeAtMs = Infinity;
    if (!this.#open) return;
    const { clock } = this.#options;
    const nowMs = clock.now();
    this.#handedAt = clock.monotonic();
    while (!this.#isFull) {
      const next = this.#queue.peek()?.item;
      if (next === undefined || next.dueAtMs > nowMs) break;
      this.#queue.pop();
      if (!this.#items.delete(next.id)) continue;
      this.#handed.add(next.id);
      this.#underWay.add(next.id);
      this.#options.onDue(next);
    }
    this.#sleep();
    this.#loadIfSpent();
  }

  #loadIfSpent(): void {
    if (this.#open && this.#items.size === 0 && this.#knownUpToMs < Infinity) void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const limit = Math.min(this.#itemsMax, READ_ITEMS_MAX) + this.#handed.size;
      // What is committed while the store looks is added by `add`, whatever its due time.
      this.#knownUpToMs = Infinity;
      const items = await this.#options.find(limit);
      for (const item of items) this.#put(item);
      const last = items.at(-1);
      // Items of the same time as the last may not all have been among the first `limit`.
      if (items.length === limit && last !== undefined) this.#knownUpToMs = last.dueAtMs - 1;
    } catch (error) {
      this.#knownUpToMs = -Infinity;
      this.#options.onError(error, LOAD_RETRY_MS);
      this.#options.clock.schedule(LOAD_RETRY_MS, () => void this.#load());
    } finally {
      this.#loading = false;
    }
    this.#sleep();
  }

  #letGoOfTheLatest(): void {
    if (this.#items.size <= 2 * this.#itemsMax) return;
    this.#rebuild();
    const kept: Queued<Item>[] = [];
    while (kept.length < this.#itemsMax) kept.push(this.#queue.pop() as Queued<Item>);
    this.#knownUpToMs = (kept.at(-1) as Queued<Item>).item.dueAtMs - 1;
    this.#items.clear();
    for (const queued of kept) this.#items.set(queued.item.id, queued);
    this.#rebuild();
  }

  #rebuild(): void {
    this.#queue = new TinyQueue<Queued<Item>>([...this.#items.values()], byDueTime);
  }
}

function byDueTime(a: Queued<DueItem>, b: Queued<DueItem>): number {
  return a.item.dueAtMs - b.item.dueAtMs || a.sequence - b.sequence;
}
