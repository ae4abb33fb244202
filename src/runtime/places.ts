/** The places that the preparation of a step takes with the worker: given back together if nothing comes of it. */
import type { EffectRecord } from "../store/store.ts";
import type { WorkerFacts } from "./write-set.ts";

type Leased = Pick<EffectRecord, "leaseUntilMs">;

export interface Releases {
  /** Gives back the places of effects that are not going to be committed. */
  release(effects: readonly Leased[]): void;
}

export interface Places extends WorkerFacts, Releases {
  /** Gives back all that were taken through it. */
  giveBack(): void;
}

export function placesOf(worker: WorkerFacts & Releases): Places {
  const taken: Leased[] = [];
  const release = (effects: readonly Leased[]): void => {
    taken.length -= effects.filter(({ leaseUntilMs }) => leaseUntilMs !== null).length;
    worker.release(effects);
  };
  return {
    lease: () => {
      const leaseUntilMs = worker.lease();
      if (leaseUntilMs !== null) taken.push({ leaseUntilMs });
      return leaseUntilMs;
    },
    mayTakeEffect: (key, ref) => worker.mayTakeEffect(key, ref),
    isPerforming: (key, ref) => worker.isPerforming(key, ref),
    release,
    giveBack: () => release([...taken]),
  };
}
