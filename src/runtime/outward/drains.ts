/**
 * Drains: what stands in a table for an instance is taken in order, by one drain at a time for each instance.
 * Whoever adds to the table wakes the drain; the table has the truth, and memory only who is to be looked at.
 */
import type { InstanceKey } from "../../store/store.ts";
import { addressOf } from "../instance.ts";

/** Drains at the same time; the others wait for their turn. One that insists on a faulted chart keeps its place. */
export const DRAINS_MAX = 1_000;

export class Drains {
  readonly #drain: (key: InstanceKey) => Promise<void>;
  readonly #waiting = new Map<string, InstanceKey>();
  /** True: woken again since the drain began to look. */
  readonly #running = new Map<string, boolean>();

  /** `drain` takes all that it finds, and does not throw. */
  constructor(drain: (key: InstanceKey) => Promise<void>) {
    this.#drain = drain;
  }

  wake(key: InstanceKey): void {
    const address = addressOf(key);
    if (this.#running.has(address)) this.#running.set(address, true);
    else this.#waiting.set(address, key);
    this.#next();
  }

  #next(): void {
    for (const [address, key] of this.#waiting) {
      if (this.#running.size >= DRAINS_MAX) return;
      this.#waiting.delete(address);
      this.#running.set(address, false);
      void this.#run(address, key);
    }
  }

  async #run(address: string, key: InstanceKey): Promise<void> {
    do {
      this.#running.set(address, false);
      await this.#drain(key);
    } while (this.#running.get(address) === true);
    this.#running.delete(address);
    this.#next();
  }
}

/** Entries that a page reads after a start. */
const PAGE = 500;

/** Walks through all entries of a table in order, a page at a time. */
export async function eachEntry<Entry extends { readonly position: number }>(
  find: (page: { afterPosition: number; limit: number }) => Promise<readonly Entry[]>,
  visit: (entry: Entry) => void | Promise<void>,
): Promise<void> {
  for (let afterPosition = 0; ;) {
    const page = await find({ afterPosition, limit: PAGE });
    for (const entry of page) await visit(entry);
    if (page.length < PAGE) return;
    afterPosition = page.at(-1)?.position ?? afterPosition;
  }
}
