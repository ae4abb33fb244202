/**
 * Heads: where instances stand in the file by their last commit, or as they were read, so that the next commit need not
 * look first.
 *
 * There is one writer, so the file says the same. It is still compared with it, in the update itself: a head that is
 * wrong changes no row, and then the file is asked.
 */
import { LRUCache } from "lru-cache";
import type { InstanceKey } from "../store.ts";

/** The row of an instance. */
export interface Head {
  /** Its key in the table. */
  readonly key: number;
  readonly place: number;
  /** The hash of its last journal entry. */
  readonly head: string;
}

/** As many as the runtime keeps in memory; each is some hundred bytes. */
const HEADS_MAX = 10_000;

export class Heads {
  /** By the names of the instances, of those that are surely committed. */
  readonly #known: LRUCache<string, Head>;
  /** Those of the open transaction, which may still be rolled back; null: the instance has ended. */
  readonly #found = new Map<string, Head | null>();

  constructor(max = HEADS_MAX) {
    this.#known = new LRUCache<string, Head>({ max });
  }

  /** Forgets what an earlier transaction left behind. */
  begin(): void {
    this.#found.clear();
  }

  find(name: string): Head | undefined {
    return this.#found.get(name) ?? this.#known.get(name);
  }

  /** What was read outside of a transaction. */
  note(name: string, head: Head): void {
    this.#known.set(name, head);
  }

  move(name: string, head: Head | null): void {
    this.#found.set(name, head);
  }

  /** After the transaction was committed. */
  keep(): void {
    for (const [name, head] of this.#found) {
      if (head === null) this.#known.delete(name);
      else this.#known.set(name, head);
    }
    this.#found.clear();
  }
}

/** One text for an instance; the name of a saga has no slash. */
export function nameOf({ saga, instanceId }: InstanceKey): string {
  return `${saga}/${instanceId}`;
}
