/**
 * Facts about other instances that a step turns on. A step is prepared without waiting, since it may be inside a
 * transaction: what it misses is looked up afterwards, and then it is prepared again.
 */
import type { InstanceKey } from "../store/store.ts";
import { addressOf } from "./instance.ts";

/** Where facts are found. */
export interface FactSource {
  readonly exists: (key: InstanceKey) => Promise<boolean>;
  readonly findSystemId: (root: InstanceKey, systemId: string) => Promise<InstanceKey | null>;
}

/** Thrown by a look at a fact that is not known yet. */
export class Missing extends Error {
  readonly lookUp: () => Promise<void>;

  constructor(name: string, lookUp: () => Promise<void>) {
    super(`it is not known yet: ${name}`);
    this.lookUp = lookUp;
  }
}

export class Facts {
  readonly #source: FactSource;
  // Most decisions turn on nobody else.
  #known: Map<string, unknown> | null = null;

  constructor(source: FactSource) {
    this.#source = source;
  }

  exists(key: InstanceKey): boolean {
    return this.#look(`exists ${addressOf(key)}`, () => this.#source.exists(key));
  }

  findSystemId(root: InstanceKey, systemId: string): InstanceKey | null {
    return this.#look(`system id ${addressOf(root)} ${systemId}`, () =>
      this.#source.findSystemId(root, systemId),
    );
  }

  #look<Fact>(name: string, find: () => Promise<Fact>): Fact {
    const known = (this.#known ??= new Map());
    if (known.has(name)) return known.get(name) as Fact;
    throw new Missing(name, async () => void known.set(name, await find()));
  }
}

/** What `work` gives once it knows all that it asks for: at once, if nothing is missing. */
export function untilKnown<Result>(work: () => Result): Result | Promise<Result> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return error.lookUp().then(() => untilKnown(work));
  }
}
