/**
 * The mover: the one path by which an instance moves. Load, decide, commit; and only then tell the worker,
 * the timers and whoever waits.
 */
import type { Clock } from "../clock.ts";
import { decode, encode } from "../saga/codec.ts";
import type { Moment } from "../saga/step.ts";
import type { StoredMessage } from "../store/family.ts";
import type { CommitOutcome, InstanceKey, Limited, Store } from "../store/store.ts";
import { firstDecision } from "./decisions/begin.ts";
import type { StartRequest } from "./decisions/begin.ts";
import type { Committer } from "./committer.ts";
import { decideBounce, decideMessage } from "./decisions/decide-message.ts";
import { decide, isEarly } from "./decisions/decide.ts";
import type { Decision, InnerDelivery, OuterDelivery } from "./decisions/decide.ts";
import { checkDelivery, nameOf } from "./decisions/delivery.ts";
import { untilKnown } from "./facts.ts";
import { fingerprintOf } from "./incoming.ts";
import { addressOf, conflict, momentAfter, notFound } from "./instance.ts";
import type { Instance, Instances } from "./instance.ts";
import { giveBack, prepareWithKin, withBorn } from "./kinship.ts";
import type { Mailboxes } from "./mailbox.ts";
import { operate } from "./decisions/operate.ts";
import type { Operation } from "./operators/operation.ts";
import { decideOrPark, unpark } from "./decisions/park.ts";
import type { Releases } from "./attempts/places.ts";
import { Preparer } from "./preparer.ts";
import type { Registry } from "./registry.ts";
import { lifting, toReleased } from "./decisions/release.ts";
import type { StartQueue } from "./limits/start-queue.ts";
import { repeatedAnswer, sameStart } from "./decisions/repetition.ts";
import type { Started } from "./decisions/repetition.ts";
import type { Telemetry } from "./telemetry.ts";
import { transact } from "./attempts/transact.ts";
import type { Transaction } from "./attempts/transact.ts";
import { transitionEvent } from "./decisions/transition-event.ts";
import { deliverParked } from "./unparker.ts";
import { toView } from "./readers/view.ts";
import type { InstanceView } from "./readers/view.ts";
import type { Worker } from "./attempts/worker.ts";
import { withAnswer } from "./decisions/write-set.ts";
import type { Origin, Prepared, WorkerFacts } from "./decisions/write-set.ts";

export interface MoverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly instances: Instances;
  readonly mailboxes: Mailboxes;
  readonly committer: Committer;
  readonly registry: Registry;
  readonly worker: WorkerFacts & Releases & Pick<Worker, "departures">;
  /** Those that a limit of instances makes wait. */
  readonly starts: Pick<StartQueue, "enter" | "leave">;
  /** Called after each commit, for each instance that it moved. */
  readonly onCommitted: (committed: Prepared) => void;
}

/** Whether a delivery from inside was taken, was of no use any more, could not be taken by the chart, or came too early. */
export type Taken = "taken" | "fenced" | "faulted" | "early";

/** The page of a journal that tells of the start. */
const FIRST = { afterRevision: 0, limit: 1 } as const;

// A conflict needs another writer; with one process per file it can only be a stale cache, gone after one reload.
const TRIES_MAX = 3;

export class Mover {
  readonly #options: MoverOptions;
  readonly #preparer: Preparer;

  constructor(options: MoverOptions) {
    this.#options = options;
    this.#preparer = new Preparer(options);
  }

