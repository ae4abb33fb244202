/**
 * A store that is watched: each error of any of its verbs is told here as well as to the caller, so that a disk that
 * is full, or fails, is noticed wherever it shows first, a read among others. One that another program holds is
 * waited for before that.
 */
import type { Clock } from "../../clock.ts";
import { isFatalToStore } from "../../errors.ts";
import type { SagaError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { patiently } from "./patient-store.ts";
import type { Patience } from "./patient-store.ts";
import { StoreGate } from "./store-gate.ts";
import type { Telemetry } from "../telemetry.ts";

export interface WatchedStoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** How long a store that another program holds is waited for. */
  readonly patienceMs: number;
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
    const { clock, patienceMs } = options;
    const patience = { clock, patienceMs, isGivenUp: () => this.gate.shut !== null };
    this.store = watched(options.store, patience, (error) => {
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
function watched(store: Store, patience: Patience, onError: (error: unknown) => void): Store {
  const verbs = new Map<PropertyKey, unknown>();
  return new Proxy(store, {
    get(target, name) {
      const known = verbs.get(name);
      if (known !== undefined) return known;
      if (typeof Reflect.get(target, name) !== "function") return Reflect.get(target, name);
      // Asked for at each call: a store may be a wrapper that changes its mind.
      const ask = (...args: unknown[]): unknown =>
        Reflect.apply(Reflect.get(target, name) as (...args: unknown[]) => unknown, target, args);
      const insist = patiently(name, ask, patience);
      const call = (...args: unknown[]): unknown => {
        const answer = insist(...args);
        // Beside the answer and not in its way: a caller waits for nothing more than the store.
        if (answer instanceof Promise) answer.catch(onError);
        return answer;
      };
      verbs.set(name, call);
      return call;
    },
  });
}
