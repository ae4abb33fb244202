/**
 * The preparer: brings a decision about an instance to rows, with all that has to be found out for that.
 */
import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { toFault } from "./decisions/decide.ts";
import type { Decision } from "./decisions/decide.ts";
import { Facts, Missing, untilKnown } from "./facts.ts";
import type { FactSource } from "./facts.ts";
import { momentAfter } from "./instance.ts";
import type { Instance, Instances } from "./instance.ts";
import { prepareWithKin } from "./kinship.ts";
import type { Relations } from "./kinship.ts";
import type { Releases } from "./attempts/places.ts";
import type { Registry } from "./registry.ts";
import type { Prepared, WorkerFacts } from "./decisions/write-set.ts";

export interface PreparerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly instances: Instances;
  readonly registry: Registry;
  readonly worker: WorkerFacts & Releases;
}

export class Preparer {
  readonly #options: PreparerOptions;
  readonly #source: FactSource;
  readonly #chartOf: Relations["chartOf"];

  constructor(options: PreparerOptions) {
    const { instances, store, registry } = options;
    this.#options = options;
    this.#source = {
      exists: (key) => instances.exists(key),
      findSystemId: (root, systemId) => store.findSystemId(root, systemId),
    };
    this.#chartOf = (saga, version) => registry.chart(saga, version);
  }

  /** For one decision: what was found out holds as long as its instance stands still. */
  relations(): Relations {
    const facts = new Facts(this.#source);
    return { facts, chartOf: this.#chartOf, worker: this.#options.worker };
  }

  prepare(
    before: Instance,
    decision: Decision,
    eventId: string | null,
    relations: Relations,
  ): Prepared {
    const { chart, record: origin } = before;
    const moment = momentAfter(before, this.#options.clock.now());
    return prepareWithKin({ decision, before, eventId }, { chart, moment, origin }, relations);
  }

  /** A context that cannot be stored is a fault of the chart like a guard that throws. */
  orFault(
    before: Instance,
    decision: Decision,
    eventId: string | null,
    relations: Relations,
  ): Prepared {
    try {
      return this.prepare(before, decision, eventId, relations);
    } catch (error) {
      if (error instanceof Missing) throw error;
      return this.prepare(before, toFault(before, decision, error), eventId, relations);
    }
  }

  known(
    before: Instance,
    decision: Decision,
    eventId: string | null = null,
  ): Prepared | Promise<Prepared> {
    const relations = this.relations();
    return untilKnown(() => this.orFault(before, decision, eventId, relations));
  }
}
