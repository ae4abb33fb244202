/**
 * The action runner: performs the authors' own actions after their commit, in order for each instance, at least
 * once, always with the same key. One that fails makes its instance visibly stuck, and is tried again until it succeeds.
 */
import type { EventObject } from "xstate";
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import { decode, encode } from "../../saga/codec.ts";
import type { Action } from "../../saga/define.ts";
import { inertRef } from "../../saga/ref.ts";
import type { MessageRecord, StoredAction } from "../../store/family.ts";
import type { InstanceKey, Store } from "../../store/store.ts";
import { Drains, eachEntry } from "./drains.ts";
import type { Insistence } from "../insistence.ts";
import type { Instance } from "../instance.ts";
import type { Mover, Taken } from "../mover.ts";
import { checkMoves } from "../decisions/operate.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Prepared } from "../decisions/write-set.ts";

export interface ActionRunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly mover: Pick<Mover, "find" | "deliver">;
  readonly insistence: Insistence;
  readonly telemetry: Telemetry;
  /** Has messages of actions delivered that were committed. */
  readonly onSent: (to: InstanceKey) => void;
}

/** Actions read at a time. */
const PAGE = 50;

interface Finished {
  readonly position: number;
  readonly sent: readonly MessageRecord[];
}

export class ActionRunner {
  readonly #options: ActionRunnerOptions;
  readonly #drains = new Drains((key) => this.#options.insistence.until(() => this.#drain(key)));
  readonly #controller = new AbortController();
  #finished: { one: Finished; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #running = 0;
  #open = true;
  #idle: (() => void)[] = [];

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
  }

  /** Performs what an earlier process has left. */
  begin(): Promise<void> {
    const { store, insistence } = this.#options;
    return insistence.until(() =>
      eachEntry(
        (page) => store.findActions(page),
        ({ saga, instanceId }) => this.#drains.wake({ saga, instanceId }),
      ),
    );
  }

  committed({ writeSet, next }: Prepared): void {
    if (writeSet.actionsAsked.length > 0) this.resume(next.record);
  }

  /** Performs what waited for an instance to go on. */
  resume({ saga, instanceId }: InstanceKey): void {
    this.#drains.wake({ saga, instanceId });
  }

  /** Begins no more, waits for running actions up to `graceMs`, and then tells them that the process stops. */
  async close(graceMs: number): Promise<void> {
    this.#open = false;
    if (this.#running === 0) return;
    const { clock } = this.#options;
    const cancel = clock.schedule(graceMs, () => {
      this.#controller.abort(new Error("the process is stopping"));
      for (const resolve of this.#idle.splice(0)) resolve();
    });
    await new Promise<void>((resolve) => this.#idle.push(resolve));
    cancel();
  }

  async #drain(key: InstanceKey): Promise<void> {
    const { store, insistence } = this.#options;
    while (insistence.isOpen) {
      const actions = await store.readActions(key, PAGE);
      for (const action of actions) {
        if (!this.#open) return;
        const deliver = (): Promise<Taken> => this.#counted(() => this.#perform(key, action));
        const how = await insistence.on({ key, what: "action", isKept: true, deliver });
        if (how !== "done") return;
      }
      if (actions.length < PAGE) return;
    }
  }

  /** Until it is taken off: an action that was performed must not be so again for a process that closes. */
  async #counted(perform: () => Promise<Taken>): Promise<Taken> {
    this.#running += 1;
    try {
      return await perform();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #perform(key: InstanceKey, action: StoredAction): Promise<Taken> {
    const { mover, clock, telemetry } = this.#options;
    const instance = await mover.find(key);
    checkMoves(instance);
    const { correlationId, fault } = instance.record;
    const begunAt = clock.monotonic();
    const sent: MessageRecord[] = [];
    const failure = await this.#call(instance, action, sent).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const durationMs = clock.monotonic() - begunAt;
    const { type, idempotencyKey } = action;
    const facts = { ...key, correlationId, action: type, idempotencyKey, durationMs };
    telemetry({ kind: "acted", ...facts, error: failure });
    if (failure !== null) {
      await mover.deliver(key, { kind: "action", action: type, failure });
      return "faulted";
    }
    // Before the action is taken off: nobody would come back to an instance that is stuck for nothing.
    if (fault !== null) await mover.deliver(key, { kind: "action", action: type, failure: null });
    await this.#finish({ position: action.position, sent });
    if (sent.length > 0) this.#options.onSent(key);
    return "taken";
  }

  async #call(
    { chart, record }: Instance,
    action: StoredAction,
    sent: MessageRecord[],
  ): Promise<void> {
    const { type, idempotencyKey, traceparent } = action;
    const params = decode(action.params);
    const given = chart.saga.actions[type] as Action<unknown> | undefined;
    if (given !== undefined) {
      await given({
        params,
        idempotencyKey,
        signal: this.#controller.signal,
        correlationId: record.correlationId,
        traceparent,
        log: this.#logOf(record, type),
      });
      return;
    }
    const drawn = (chart.saga.machine.implementations.actions as Record<string, unknown>)[type];
    if (typeof drawn !== "function") {
      throw new SagaError("SAGA_CHART_INVALID", `action "${type}" is not in the chart any more`);
    }
    await (drawn as DrawnAction)(toFacts(action, record, sent), params);
  }

  #logOf({ saga, instanceId, correlationId }: Instance["record"], action: string) {
    const at =
      (level: "debug" | "info" | "warn" | "error") =>
      (facts: object, text = ""): void =>
        this.#options.telemetry({
          kind: "note",
          saga,
          instanceId,
          correlationId,
          level,
          facts: { action, ...facts },
          text,
        });
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  /** All that finish in one turn of the event loop share one transaction. */
  #finish(one: Finished): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finished.push({ one, resolve, reject });
      if (this.#finished.length === 1) {
        this.#options.clock.endOfTurn(() => void this.#flush());
      }
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#finished.splice(0);
    try {
      await this.#options.store.finishActions(batch.map(({ one }) => one));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

type DrawnAction = (facts: object, params: unknown) => void | Promise<void>;

/** What XState gives an action, as it was when the action was asked for. What it sends to itself is kept with its end. */
function toFacts(
  { seen, traceparent }: StoredAction,
  { saga, instanceId }: InstanceKey,
  sent: MessageRecord[],
): object {
  const { context, event } = (seen === null ? {} : decode(seen)) as {
    context?: unknown;
    event?: unknown;
  };
  const key = { saga, instanceId };
  const self = Object.assign(inertRef({ kind: "self" }, { id: instanceId }), {
    send: (told: EventObject) => {
      const kind = "event" as const;
      sent.push({ from: key, to: key, kind, about: null, event: encode(told), traceparent });
    },
  });
  return { context, event, self, system: self.system };
}
