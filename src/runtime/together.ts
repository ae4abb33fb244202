/**
 * Loads together: instances that are asked for at one time, as many are when their timers are due, come from the store
 * by one call. Each is asked for in its own mailbox, so it stands still until it is there.
 */
import type { InstanceKey, Store, StoredInstance } from "../store/store.ts";

/** More by one call gains nothing, and holds all else up for longer. */
export const LOADED_TOGETHER_MAX = 100;

interface Asked {
  readonly key: InstanceKey;
  readonly resolve: (stored: StoredInstance | null) => void;
  readonly reject: (error: unknown) => void;
}

export class Together {
  readonly #store: Pick<Store, "load" | "loadMany">;
  #asked: Asked[] = [];

  constructor(store: Pick<Store, "load" | "loadMany">) {
    this.#store = store;
  }

  /** As `Store.load`, by way of all that is asked for until the work that runs now is over. */
  load(key: InstanceKey): Promise<StoredInstance | null> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ key, resolve, reject });
      if (this.#asked.length === 1) void Promise.resolve().then(() => this.#read());
    });
  }

  #read(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let from = 0; from < asked.length; from += LOADED_TOGETHER_MAX) {
      void this.#answer(asked.slice(from, from + LOADED_TOGETHER_MAX));
    }
  }

  async #answer(asked: readonly Asked[]): Promise<void> {
    try {
      const loaded = await this.#find(asked);
      for (const [index, { resolve }] of asked.entries()) resolve(loaded[index] ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async #find(asked: readonly Asked[]): Promise<readonly (StoredInstance | null)[]> {
    const [first] = asked;
    if (asked.length === 1 && first !== undefined) return [await this.#store.load(first.key)];
    return this.#store.loadMany(asked.map(({ key }) => key));
  }
}
