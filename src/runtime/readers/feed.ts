/**
 * The feed: committed events of all instances as they come, for whoever follows them.
 *
 * A follower holds a position in the journal and nothing else. It reads a page when it asks for one, so it is
 * as slow as it likes; when it has read all it sleeps until something that it follows has moved. Nobody polls.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import type { Phase } from "../../saga/phase.ts";
import type { FeedPage, InstanceKey, Store } from "../../store/store.ts";
import { addressOf } from "../instance.ts";
import { toJournalView } from "./journal-view.ts";
import type { JournalView } from "./journal-view.ts";

/** Which committed events to follow; whatever is left out does not matter. */
export interface FeedFilter {
  readonly saga?: string;
  /** Only together with `saga`. */
  readonly instanceId?: string;
  /** The phase that the event led to. */
  readonly phase?: Phase;
}

export interface FollowOptions {
  /**
   * Ms between two looks into the journal while much happens, default 0: as it comes. The first event after a
   * silence is told at once, and those that come within the time are told together.
   */
  readonly everyMs?: number;
}

/** A committed event with its place among those of all instances. */
export interface FeedView extends InstanceKey {
  readonly position: number;
  readonly entry: JournalView;
}

/** Each may be a socket, and each looks into the journal when something moves. */
export const FOLLOWERS_MAX = 1_000;
/** Entries that a page looks at: with those of other followers they share one turn of the event loop. */
export const FEED_PAGE_MAX = 100;

type Views = Omit<FeedPage, "entries"> & { readonly entries: readonly FeedView[] };

export class Feed {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #followers = new Map<string, Set<Follower>>();
  /** What moved in this turn of the event loop. */
  readonly #moved = new Set<string>();
  /** Pages that were read in this turn: those who follow the same from the same position share them. */
  readonly #pages = new Map<string, Promise<Views>>();
  #size = 0;
  #isOpen = true;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** How many follow. */
  get size(): number {
    return this.#size;
  }

  /**
   * Follows from a position on, by default the last one.
   *
   * @throws {SagaError} SAGA_STREAMS_FULL, or SAGA_REQUEST_INVALID for a position that is not reached yet.
   */
  async follow(
    filter: FeedFilter,
    afterPosition?: number,
    { everyMs = 0 }: FollowOptions = {},
  ): Promise<Follower> {
    const last = await this.#store.lastPosition();
    // What is committed up to it would never be told, such as by a database that was restored from a backup.
    if (afterPosition !== undefined && afterPosition > last) {
      throw new SagaError(
        "SAGA_REQUEST_INVALID",
        `position ${afterPosition} is not of this journal, whose last is ${last}; begin anew`,
      );
    }
    return this.#open(filter, afterPosition ?? last, everyMs);
  }

  /** Something was committed. Those who follow it are told once, at the end of this turn of the event loop. */
  moved({ saga, instanceId }: InstanceKey): void {
    if (this.#size === 0) return;
    this.#pages.clear();
    if (this.#moved.size === 0) this.#clock.endOfTurn(() => this.#wake());
    for (const filter of [{}, { saga }, { saga, instanceId }]) this.#moved.add(topicOf(filter));
  }

  /** Ends all followers, and whoever comes later. */
  close(): void {
    this.#isOpen = false;
    for (const followers of this.#followers.values()) for (const one of followers) one.close();
  }

  #open(filter: FeedFilter, afterPosition: number, everyMs: number): Follower {
    if (this.#size >= FOLLOWERS_MAX) {
      throw new SagaError(
        "SAGA_STREAMS_FULL",
        `${FOLLOWERS_MAX} streams are open already; follow several instances by one`,
      );
    }
    const topic = topicOf(filter);
    const follower = new Follower(afterPosition, {
      clock: this.#clock,
      everyMs,
      read: (position) => this.#read(filter, position),
      onClose: () => this.#leave(topic, follower),
    });
    this.#followers.set(topic, (this.#followers.get(topic) ?? new Set()).add(follower));
    this.#size += 1;
    if (!this.#isOpen) follower.close();
    return follower;
  }

  #wake(): void {
    for (const topic of this.#moved) {
      for (const follower of this.#followers.get(topic) ?? []) follower.wake();
    }
    this.#moved.clear();
  }

  #read(filter: FeedFilter, afterPosition: number): Promise<Views> {
    const address = JSON.stringify([filter.saga, filter.instanceId, filter.phase, afterPosition]);
    const known = this.#pages.get(address);
    if (known !== undefined) return known;

    if (this.#pages.size === 0) this.#clock.endOfTurn(() => this.#pages.clear());
    const page = this.#load(filter, afterPosition);
    this.#pages.set(address, page);
    return page;
  }

  async #load(filter: FeedFilter, afterPosition: number): Promise<Views> {
    const page = await this.#store.readFeed({ ...filter, afterPosition, limit: FEED_PAGE_MAX });
    const entries = page.entries.map(({ entry, ...place }) => ({
      ...place,
      entry: toJournalView(entry),
    }));
    return { ...page, entries };
  }

  #leave(topic: string, follower: Follower): void {
    const followers = this.#followers.get(topic);
    if (followers?.delete(follower) === true) this.#size -= 1;
    if (followers?.size === 0) this.#followers.delete(topic);
  }
}

export interface FollowerOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly read: (afterPosition: number) => Promise<Views>;
  readonly onClose: () => void;
}

