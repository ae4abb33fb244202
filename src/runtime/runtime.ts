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
import { decode } from "../saga/codec.ts";
import type { AnySaga, ClientEvent, Saga } from "../saga/define.ts";
import type { InstanceKey, JournalEntry, Store } from "../store/store.ts";
import { checkAttributes, checkCorrelationId, checkId, checkInput } from "./incoming.ts";
import { Loop } from "./loop.ts";
import { Registry } from "./registry.ts";
import type { Telemetry } from "./telemetry.ts";
import { toView } from "./view.ts";
import type { InstanceView } from "./view.ts";
import { Waiters } from "./waiters.ts";
import type { Condition } from "./waiters.ts";

export interface RuntimeOptions {
  /** Belongs to the runtime from now on; `close` closes it. */
  readonly store: Store;
  readonly sagas: readonly AnySaga[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears what the runtime does. It must not throw. */
  readonly telemetry?: Telemetry;
  /** How long an attempt may be lost before it is made again by another process; prolonged while it runs. Default 30,000. */
  readonly leaseMs?: number;
  /** Attempts at the same time. Default 1,000; the others wait in the outbox. */
  readonly attemptsMax?: number;
}

export interface StartOptions<Input> {
  /** 1-200 characters. Without one the runtime makes one up. */
  readonly instanceId?: string;
  readonly input: Input;
  /** Visible ASCII, 1-200 characters; given to every activity and log line. Without one the runtime makes one up. */
  readonly correlationId?: string;
  /** For search. At most 20, each of 1-200 characters. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface SendOptions {
  /** Names the event, so that it is applied once however often it is sent. 1-200 characters. */
  readonly eventId?: string;
}

/** A committed event, as callers see it. */
export interface JournalView extends Omit<JournalEntry, "event" | "effects"> {
  readonly event: EventObject;
  readonly effects: readonly object[];
}

/** How long `close` waits for attempts that run, ms. */
const CLOSE_GRACE_MS = 3_000;
const WAIT_MS = 30_000;
/** Entries of a journal page. */
export const JOURNAL_PAGE_MAX = 1_000;
const LEASE_MS = 30_000;
const ATTEMPTS_MAX = 1_000;

/**
 * Opens a runtime on a store, and goes on with what is pending there.
 *
 * @throws {SagaError} SAGA_CHART_INVALID with all findings if a saga cannot be run durably.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new Runtime(options);
  await runtime.begin();
  return runtime;
}

export class Runtime {
  readonly #store: Store;
  readonly #random: Random;
  readonly #registry: Registry;
  readonly #waiters: Waiters;
  readonly #loop: Loop;
  #closed: SagaError | null = null;
  #closing: Promise<void> | null = null;

  /** @internal Use `createRuntime`. */
  constructor(options: RuntimeOptions) {
    const { store, clock = systemClock, telemetry = (): void => {} } = options;
    this.#store = store;
    this.#random = options.random ?? systemRandom;
    this.#registry = new Registry(options.sagas);
    this.#waiters = new Waiters(clock);
    this.#loop = new Loop({
      store,
      registry: this.#registry,
      clock,
      telemetry,
      leaseMs: options.leaseMs ?? LEASE_MS,
      attemptsMax: options.attemptsMax ?? ATTEMPTS_MAX,
      onMoved: (instance) => this.#waiters.notify(instance.record, () => toView(instance)),
      onFatal: (error) => {
        this.#stop(error);
        telemetry({ kind: "fatal", error });
      },
    });
  }

  /** @internal */
  begin(): Promise<void> {
    return this.#loop.begin();
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

  /**
   * Starts an instance and resolves once that is durable; its effects are not awaited. The same id with the
   * same input again starts nothing and gives the instance as it is, with `created: false`.
   *
   * @throws {SagaError} SAGA_INPUT_INVALID, SAGA_ID_INVALID, SAGA_INSTANCE_EXISTS if that id was started with other input.
   */
  async start<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "version" | "machine">,
    options: StartOptions<InputFrom<Machine>>,
  ): Promise<{ created: boolean; instance: InstanceView }> {
    this.#checkOpen();
    const chart = this.#registry.chart(saga.name, saga.version);
    const instanceId = checkId("instance id", options.instanceId ?? this.#random.uuid());
    const { created, view } = await this.#loop.mover.start({
      key: { saga: saga.name, instanceId },
      chart,
      input: await checkInput(chart, options.input),
      correlationId: checkCorrelationId(options.correlationId ?? this.#random.uuid()),
      attributes: checkAttributes(options.attributes ?? {}),
    });
    return { created, instance: view };
  }

  /**
   * Sends an event and resolves with the instance once the transition is durable.
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

  /** Like `send`, and tells whether the event id was seen before: then nothing happened now, and the answer is the first one. */
  async sendOnce<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "machine">,
    instanceId: string,
    event: ClientEvent<Machine>,
    options: SendOptions = {},
  ): Promise<{ repeated: boolean; instance: InstanceView }> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    const eventId = options.eventId === undefined ? null : checkId("event id", options.eventId);
    const { type } = event as EventObject;
    const source = typeof type === "string" && type.startsWith("saga.") ? "operator" : "client";
    const delivery = { kind: "event", source, event, eventId } as const;
    const { repeated, view } = await this.#loop.mover.send(key, delivery);
    return { repeated, instance: view };
  }

  /** The instance as of its last commit. @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  async get(saga: Pick<AnySaga, "name">, instanceId: string): Promise<InstanceView> {
    this.#checkOpen();
    return toView(await this.#loop.mover.find(this.#keyOf(saga.name, instanceId)));
  }

  /** Committed events in order, those after `afterRevision`, at most `limit` (1-1,000, default 100). */
  async journal(
    saga: Pick<AnySaga, "name">,
    instanceId: string,
    page: { afterRevision?: number; limit?: number } = {},
  ): Promise<readonly JournalView[]> {
    this.#checkOpen();
    const key = this.#keyOf(saga.name, instanceId);
    await this.#loop.mover.find(key);
    const { afterRevision = 0, limit = 100 } = page;
    const entries = await this.#store.readJournal(key, {
      afterRevision,
      limit: Math.min(Math.max(1, limit), JOURNAL_PAGE_MAX),
    });
    return entries.map((entry) => ({
      ...entry,
      event: decode(entry.event) as EventObject,
      effects: JSON.parse(entry.effects) as object[],
    }));
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
    await this.#loop.close(graceMs);
    this.#stop(closing);
    await this.#store.close();
  }

  #stop(error: SagaError): void {
    this.#closed ??= error;
    this.#waiters.rejectAll(error);
  }

  #keyOf(saga: string, instanceId: string): InstanceKey {
    this.#registry.chart(saga);
    return { saga, instanceId: checkId("instance id", instanceId) };
  }

  #checkOpen(): void {
    if (this.#closed !== null) throw this.#closed;
  }
}
