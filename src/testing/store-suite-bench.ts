/** What the store suite runs on: a store at a fresh location, closed when its test is over. */
import { onTestFinished } from "vitest";
import type { InstanceKey, Store } from "../store/store.ts";
import type { UserRows } from "./store-suite-transactions.ts";

// More than any test commits.
const JOURNAL_ENTRIES_MAX = 1_000_000;

export interface StoreUnderTest {
  /** Opens the data at a location. The suite closes it before it opens the same location again. */
  readonly open: (location: string) => Store | Promise<Store>;
  /** A location of its own for each test, with nothing in it yet. */
  readonly freshLocation: () => string | Promise<string>;
  /** False for a store that ends when it is closed: the claims about a reopened one are left out. */
  readonly isDurable: boolean;
  /** Left out for a store without `commitWith`: the claims about it are left out too. */
  readonly userRows?: UserRows;
}

export interface Bench {
  readonly store: Store;
  /** Closes the store and opens its location again, which makes another owner, as a restart does. */
  readonly reopen: () => Promise<Store>;
}

export async function openBench(underTest: StoreUnderTest): Promise<Bench> {
  const location = await underTest.freshLocation();
  const opened: Store[] = [];
  // `close` is idempotent, so those that the test closed itself do no harm.
  onTestFinished(async () => {
    for (const store of opened) await store.close();
  });
  const open = async (): Promise<Store> => {
    const store = await underTest.open(location);
    opened.push(store);
    return store;
  };

  const store = await open();
  return {
    store,
    async reopen() {
      for (const earlier of opened) await earlier.close();
      return open();
    },
  };
}

/** All that a store tells about one instance, to compare whole. */
export async function contentsOf(store: Store, key: InstanceKey, eventIds: readonly string[] = []) {
  return {
    stored: await store.load(key),
    journal: await store.readJournal(key, { afterRevision: 0, limit: JOURNAL_ENTRIES_MAX }),
    answers: await Promise.all(eventIds.map((eventId) => store.findAnswer(key, eventId))),
  };
}