/** One who follows. `close` it when it is of no more use, or iterate over it: then leaving the loop closes it. */
export class Follower implements AsyncIterable<readonly FeedView[]> {
  readonly #options: FollowerOptions;
  #position: number;
  #isOpen = true;
  /** Whether there may be something to read. */
  #isAwake = true;
  #onWake: () => void = () => {};
  /** Whether the last look did not see all that there was. */
  #hasMore = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #endPause: () => void = () => {};

  constructor(afterPosition: number, options: FollowerOptions) {
    this.#position = afterPosition;
    this.#options = options;
  }

  /** Up to here all was given. */
  get position(): number {
    return this.#position;
  }

  /** What was committed next, at least one event, as soon as there is one; null if the follower was closed. */
  async next(): Promise<readonly FeedView[] | null> {
    while (this.#isOpen) {
      if (!this.#isAwake) await new Promise<void>((resolve) => (this.#onWake = resolve));
      if (!this.#hasMore) await this.#pause();
      const entries = this.#isOpen ? await this.#read() : [];
      if (entries.length > 0) return entries;
    }
    return null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly FeedView[]> {
    try {
      for (let page = await this.next(); page !== null; page = await this.next()) yield page;
    } finally {
      this.close();
    }
  }

  wake(): void {
    this.#isAwake = true;
    this.#onWake();
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.onClose();
    this.#onWake();
    this.#endPause();
  }

  /** Until it is time to look again. */
  async #pause(): Promise<void> {
    const { clock, everyMs } = this.#options;
    const waitMs = this.#lookedAtMs + everyMs - clock.monotonic();
    if (waitMs <= 0 || !this.#isOpen) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(waitMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  async #read(): Promise<readonly FeedView[]> {
    // Before the look, so that what is committed meanwhile is not missed.
    this.#isAwake = false;
    this.#lookedAtMs = this.#options.clock.monotonic();
    const page = await this.#options.read(this.#position).catch((error: unknown) => {
      // The store may be closed under one that was closed itself.
      if (this.#isStillOpen()) throw error;
    });
    if (page === undefined || !this.#isStillOpen()) return [];
    const { entries, position, hasMore } = page;
    this.#hasMore = hasMore;
    if (hasMore) {
      this.#isAwake = true;
      // A long way to catch up must not hold up everybody else.
      await new Promise<void>((resolve) => this.#options.clock.endOfTurn(resolve));
    }
    this.#position = position;
    return entries;
  }

  // Asked in a function of its own, since TypeScript believes that a field stays as it was before an await.
  #isStillOpen(): boolean {
    return this.#isOpen;
  }
}

/** A filter without its phase: what moves is told by name only. The name of a saga has no slash. */
function topicOf({ saga, instanceId }: FeedFilter): string {
  if (saga === undefined) return "";
  return instanceId === undefined ? saga : addressOf({ saga, instanceId });
}
