/** Records what a runtime asks of its store, call by call, so that a store can be asked the same again by nobody else. */
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { chainOfJournal, sealOfEffect, sealOfInstance } from "../../src/store/sqlite/row-seals.ts";
import type { WriteSet } from "../../src/store/store.ts";

export interface Call {
  readonly verb: keyof Store;
  readonly given: readonly unknown[];
}

type Calls = readonly Call[];

/** The store, with each call to it added to `calls`. */
export function recordingCalls(store: Store, calls: Call[]): Store {
  return overridden(store, (verb, call) => (...given) => {
    calls.push({ verb, given });
    return call(...given);
  });
}

/** Asks the store all that was asked, one after the other, as a runtime does. */
export async function callAgain(store: Store, calls: Calls): Promise<void> {
  for (const { verb, given } of calls) {
    await (store[verb] as Verb).call(store, ...given);
  }
}

/** Makes the seals and the hashes of all that was committed, as the store does. */
export function sealAgain(calls: Calls): void {
  const writeSets = calls
    .filter(({ verb }) => verb === "commit")
    .flatMap(({ given }) => given[0] as readonly WriteSet[]);
  let head = "";
  for (const { instance, journal, effectsStarted } of writeSets) {
    head = chainOfJournal(head, journal);
    sealOfInstance(instance, head);
    for (const effect of effectsStarted) sealOfEffect(instance, effect);
  }
}

/** Keeps nothing and takes no time: every commit is true at once, and no instance was there before. */
export function nullStore(): Store {
  const answers: Partial<Store> = {
    commit: (writeSets) => Promise.resolve(writeSets.map(() => "committed")),
    load: () => Promise.resolve(null),
    loadMany: (keys) => Promise.resolve(keys.map(() => null)),
  };
  return overridden(openSqlite(":memory:"), (verb, call) => {
    return (answers[verb] as typeof call | undefined) ?? call;
  });
}

type Verb = (...given: readonly unknown[]) => unknown;

function overridden(store: Store, toVerb: (verb: keyof Store, call: Verb) => Verb): Store {
  const verbs = new Map<string | symbol, unknown>();
  return new Proxy(store, {
    get(target, name) {
      if (!verbs.has(name)) {
        const value: unknown = Reflect.get(target, name);
        const isVerb = typeof value === "function" && name !== "close";
        const call = typeof value === "function" ? (value.bind(target) as Verb) : value;
        verbs.set(name, isVerb ? toVerb(name as keyof Store, call as Verb) : call);
      }
      return verbs.get(name);
    },
  });
}
