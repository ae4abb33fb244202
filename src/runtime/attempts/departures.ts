/**
 * Departures: attempts whose rows a commit under way takes away, since they have not begun. Until its outcome is
 * known they do not begin: their undo would not know of them, and would not wait for them.
 */
import type { EffectRef, InstanceKey } from "../../store/store.ts";
import { addressOf } from "../instance.ts";

export class Departures {
  readonly #hasBegun: (key: InstanceKey, ref: EffectRef) => boolean;
  /** By id of the attempt, what begins it if it stays; null until its turn has come. */
  readonly #leaving = new Map<string, (() => void) | null>();

  constructor(hasBegun: (key: InstanceKey, ref: EffectRef) => boolean) {
    this.#hasBegun = hasBegun;
  }

  /** Has effects begin no more; false if one has begun since it was decided that they are dropped. */
  letGo(key: InstanceKey, refs: readonly EffectRef[]): boolean {
    if (refs.some((ref) => this.#hasBegun(key, ref))) return false;
    for (const ref of refs) this.#leaving.set(idOf(key, ref), null);
    return true;
  }

  /** Whether the attempt is leaving; if so, `begin` is called if it stays after all. */
  holds(id: string, begin: () => void): boolean {
    if (!this.#leaving.has(id)) return false;
    this.#leaving.set(id, begin);
    return true;
  }

  /** They are not dropped after all: those that had their turn meanwhile begin. */
  stay(key: InstanceKey, refs: readonly EffectRef[]): void {
    for (const ref of refs) {
      const begin = this.#leaving.get(idOf(key, ref));
      this.forget(idOf(key, ref));
      begin?.();
    }
  }

  forget(id: string): void {
    this.#leaving.delete(id);
  }
}

/** One text for an effect. */
export function idOf(key: InstanceKey, { activityId, generation }: EffectRef): string {
  return `${addressOf(key)}/${generation}/${activityId}`;
}
