/**
 * The mover: the one path by which an instance moves. Load, decide, commit; and only then tell the worker,
 * the timers and whoever waits.
 */
import type { EventObject } from "xstate";
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import type { Chart } from "../saga/chart.ts";
import { decode, encode } from "../saga/codec.ts";
import { start } from "../saga/step.ts";
import type { Moment } from "../saga/step.ts";
import type { InstanceKey, RecordedAnswer, Store } from "../store/store.ts";
import type { Committer } from "./committer.ts";
import { decide, toFault } from "./decide.ts";
import type { Decision, Delivery } from "./decide.ts";
import { checkEvent, fingerprintOf } from "./incoming.ts";
import { addressOf } from "./instance.ts";
import type { Instance, Instances } from "./instance.ts";
import type { Mailboxes } from "./mailbox.ts";
import type { Telemetry } from "./telemetry.ts";
import { toView } from "./view.ts";
import type { InstanceView } from "./view.ts";
import { prepare, withAnswer } from "./write-set.ts";
import type { Origin, Prepared, WorkerFacts } from "./write-set.ts";

/** What the mover tells after a commit. */
export interface Committed {
  readonly prepared: Prepared;
  readonly before: Instance | null;
  readonly decision: Decision;
}

export interface MoverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly instances: Instances;
  readonly mailboxes: Mailboxes;
  readonly committer: Committer;
  readonly worker: WorkerFacts & {
    release: (effects: Prepared["writeSet"]["effectsStarted"]) => void;
  };
  readonly onCommitted: (committed: Committed) => void;
}

export interface StartRequest {
  readonly key: InstanceKey;
  readonly chart: Chart;
  /** As its schema gave it. */
  readonly input: unknown;
  readonly correlationId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Whether a delivery from inside was taken, was of no use any more, or could not be taken by the chart. */
export type Taken = "taken" | "fenced" | "faulted";

// A conflict needs another writer; with one process per file it can only be a stale cache, gone after one reload.
const TRIES_MAX = 3;

export class Mover {
  readonly #options: MoverOptions;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** Starts an instance; one of that id that was started with the same input is given as it is. */
  start(request: StartRequest): Promise<{ created: boolean; view: InstanceView }> {
    return this.#alone(request.key, async () => {
      const existing = await this.#options.instances.load(request.key);
      if (existing !== null) {
        return { created: false, view: await this.#sameStart(existing, request) };
      }

      const { chart, key, correlationId, attributes } = request;
      const nowMs = this.#options.clock.now();
      const moment: Moment = { instanceId: key.instanceId, revision: 1, nowMs };
      const event = { type: "xstate.init", input: decode(encode(request.input)) };
      const decision: Decision = {
        step: start(chart, event.input, moment),
        source: "start",
        event,
        verdict: "applied",
        timerFired: null,
        effectFinished: null,
        fault: null,
      };
      const origin: Origin = { correlationId, attributes, createdAtMs: nowMs };
      const prepared = prepare(
        chart,
        { decision, before: null, eventId: null },
        { moment, origin },
        this.#options.worker,
      );
      const outcome = await this.#commit({ prepared, before: null, decision });
      if (outcome !== "committed") throw conflict(key);
      return { created: true, view: toView(prepared.next) };
    });
  }

