/**
 * A store that is watched: each error of any of its verbs is told here as well as to the caller, so that a disk that
 * is full, or fails, is noticed wherever it shows first, a read among others.
 */
import type { Clock } from "../clock.ts";
import { isFatalToStore } from "../errors.ts";
import type { SagaError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { StoreGate } from "./store-gate.ts";
import type { Telemetry } from "./telemetry.ts";

export interface WatchedStoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** It takes something again. */
  readonly onOpened: () => void;
  /** It has failed for good; told once, before telemetry is. */
  readonly onFailed: (error: SagaError) => void;
}

export class WatchedStore {
  /** To be used in place of the one that was given. */
  readonly store: Store;
  readonly gate: StoreGate;
  readonly #options: WatchedStoreOptions;
  #hasFailed = false;

  constructor(options: WatchedStoreOptions) {
    this.#options = options;
    this.store = watched(options.store, (error) => {
      if (isFatalToStore(error)) this.fail(error);
      else this.gate.failed(error);
    });
    this.gate = new StoreGate({ ...options, store: this.store });
  }

  /** Whoever notices first. */
  fail(error: SagaError): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.gate.close();
    this.#options.onFailed(error);
    this.#options.telemetry({ kind: "fatal", error });
  }
}

/** `onError` is called for each verb that rejects. */
function watched(store: Store, onError: (error: unknown) => void): Store {
  const verbs = new Map<PropertyKey, unknown>();
  return new Proxy(store, {
    get(target, name) {
      const known = verbs.get(name);
      if (known !== undefined) return known;
      if (typeof Reflect.get(target, name) !== "function") return Reflect.get(target, name);
      const call = (...args: unknown[]): unknown => {
        // Asked for at each call: a store may be a wrapper that changes its mind.
        const verb = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        const answer: unknown = Reflect.apply(verb, target, args);
        // Beside the answer and not in its way: a caller waits for nothing more than the store.
        if (answer instanceof Promise) answer.catch(onError);
        return answer;
      };
      verbs.set(name, call);
      return call;
    },
  });
}
