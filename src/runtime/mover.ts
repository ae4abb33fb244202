/**
 * The mover: the one path by which an instance moves. Load, decide, commit; and only then tell the worker,
 * the timers and whoever waits.
 */
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import type { Chart } from "../saga/chart.ts";
import { decode, encode } from "../saga/codec.ts";
import { start } from "../saga/step.ts";
import type { Moment } from "../saga/step.ts";
import type { InstanceKey, RecordedAnswer, Store } from "../store/store.ts";
import type { Committer } from "./committer.ts";
import { decide, toFault } from "./decide.ts";
import type { Decision, Delivery, InnerDelivery, OuterDelivery } from "./decide.ts";
import { checkDelivery, nameOf } from "./delivery.ts";
import type { Fork } from "./fork.ts";
import { fingerprintOf } from "./incoming.ts";
import { addressOf } from "./instance.ts";
import type { Instance, Instances } from "./instance.ts";
import type { Mailboxes } from "./mailbox.ts";
import { decideOrPark, unpark } from "./park.ts";
import type { Telemetry } from "./telemetry.ts";
import { traceIdOf } from "./trace.ts";
import { deliverParked } from "./unparker.ts";
import { toView } from "./view.ts";
import type { InstanceView } from "./view.ts";
import { prepare, traceparentOf, withAnswer } from "./write-set.ts";
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
  /** Valid W3C trace context that came with the start. */
  readonly traceparent?: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Present if the instance begins where another one stood. */
  readonly fork?: Fork;
}

/** What the first journal entry tells of the start. */
interface Started {
  readonly input?: unknown;
  readonly forkedFrom?: Fork["from"];
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

      const { chart, key, correlationId, traceparent = null, attributes } = request;
      const nowMs = this.#options.clock.now();
      const moment: Moment = { instanceId: key.instanceId, revision: 1, nowMs };
      const { fork } = request;
      const init = { type: "xstate.init", input: decode(encode(request.input)) };
      const event = fork === undefined ? init : { ...init, forkedFrom: fork.from };
      const decision: Decision = {
        step: fork === undefined ? start(chart, event.input, moment) : fork.begin(moment),
        source: "start",
        event,
        traceparent,
        verdict: "applied",
        timerFired: null,
        effectFinished: null,
        fault: null,
        ...(fork !== undefined && { operation: fork.operation }),
      };
      const origin: Origin = { correlationId, traceparent, attributes, createdAtMs: nowMs };
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

  /** Sends what comes from outside. With an `eventId` it is applied once, however often it is sent. */
  send(
    key: InstanceKey,
    delivery: OuterDelivery,
  ): Promise<{ repeated: boolean; parked: boolean; view: InstanceView }> {
    return this.#alone(key, async () => {
      const { eventId } = delivery;
      const asked = delivery.kind === "event" ? delivery.event : delivery.operation.record;
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const recorded =
          eventId === null ? null : await this.#options.store.findAnswer(key, eventId);
        if (recorded !== null) {
          const view = await this.#repeated(key, asked, recorded);
          const parked = view.parkedEvents.some((one) => one.eventId === eventId);
          return { repeated: true, parked, view };
        }

        // What came before goes first.
        const { instance: before } = await this.#unpark(key);
        const checked = await checkDelivery(before.chart, delivery);
        const moment = this.#momentAfter(before);
        const decision =
          checked.kind === "event"
            ? decideOrPark(before, checked, moment)
            : (decide(before, checked, moment) as Decision);
        let prepared = this.#prepare(before, decision, moment, eventId);
        const view = toView(prepared.next);
        if (eventId !== null) {
          const answer = { eventId, fingerprint: fingerprintOf(asked), answer: encode(view) };
          prepared = withAnswer(prepared, answer);
        }
        const outcome = await this.#commit({ prepared, before, decision });
        const parked = decision.verdict === "parked";
        if (outcome === "committed") return { repeated: false, parked, view };
      }
      throw conflict(key);
    });
  }

  /** Takes a timer, an outcome or a lapse. */
  deliver(key: InstanceKey, delivery: InnerDelivery): Promise<Taken> {
    return this.#alone(key, async () => {
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const { instance: before } = await this.#unpark(key);
        const moment = this.#momentAfter(before);
        const decision = decide(before, delivery, moment);
        if (decision === null) return this.#fenced(before, delivery);

        const committed = this.#prepareOrFault(before, decision, moment);
        const { fault, verdict } = committed.decision;
        const isFaulted = verdict === "failed";
        // Told once; until it changes there is nothing new to commit.
        if (isFaulted && fault === before.record.fault) return "faulted";
        const outcome = await this.#commit(committed);
        if (outcome === "committed") return isFaulted ? "faulted" : "taken";
        if (outcome !== "revision") return this.#fenced(before, delivery);
      }
      throw conflict(key);
    });
  }

  /** Delivers the parked events that the instance takes now. */
  unpark(key: InstanceKey): Promise<Taken> {
    return this.#alone(key, async () =>
      (await this.#unpark(key)).isFaulted ? "faulted" : "taken",
    );
  }

  #unpark(key: InstanceKey): ReturnType<typeof deliverParked> {
    return deliverParked({
      load: () => this.#load(key),
      next: (before, passed) => {
        const moment = this.#momentAfter(before);
        const found = unpark(before, moment, passed);
        if (found === null) return null;
        const { parked, decision } = found;
        const committed = this.#prepareOrFault(before, decision, moment, parked.eventId);
        return { sequence: parked.sequence, committed };
      },
      commit: async (committed) => {
        if ((await this.#commit(committed)) !== "committed") throw conflict(key);
      },
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
  #prepareOrFault(
    before: Instance,
    decision: Decision,
    moment: Moment,
    eventId: string | null = null,
  ): Committed {
    try {
      return { prepared: this.#prepare(before, decision, moment, eventId), before, decision };
    } catch (error) {
      const faulted = toFault(before, decision, error);
      const prepared = this.#prepare(before, faulted, moment, eventId);
      return { prepared, before, decision: faulted };
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
      return outcome === "revision" || outcome === "eventId" ? outcome : "gone";
    }
    instances.keep(next);
    onCommitted(committed);
    const { record } = next;
    telemetry({
      kind: "transition",
      saga: record.saga,
      instanceId: record.instanceId,
      correlationId: record.correlationId,
      traceId: traceIdOf(traceparentOf(committed.decision, record)),
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

  async #sameStart(existing: Instance, { key, input, fork }: StartRequest): Promise<InstanceView> {
    const [first] = await this.#options.store.readJournal(key, { afterRevision: 0, limit: 1 });
    const started = first === undefined ? undefined : (decode(first.event) as Started);
    const before = [started?.input, started?.forkedFrom ?? null];
    if (fingerprintOf(before) === fingerprintOf([input, fork?.from ?? null])) {
      return toView(existing);
    }
    throw new SagaError(
      "SAGA_INSTANCE_EXISTS",
      `saga "${key.saga}" has an instance "${key.instanceId}" already, started with other input`,
    );
  }

  async #repeated(
    key: InstanceKey,
    asked: unknown,
    recorded: RecordedAnswer,
  ): Promise<InstanceView> {
    if (recorded.fingerprint !== fingerprintOf(asked)) {
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

function conflict(key: InstanceKey): SagaError {
  return new SagaError(
    "SAGA_REVISION_CONFLICT",
    `instance "${key.instanceId}" of saga "${key.saga}" is being changed elsewhere; try again`,
  );
}
