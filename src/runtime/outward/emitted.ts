/**
 * Emitted events: what charts emit, for those in this process who listen. The journal keeps them; who must not
 * miss any reads that.
 */
import type { EventObject } from "xstate";
import type { Instance } from "../instance.ts";
import type { Telemetry } from "../telemetry.ts";

/** An event that an instance emitted. */
export interface EmittedEvent {
  readonly saga: string;
  readonly instanceId: string;
  /** The revision that emitted it. */
  readonly revision: number;
  readonly correlationId: string;
  readonly event: EventObject;
}

/** Called after the commit, in the order of commits of each instance. */
export type EmittedListener = (emitted: EmittedEvent) => void;

interface Listener {
  readonly saga: string;
  /** Type of the event, or `*` for all. */
  readonly type: string;
  readonly listener: EmittedListener;
}

export class Emitted {
  readonly #listeners = new Set<Listener>();
  readonly #telemetry: Telemetry;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  /** Gives back what ends the listening. */
  on(saga: string, type: string, listener: EmittedListener): () => void {
    const one = { saga, type, listener };
    this.#listeners.add(one);
    return () => this.#listeners.delete(one);
  }

  publish({ record }: Instance, event: EventObject): void {
    const { saga, instanceId, revision, correlationId } = record;
    for (const one of this.#listeners) {
      if (one.saga !== saga || (one.type !== "*" && one.type !== event.type)) continue;
      try {
        one.listener({ saga, instanceId, revision, correlationId, event });
      } catch (error) {
        const facts = { event: event.type, error };
        const text = "a listener of emitted events threw";
        this.#telemetry({
          kind: "note",
          saga,
          instanceId,
          correlationId,
          level: "error",
          facts,
          text,
        });
      }
    }
  }
}
