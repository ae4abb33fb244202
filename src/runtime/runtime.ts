/* oxlint-disable eslint/max-lines -- the public class: its methods are the API, and each hands over to others */
/**
 * The runtime: starts instances, brings them events, and performs what their charts ask for, on one store.
 *
 * There is no recovery. What an earlier process left behind is claimed by the loop that always runs.
 */
import type { AnyStateMachine, EventObject, InputFrom } from "xstate";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import type { Random } from "../random.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga, ClientEvent, Saga } from "../saga/define.ts";
import type { DwellTime, InstanceCount, InstanceKey, Store, StoreRemark } from "../store/store.ts";
import type { ForkOptions } from "./decisions/fork.ts";
import {
  checkAttributes,
  checkCorrelationId,
  checkId,
  checkInput,
  checkStartable,
} from "./incoming.ts";
import { Bulks } from "./operators/bulk.ts";
import type { EmittedListener } from "./outward/emitted.ts";
import { Feed } from "./readers/feed.ts";
import type { FeedFilter, FollowOptions, Follower } from "./readers/feed.ts";
import { toJournalView } from "./readers/journal-view.ts";
import type { JournalView } from "./readers/journal-view.ts";
import { Loop } from "./loop.ts";
import type { OperationRequest } from "./operators/operation.ts";
import { Operations } from "./operators/operations.ts";
import { STORE_PATIENCE_MS } from "./gate/patient-store.ts";
import { unreadinessOf } from "./gate/readiness.ts";
import { Registry } from "./registry.ts";
import { replay } from "./operators/replay.ts";
import type { Past } from "./operators/replay.ts";
import type { RuntimeOptions, SendOptions, StartOptions } from "./runtime-options.ts";
import { Schedules } from "./schedules/schedules.ts";
import { checkTransactional } from "./attempts/transact.ts";
import { counts, dwell, search } from "./readers/search.ts";
import type { SearchOptions, SearchPage } from "./readers/search.ts";
import { readTraceparent } from "./trace.ts";
import { toView } from "./readers/view.ts";
import type { InstanceView } from "./readers/view.ts";
import { waitAfter, WAIT_MS } from "./readers/wait-after.ts";
import type { WaitedAfter, WaitOptions } from "./readers/wait-after.ts";
import { Waiters } from "./readers/waiters.ts";
import { WatchedStore } from "./gate/watched-store.ts";
import type { Condition, Waited } from "./readers/waiters.ts";

export type { StoreRemark } from "../store/store.ts";
export type { JournalView } from "./readers/journal-view.ts";
export type { RuntimeOptions, SendOptions, StartOptions } from "./runtime-options.ts";

/** How long `close` waits for attempts that run, ms. */
const CLOSE_GRACE_MS = 3_000;
/** Entries of a journal page. */
export const JOURNAL_PAGE_MAX = 1_000;
const LEASE_MS = 30_000;
const ATTEMPTS_MAX = 1_000;