  /** Sends an event from outside. With an `eventId` it is applied once, however often it is sent. */
  send(
    key: InstanceKey,
    delivery: Delivery & { kind: "event" },
  ): Promise<{ repeated: boolean; view: InstanceView }> {
    return this.#alone(key, async () => {
      const { eventId, event } = delivery;
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const recorded =
          eventId === null ? null : await this.#options.store.findAnswer(key, eventId);
        if (recorded !== null) {
          return { repeated: true, view: await this.#repeated(key, event, recorded) };
        }

        const before = await this.#load(key);
        const checked = { ...delivery, event: await checkEvent(before.chart, event) };
        const moment = this.#momentAfter(before);
        const decision = decide(before, checked, moment) as Decision;
        let prepared = this.#prepare(before, decision, moment, eventId);
        const view = toView(prepared.next);
        if (eventId !== null) {
          const answer = { eventId, fingerprint: fingerprintOf(event), answer: encode(view) };
          prepared = withAnswer(prepared, answer);
        }
        const outcome = await this.#commit({ prepared, before, decision });
        if (outcome === "committed") return { repeated: false, view };
      }
      throw conflict(key);
    });
  }

  /** Takes a timer, an outcome or a lapse. */
  deliver(key: InstanceKey, delivery: Exclude<Delivery, { kind: "event" }>): Promise<Taken> {
    return this.#alone(key, async () => {
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const before = await this.#load(key);
        const moment = this.#momentAfter(before);
        const decision = decide(before, delivery, moment);
        if (decision === null) return this.#fenced(before, delivery);

        const committed = this.#prepareOrFault(before, decision, moment);
        const { fault } = committed.decision;
        // Told once; until it changes there is nothing new to commit.
        if (fault !== null && fault === before.record.fault) return "faulted";
        const outcome = await this.#commit(committed);
        if (outcome === "committed") return fault === null ? "taken" : "faulted";
        if (outcome !== "revision") return this.#fenced(before, delivery);
      }
      throw conflict(key);
    });
  }

  /** @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  async find(key: InstanceKey): Promise<Instance> {
    const instance = await this.#options.instances.load(key);
    if (instance !== null) return instance;
    throw new SagaError(
      "SAGA_INSTANCE_NOT_FOUND",
      `saga "${key.saga}" has no instance "${key.instanceId}"`,
    );
  }

  #alone<Result>(key: InstanceKey, work: () => Promise<Result>): Promise<Result> {
    return this.#options.mailboxes.post(addressOf(key), async () => {
      try {
        return await work();
      } catch (error) {
        this.#options.instances.forget(key);
        throw error;
      }
    });
  }

  // Inside its mailbox nothing else can move the instance, so what was read may be kept.
  async #load(key: InstanceKey): Promise<Instance> {
    const instance = await this.find(key);
    this.#options.instances.keep(instance);
    return instance;
  }

  #momentAfter({ record }: Instance): Moment {
    const { instanceId, revision } = record;
    return { instanceId, revision: revision + 1, nowMs: this.#options.clock.now() };
  }

  #prepare(before: Instance, decision: Decision, moment: Moment, eventId: string | null): Prepared {
    const { chart, record: origin } = before;
    return prepare(chart, { decision, before, eventId }, { moment, origin }, this.#options.worker);
  }

  /** A context that cannot be stored is a fault of the chart like a guard that throws. */
  #prepareOrFault(before: Instance, decision: Decision, moment: Moment): Committed {
    try {
      return { prepared: this.#prepare(before, decision, moment, null), before, decision };
    } catch (error) {
      const faulted = toFault(before, decision, error);
      return { prepared: this.#prepare(before, faulted, moment, null), before, decision: faulted };
    }
  }

  async #commit(committed: Committed): Promise<"committed" | "revision" | "gone" | "eventId"> {
    const { committer, instances, worker, onCommitted, clock, telemetry } = this.#options;
    const { writeSet, next } = committed.prepared;
    const begunAt = clock.monotonic();
    const outcome = await committer.commit(writeSet).catch((error: unknown) => {
      worker.release(writeSet.effectsStarted);
      throw error;
    });
    if (outcome !== "committed") {
      worker.release(writeSet.effectsStarted);
      instances.forget(next.record);
      return outcome === "timer" || outcome === "effect" ? "gone" : outcome;
    }
    instances.keep(next);
    onCommitted(committed);
    const { record } = next;
    telemetry({
      kind: "transition",
      saga: record.saga,
      instanceId: record.instanceId,
      correlationId: record.correlationId,
      revision: record.revision,
      event: writeSet.journal.eventType,
      source: writeSet.journal.source,
      stateBefore: writeSet.journal.stateBefore,
      state: record.state,
      phase: record.phase,
      effects: committed.decision.step.effects,
      durationMs: clock.monotonic() - begunAt,
    });
    return "committed";
  }

  #fenced({ record }: Instance, delivery: Delivery): Taken {
    const { saga, instanceId, correlationId } = record;
    this.#options.telemetry({
      kind: "fenced",
      saga,
      instanceId,
      correlationId,
      what: nameOf(delivery),
    });
    return "fenced";
  }

  async #sameStart(existing: Instance, { key, input }: StartRequest): Promise<InstanceView> {
    const [first] = await this.#options.store.readJournal(key, { afterRevision: 0, limit: 1 });
    const started = first === undefined ? undefined : (decode(first.event) as { input?: unknown });
    if (fingerprintOf(started?.input) === fingerprintOf(input)) return toView(existing);
    throw new SagaError(
      "SAGA_INSTANCE_EXISTS",
      `saga "${key.saga}" has an instance "${key.instanceId}" already, started with other input`,
    );
  }

  async #repeated(
    key: InstanceKey,
    event: EventObject,
    recorded: RecordedAnswer,
  ): Promise<InstanceView> {
    if (recorded.fingerprint !== fingerprintOf(event)) {
      throw new SagaError(
        "SAGA_IDEMPOTENCY_KEY_REUSED",
        `another event was sent to instance "${key.instanceId}" under the key "${recorded.eventId}"; use a new key for a new event`,
      );
    }
    const view = decode(recorded.answer) as InstanceView;
    const { correlationId } = view;
    this.#options.telemetry({ kind: "repeated", ...key, correlationId, eventId: recorded.eventId });
    return view;
  }
}

function nameOf(delivery: Delivery): string {
  switch (delivery.kind) {
    case "event":
      return `event ${delivery.event.type}`;
    case "timer":
      return `timer ${delivery.timerId}`;
    case "outcome":
    case "lapse": {
      const { activityId, generation } = delivery.effect;
      return `${delivery.kind} of ${activityId} of revision ${generation}`;
    }
  }
}

function conflict(key: InstanceKey): SagaError {
  return new SagaError(
    "SAGA_REVISION_CONFLICT",
    `instance "${key.instanceId}" of saga "${key.saga}" is being changed elsewhere; try again`,
  );
}