  /** Starts an instance; one of that id that was started with the same input is given as it is. */
  start(request: StartRequest): Promise<{ created: boolean; view: InstanceView }> {
    return this.#alone(request.key, async () => {
      const existing = await this.#options.instances.load(request.key);
      if (existing !== null) {
        const [first] = await this.#options.store.readJournal(request.key, FIRST);
        return { created: false, view: sameStart(existing, first, request) };
      }

      const { key, chart, input, attributes, fork } = request;
      const facts = { input, attributes, mayWait: fork === undefined };
      const limited = this.#options.starts.enter(chart, key, facts);
      try {
        return { created: true, view: await this.#startNew(request, limited) };
      } catch (error) {
        this.#options.starts.leave(key, limited);
        throw error;
      }
    });
  }

  async #startNew(request: StartRequest, limited: Limited | null): Promise<InstanceView> {
    const { chart, key, correlationId, traceparent = null, attributes } = request;
    const nowMs = this.#options.clock.now();
    const moment: Moment = { instanceId: key.instanceId, revision: 1, nowMs };
    const decision = firstDecision(request, limited, moment);
    const origin: Origin = {
      correlationId,
      traceparent,
      attributes,
      createdAtMs: nowMs,
      parent: null,
    };
    const decided = { decision, before: null, eventId: null };
    const mover = { chart, moment, origin };
    const relations = this.#preparer.relations();
    const prepared = await untilKnown(() => prepareWithKin(decided, mover, relations));
    const outcome = await this.#commit(prepared);
    if (outcome !== "committed") throw conflict(key);
    return toView(prepared.next);
  }

  /** Brings an instance that waited to its first step, now that there is room for it. */
  async begin(key: InstanceKey): Promise<Taken> {
    const [first] = await this.#options.store.readJournal(key, FIRST);
    const { input } = decode(first?.event ?? "null") as Started;
    return this.deliver(key, { kind: "begin", input });
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
          const view = repeatedAnswer(key, asked, recorded);
          this.#options.telemetry({
            kind: "repeated",
            ...key,
            correlationId: view.correlationId,
            eventId: recorded.eventId,
          });
          const parked = view.parkedEvents.some((one) => one.eventId === eventId);
          return { repeated: true, parked, view };
        }

        const before = this.#ready(key) ?? (await this.#unpark(key)).instance;
        const checked = await checkDelivery(before.chart, delivery);
        const moment = this.#momentAfter(before);
        const decision =
          checked.kind === "event"
            ? decideOrPark(before, checked, moment)
            : (decide(before, checked, moment) as Decision);
        const relations = this.#preparer.relations();
        const made = untilKnown(() => this.#preparer.prepare(before, decision, eventId, relations));
        let prepared = made instanceof Promise ? await made : made;
        const view = toView(prepared.next);
        if (eventId !== null) {
          const answer = { eventId, fingerprint: fingerprintOf(asked), answer: encode(view) };
          prepared = withAnswer(prepared, answer);
        }
        const outcome = await this.#commit(prepared);
        const parked = decision.verdict === "parked";
        if (outcome === "committed") return { repeated: false, parked, view };
      }
      throw conflict(key);
    });
  }

  /** Takes an instance out of quarantine. @throws {SagaError} SAGA_OPERATION_NOT_POSSIBLE, SAGA_INSTANCE_NOT_FOUND */
  release(key: InstanceKey, operation: Operation): Promise<InstanceView> {
    return this.#alone(key, async () => {
      const { store, registry, clock } = this.#options;
      const before = toReleased(registry, operation, { key, stored: await store.load(key) });
      const prepared = await this.#preparer.known(before, operate(before, operation, clock.now()));
      if ((await this.#commit(lifting(prepared))) !== "committed") throw conflict(key);
      return toView(prepared.next);
    });
  }

  /** Takes a timer, an outcome, a lapse, or what a child or an action has to say; or performs a transactional activity. */
  deliver(key: InstanceKey, delivery: InnerDelivery | Transaction): Promise<Taken> {
    const what = (): string => nameOf(delivery);
    const decideIt = (before: Instance, inner: InnerDelivery): Decision | null =>
      decide(before, inner, this.#momentAfter(before));
    if (delivery.kind !== "transaction") {
      return this.#take(key, what, (before) =>
        isEarly(before, delivery, this.#options.clock.now()) ? "early" : decideIt(before, delivery),
      );
    }
    const { committer } = this.#options;
    return this.#move(key, what, (before) => {
      const relations = this.#preparer.relations();
      const prepare = (inner: InnerDelivery): Prepared | null => {
        const decision = decideIt(before, inner);
        return decision && this.#preparer.orFault(before, decision, null, relations);
      };
      return transact(before, delivery, { prepare, committer });
    });
  }

  /** Takes a message. @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_INSTANCE_ENDED if nobody can take it. */
  receive(message: StoredMessage): Promise<Taken> {
    const what = (): string => `${message.kind} from ${addressOf(message.from)}`;
    return this.#take(message.to, what, (before) =>
      decideMessage(before, message, this.#momentAfter(before)),
    );
  }

  /** Tells in the journal of its sender that nobody can take a message. @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  bounce(message: StoredMessage): Promise<Taken> {
    const what = (): string => `undeliverable message to ${addressOf(message.to)}`;
    return this.#take(message.from, what, (before) => decideBounce(before, message));
  }

  #take(
    key: InstanceKey,
    what: () => string,
    decideIt: (before: Instance) => Decision | "early" | null,
  ): Promise<Taken> {
    return this.#move(key, what, (before) => {
      const decision = decideIt(before);
      if (decision === null || decision === "early") return decision;
      return this.#preparer.known(before, decision);
    });
  }

  /** `what`: what telemetry calls it, should it come too late. */
  #move(
    key: InstanceKey,
    what: () => string,
    prepareIt: (before: Instance) => Prepared | "early" | null | Promise<Prepared | null>,
  ): Promise<Taken> {
    return this.#alone(key, async () => {
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const before = this.#ready(key) ?? (await this.#unpark(key)).instance;
        const made = prepareIt(before);
        const prepared = made instanceof Promise ? await made : made;
        if (prepared === "early") return "early";
        if (prepared === null) return this.#fenced(before, what);
        if (isToldFault(prepared.decision, before)) return "faulted";
        const outcome = await this.#commit(prepared);
        if (outcome === "committed") {
          return prepared.decision.verdict === "failed" ? "faulted" : "taken";
        }
        if (outcome !== "revision") return this.#fenced(before, what);
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

  /** The instance if it can move at once: it is in memory, and nothing that came before waits to go first. */
  #ready(key: InstanceKey): Instance | undefined {
    const kept = this.#options.instances.kept(key);
    return kept?.parked.length === 0 ? kept : undefined;
  }

  #unpark(key: InstanceKey): ReturnType<typeof deliverParked> {
    return deliverParked({
      load: () => this.#load(key),
      next: async (before, passed) => {
        const found = unpark(before, this.#momentAfter(before), passed);
        if (found === null) return null;
        const { parked, decision } = found;
        const prepared = await this.#preparer.known(before, decision, parked.eventId);
        return { sequence: parked.sequence, prepared };
      },
      commit: async (prepared) => {
        if ((await this.#commit(prepared)) !== "committed") throw conflict(key);
      },
    });
  }

  /** @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  async find(key: InstanceKey): Promise<Instance> {
    const instance = await this.#options.instances.load(key);
    if (instance !== null) return instance;
    throw notFound(key);
  }

  #alone<Result>(key: InstanceKey, work: () => Promise<Result>): Promise<Result> {
    return this.#options.mailboxes.post(addressOf(key), work);
  }

  // Inside its mailbox nothing else can move the instance, so what was read may be kept.
  async #load(key: InstanceKey): Promise<Instance> {
    const instance = await this.find(key);
    this.#options.instances.keep(instance);
    return instance;
  }

  #momentAfter(before: Instance): Moment {
    return momentAfter(before, this.#options.clock.now());
  }

  /** `revision`: it is to be decided again. */
  #commit(prepared: Prepared): Promise<CommitOutcome> {
    const { committer, instances, worker, clock } = this.#options;
    const { next, writeSet, written } = prepared;
    // What has begun since the decision must be waited for: decide again.
    if (written === undefined && !worker.departures.letGo(next.record, writeSet.effectsDropped)) {
      giveBack(prepared, worker);
      return Promise.resolve("revision");
    }
    const begunAt = clock.monotonic();
    const done = written === undefined ? committer.commit(writeSet) : written();
    return done.then(
      (outcome) => {
        if (outcome === "committed") {
          this.#committed(prepared, clock.monotonic() - begunAt);
          return outcome;
        }
        giveBack(prepared, worker);
        instances.forget(next.record);
        return outcome === "born" ? "revision" : outcome;
      },
      (error: unknown) => {
        giveBack(prepared, worker);
        throw error;
      },
    );
  }

  #committed(prepared: Prepared, durationMs: number): void {
    const { instances, onCommitted, telemetry } = this.#options;
    const all = withBorn(prepared);
    for (const each of all) instances.moved(each.next);
    for (const each of all) {
      onCommitted(each);
      telemetry(transitionEvent(each, durationMs));
    }
  }

  #fenced({ record }: Instance, what: () => string): Taken {
    const { saga, instanceId, correlationId } = record;
    this.#options.telemetry({ kind: "fenced", saga, instanceId, correlationId, what: what() });
    return "fenced";
  }
}

/** Told once; until it changes there is nothing new to commit. */
function isToldFault({ verdict, fault }: Decision, { record }: Instance): boolean {
  return verdict === "failed" && fault === record.fault;
}