/**
 * Opens a runtime on a store, and goes on with what is pending there.
 *
 * @throws {SagaError} SAGA_CHART_INVALID with all findings if a saga cannot be run durably; SAGA_DEFINITION_INVALID
 * if one has transactional activities and the store cannot perform them.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new Runtime(options);
  await runtime.begin();
  return runtime;
}

export class Runtime {
  /** The clock that it goes by. */
  readonly clock: Clock;
  /** Start instances at their due times. */
  readonly schedules: Schedules;
  readonly #store: Store;
  readonly #watched: WatchedStore;
  readonly #random: Random;
  readonly #registry: Registry;
  readonly #waiters: Waiters;
  readonly #feed: Feed;
  readonly #loop: Loop;
  readonly #operations: Operations;
  /** Operations on all instances that a search finds. */
  readonly bulks: Bulks;
  #closed: SagaError | null = null;
  #closing: Promise<void> | null = null;

  /** @internal Use `createRuntime`. */
  constructor(options: RuntimeOptions) {
    const { clock = systemClock, telemetry = (): void => {} } = options;
    this.#watched = new WatchedStore({
      store: options.store,
      clock,
      telemetry,
      patienceMs: options.storePatienceMs ?? STORE_PATIENCE_MS,
      onOpened: () => this.#loop.resume(),
      onFailed: (error) => {
        this.#loop.stop();
        this.#stop(error);
      },
    });
    const { store, gate } = this.#watched;
    this.#store = store;
    this.#random = options.random ?? systemRandom;
    this.#registry = new Registry(options.sagas);
    checkTransactional(options.sagas, store);
    this.#waiters = new Waiters(clock);
    this.#feed = new Feed(store, clock);
    this.clock = clock;
    const onFatal = (error: SagaError): void => this.#watched.fail(error);
    this.#loop = new Loop({
      store,
      registry: this.#registry,
      clock,
      telemetry,
      leaseMs: options.leaseMs ?? LEASE_MS,
      attemptsMax: options.attemptsMax ?? ATTEMPTS_MAX,
      freezeContext: options.freezeContext ?? false,
      retentionMs: options.retentionMs ?? null,
      gate,
      onMoved: (instance) => {
        this.#waiters.notify(instance.record, () => toView(instance));
        this.#feed.moved(instance.record);
      },
      onFatal,
    });
    const random = this.#random;
    this.#operations = new Operations({ mover: this.#loop.mover, store, clock, random });
    this.bulks = new Bulks({
      store,
      clock,
      random,
      health: () => this.#closed,
      operate: ({ saga, instanceId }, request) => this.operate({ name: saga }, instanceId, request),
    });
    this.schedules = new Schedules({ store, clock, telemetry, random, runtime: this, onFatal });
  }

  /** @internal */
  async begin(): Promise<void> {
    await this.#loop.begin();
    await this.schedules.begin();
  }

  /** The sagas, the newest version of each, by name. */
  sagas(): readonly Chart[] {
    return this.#registry.newest();
  }

  /** One version of a saga, by default the newest. @throws {SagaError} SAGA_NOT_FOUND, SAGA_VERSION_UNKNOWN */
  saga(name: string, version?: number): Chart {
    return this.#registry.chart(name, version);
  }

  /** Null while the runtime takes events; otherwise why it does not: it is closing, or its store failed for good. */
  health(): SagaError | null {
    return this.#closed;
  }

  /** Why it should be sent nothing now, each reason with a code; empty: it is ready. Reads may be answered all the same. */
  unreadiness(): readonly StoreRemark[] {
    const { shut } = this.#watched.gate;
    return unreadinessOf({ closed: this.#closed, shut, slowCommitMs: this.#loop.slowCommitMs() });
  }

  /** What whoever runs it should know of now, though it takes events. */
  warnings(): readonly StoreRemark[] {
    return [...(this.#store.remarks?.() ?? []), ...this.#loop.remarks()];
  }

  /**
   * Starts an instance and resolves once that is durable; its effects are not awaited. The same id with the
   * same input again starts nothing and gives the instance as it is, with `created: false`. With `waitFor` the
   * instance is that of the end of the waiting, and `waited` says how it ended; otherwise it is undefined.
   *
   * @throws {SagaError} SAGA_INPUT_INVALID, SAGA_ID_INVALID, SAGA_INSTANCE_EXISTS if that id was started with other input.
   */
  async start<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "version" | "machine">,
    options: StartOptions<InputFrom<Machine>>,
  ): Promise<{ created: boolean; instance: InstanceView; waited: Waited | undefined }> {
    this.#checkOpen();
    const chart = this.#registry.chart(saga.name, saga.version);
    checkStartable(chart);
    const instanceId = checkId("instance id", options.instanceId ?? this.#random.uuid());
    const key = { saga: saga.name, instanceId };
    const request = {
      key,
      chart,
      input: await checkInput(chart, options.input),
      correlationId: checkCorrelationId(options.correlationId ?? this.#random.uuid()),
      traceparent: readTraceparent(options.traceparent),
      attributes: checkAttributes(options.attributes ?? {}),
    };
    const start = () => this.#loop.mover.start(request);
    const { done, view, waited } = await this.#waitAfter(key, start, options);
    return { created: done.created, instance: this.#loop.placed(key, view), waited };
  }

  /**
   * Sends an event and resolves with the instance once the transition is durable; with `waitFor`, when the
   * waiting is over.
   *
   * @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_EVENT_INVALID, SAGA_EVENT_NOT_ACCEPTED (with `accepts`),
   * SAGA_INSTANCE_ENDED, SAGA_IDEMPOTENCY_KEY_REUSED, SAGA_TRANSITION_FAILED: in each case nothing has changed.
   */
  async send<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "machine">,
    instanceId: string,
    event: ClientEvent<Machine>,
    options: SendOptions = {},
  ): Promise<InstanceView> {
    return (await this.sendOnce(saga, instanceId, event, options)).instance;
  }

  /**
   * Like `send`, and tells whether the event id was seen before: then nothing happened now, and the answer is
   * the first one. `parked`: no state takes it yet, it is kept until one does. `waited` says how
   * waiting ended, if there was any.
   */
  async sendOnce<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "machine">,
    instanceId: string,
    event: ClientEvent<Machine>,
    options: SendOptions = {},
  ): Promise<{
    repeated: boolean;
    parked: boolean;
    instance: InstanceView;
    waited: Waited | undefined;
  }> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    const eventId = options.eventId === undefined ? null : checkId("event id", options.eventId);
    const { type } = event as EventObject;
    const source = typeof type === "string" && type.startsWith("saga.") ? "operator" : "client";
    const traceparent = readTraceparent(options.traceparent);
    const delivery = { kind: "event", source, event, eventId, traceparent } as const;
    const send = () => this.#loop.mover.send(key, delivery);
    const { done, view, waited } = await this.#waitAfter(key, send, options);
    return { repeated: done.repeated, parked: done.parked, instance: view, waited };
  }

  /**
   * Does what an operator asks, in one transaction, and journals who asked and why.
   *
   * @throws {SagaError} SAGA_REQUEST_INVALID, SAGA_FORCE_REQUIRED, SAGA_INSTANCE_NOT_FOUND, SAGA_INSTANCE_ENDED,
   * SAGA_INSTANCE_SUSPENDED, SAGA_OPERATION_NOT_POSSIBLE, SAGA_EVENT_NOT_ACCEPTED: in each case nothing has changed.
   */
  async operate(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    request: OperationRequest,
    options: Pick<SendOptions, "eventId"> = {},
  ): Promise<{ repeated: boolean; instance: InstanceView }> {
    this.#checkOpen();
    return this.#operations.operate(this.#keyOf(saga.name, instanceId), request, options);
  }

  /**
   * Starts an instance where another one stood at an earlier revision, on the same version of its chart. What was
   * done until then is not done again; what is pending there gets idempotency keys of its own. The same fork under
   * the same id again starts nothing and gives the instance as it is.
   *
   * @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE, SAGA_OPERATION_NOT_POSSIBLE if there is no such revision,
   * SAGA_INSTANCE_ENDED if the instance had ended by it, SAGA_EVENT_NOT_ACCEPTED: then nothing has changed.
   */
  async fork(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    options: ForkOptions,
  ): Promise<{ created: boolean; instance: InstanceView }> {
    this.#checkOpen();
    return this.#operations.fork(this.#keyOf(saga.name, instanceId), options);
  }

  /** The instance as of its last commit. @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  async get(saga: Pick<AnySaga, "name">, instanceId: string): Promise<InstanceView> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    return this.#loop.look(key);
  }

  /** Committed events in order, those after `afterRevision`, at most `limit` (1-1,000, default 100). */
  async journal(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    page: { afterRevision?: number; limit?: number } = {},
  ): Promise<readonly JournalView[]> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    await this.#loop.look(key);
    const { afterRevision = 0, limit = 100 } = page;
    const entries = await this.#store.readJournal(key, {
      afterRevision,
      limit: Math.min(Math.max(1, limit), JOURNAL_PAGE_MAX),
    });
    return entries.map(toJournalView);
  }

  /**
   * Where an instance stood after each revision up to one, computed again from its journal; nothing that was done is
   * done again. `chart`: a copy of its chart that leaves marks; `from`: where an earlier replay of it came to.
   *
   * @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_OPERATION_NOT_POSSIBLE if its journal is too long, or
   * SAGA_JOURNAL_NOT_REPRODUCIBLE.
   */
  async *replay(
    { saga: name, instanceId, revision }: InstanceKey & { readonly revision: number },
    options: { readonly chart?: Chart; readonly from?: Past } = {},
  ): AsyncGenerator<Past, void> {
    this.#checkOpen();
    const key = this.#keyOf(name, instanceId);
    const { chart, record } = await this.#loop.mover.find(key);
    const world = { store: this.#store, clock: this.clock };
    const { from } = options;
    const childId = record.parent?.childId;
    const asked = {
      key,
      revision,
      ...(from !== undefined && { from }),
      ...(childId !== undefined && { childId }),
    };
    yield* replay(world, options.chart ?? chart, asked);
  }

  /**
   * Resolves with the instance as soon as the condition is met, at once if it is.
   *
   * @throws {SagaError} SAGA_WAIT_TIMEOUT after `timeoutMs` (default 30,000), SAGA_INSTANCE_ENDED if it ended otherwise.
   */
  async waitFor(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    condition: Condition,
    { timeoutMs = WAIT_MS }: { timeoutMs?: number } = {},
  ): Promise<InstanceView> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    const read = (): Promise<InstanceView> => this.get(saga, instanceId);
    return this.#waiters.wait(key, condition, { timeoutMs, read });
  }

  /**
   * Like `waitFor`, and refuses nothing that it finds: resolves with the instance as it is when it meets the
   * condition or has ended, or when the time is up or `signal` aborts.
   *
   * @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_WAITERS_FULL
   */
  async waitUpTo(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    options: WaitOptions,
  ): Promise<{ instance: InstanceView; waited: Waited | undefined }> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    const look = async () => ({ view: await this.get(saga, instanceId) });
    const { view, waited } = await this.#waitAfter(key, look, options);
    return { instance: view, waited };
  }

  /** How many callers wait for an instance now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Follows committed events: of one instance, of a saga, or of all; from a position on, by default from now on.
   * Ends when the runtime closes. It costs nothing while nothing moves, and holds no events back for a slow reader.
   *
   * @throws {SagaError} SAGA_STREAMS_FULL, or SAGA_REQUEST_INVALID for a position that is not reached yet.
   */
  async follow(
    filter: FeedFilter = {},
    afterPosition?: number,
    options: FollowOptions = {},
  ): Promise<Follower> {
    this.#checkOpen();
    return this.#feed.follow(filter, afterPosition, options);
  }

  /** How many follow committed events now. */
  get following(): number {
    return this.#feed.size;
  }

  /**
   * Listens to events of that type (`*`: of any) that instances of a saga emit, each told after its commit; gives
   * back what ends the listening. A listener that is not there at that time misses it: the journal has them all.
   *
   * @throws {SagaError} SAGA_NOT_FOUND
   */
  on(saga: Pick<AnySaga, "name">, type: string, listener: EmittedListener): () => void {
    this.#registry.chart(saga.name);
    return this.#loop.emitted.on(saga.name, type, listener);
  }

  /** Instances of all sagas, newest start first, 1-200 at a time. */
  async search(options: SearchOptions = {}): Promise<SearchPage> {
    this.#checkOpen();
    return search(this.#store, options, (key, found) => this.#loop.placed(key, found));
  }

  /** How many instances stand where now, by saga, version, phase and state. */
  async counts({ saga }: { saga?: string } = {}): Promise<readonly InstanceCount[]> {
    this.#checkOpen();
    return counts(this.#store, saga);
  }

  /** How long instances stayed in their states, by the newest 5,000 entries of all journals. */
  async dwell(filter: { saga?: string; version?: number } = {}): Promise<readonly DwellTime[]> {
    this.#checkOpen();
    return dwell(this.#store, filter);
  }

  /**
   * Takes nothing more, lets running attempts finish for up to `graceMs` (default 3,000), aborts the others,
   * and closes the store. What is left goes on when a runtime is opened on it again. Idempotent.
   */
  close({ graceMs = CLOSE_GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const closing = new SagaError(
      "SAGA_RUNTIME_CLOSED",
      "the runtime is closing; send it again later",
    );
    this.#closed ??= closing;
    this.#watched.gate.close();
    this.bulks.close();
    await this.schedules.close();
    await this.#loop.close(graceMs);
    this.#stop(closing);
    await this.#store.close();
  }

  #stop(error: SagaError): void {
    this.#closed ??= error;
    this.schedules.stop();
    this.#waiters.rejectAll(error);
    this.#feed.close();
  }

  #waitAfter<Deed extends { view: InstanceView; repeated?: boolean }>(
    key: InstanceKey,
    deed: () => Promise<Deed>,
    options: WaitOptions,
  ): Promise<WaitedAfter<Deed>> {
    const read = (): Promise<InstanceView> => this.get({ name: key.saga }, key.instanceId);
    return waitAfter(deed, options, { waiters: this.#waiters, key, read });
  }

  #keyOf(saga: string, instanceId: string): InstanceKey {
    this.#registry.chart(saga);
    return { saga, instanceId: checkId("instance id", instanceId) };
  }

  #checkOpen(): void {
    if (this.#closed !== null) throw this.#closed;
  }
}
