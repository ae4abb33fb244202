/** The places that the preparation of a step takes with the worker: given back together if nothing comes of it. */
import type { EffectRecord, EffectRef, InstanceKey } from "../../store/store.ts";
import type { WorkerFacts } from "../decisions/write-set.ts";

type Leased = Pick<EffectRecord, "leaseUntilMs">;

export interface Releases {
  /** Gives back the places of effects that are not going to be committed. */
  release(effects: readonly Leased[]): void;
}

export class Places implements WorkerFacts, Releases {
  readonly #worker: WorkerFacts & Releases;
  readonly #taken: Leased[] = [];

  constructor(worker: WorkerFacts & Releases) {
    this.#worker = worker;
  }

  lease(): number | null {
    const leaseUntilMs = this.#worker.lease();
    if (leaseUntilMs !== null) this.#taken.push({ leaseUntilMs });
    return leaseUntilMs;
  }

  mayTakeEffect(key: InstanceKey, ref: EffectRef): boolean {
    return this.#worker.mayTakeEffect(key, ref);
  }

  isPerforming(key: InstanceKey, ref: EffectRef): boolean {
    return this.#worker.isPerforming(key, ref);
  }

  release(effects: readonly Leased[]): void {
    this.#taken.length -= effects.filter(({ leaseUntilMs }) => leaseUntilMs !== null).length;
    this.#worker.release(effects);
  }

  /** Gives back all that were taken through it. */
  giveBack(): void {
    this.release([...this.#taken]);
  }
}
