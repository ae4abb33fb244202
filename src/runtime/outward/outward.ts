/**
 * Outward: what a committed step asks of others than its own instance. Messages go to their receivers, actions are
 * performed, actors are hosted, and what is emitted or logged is told.
 */
import type { Clock } from "../../clock.ts";
import type { InstanceKey, Store } from "../../store/store.ts";
import { ActionRunner } from "./action-runner.ts";
import { Courier } from "./courier.ts";
import { Emitted } from "./emitted.ts";
import type { Insistence } from "../insistence.ts";
import { LiveActors } from "./live-actors.ts";
import type { Mover } from "../mover.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Prepared } from "../decisions/write-set.ts";

export interface OutwardOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly mover: Mover;
  readonly insistence: Insistence;
}

export class Outward {
  /** Those who listen to what charts emit. */
  readonly emitted: Emitted;
  readonly #telemetry: Telemetry;
  readonly #courier: Courier;
  readonly #actions: ActionRunner;
  readonly #live: LiveActors;

  constructor(options: OutwardOptions) {
    const emitted = new Emitted(options.telemetry);
    const courier = new Courier(options);
    this.emitted = emitted;
    this.#telemetry = options.telemetry;
    this.#courier = courier;
    this.#actions = new ActionRunner({ ...options, onSent: (to) => courier.resume(to) });
    this.#live = new LiveActors({
      ...options,
      onEmitted: (instance, event) => emitted.publish(instance, event),
    });
  }

  /** Goes on with what an earlier process has left. */
  begin(): void {
    void this.#courier.begin();
    void this.#actions.begin();
    void this.#live.begin();
  }

  committed(prepared: Prepared): void {
    this.#tell(prepared);
    this.#courier.committed(prepared);
    this.#actions.committed(prepared);
    this.#live.committed(prepared);
  }

  /** Goes on with what waited for an instance that held still. */
  resume(key: InstanceKey): void {
    this.#courier.resume(key);
    this.#actions.resume(key);
  }

  /** Hosts nothing any more. */
  stop(): void {
    this.#live.close();
  }

  /** Waits for actions that run, up to `graceMs`. */
  close(graceMs: number): Promise<void> {
    this.stop();
    return this.#actions.close(graceMs);
  }

  #tell({ next, decision }: Prepared): void {
    const { saga, instanceId, correlationId } = next.record;
    for (const effect of decision.step.effects) {
      if (effect.kind === "emit") this.emitted.publish(next, effect.event);
      if (effect.kind !== "log") continue;
      const facts = { value: effect.value };
      const text = effect.label ?? "";
      const ids = { saga, instanceId, correlationId };
      this.#telemetry({ kind: "note", ...ids, level: "info", facts, text });
    }
  }
}
