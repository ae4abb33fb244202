/** What a rig compares: rows of a store that tells no more than its port, and ids that are the same in each run. */
import type { Store } from "../store/store.ts";

/** What decides what comes next, as far as the port tells; null if there is more. */
export async function storedText(
  store: Store,
  { saga, instanceId }: { saga: string; instanceId: string },
): Promise<string | null> {
  const stored = await store.load({ saga, instanceId });
  const limit = 1;
  const messages = await store.findMessages({ afterPosition: 0, limit });
  const actions = await store.findActions({ afterPosition: 0, limit });
  return messages.length + actions.length > 0 ? null : JSON.stringify(stored);
}

/** So that what comes of them can be compared. */
export class CountedIds {
  #count = 0;

  uuid(): string {
    this.#count += 1;
    return `id-${this.#count}`;
  }
}
