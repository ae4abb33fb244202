/**
 * Schedules: start instances of a saga at their due times, once for each. The table has the truth; nothing is
 * polled, and what came due while no process ran is dealt with after the next start.
 */
import type { AnyStateMachine, InputFrom } from "xstate";
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import type { Random } from "../../random.ts";
import type { AnySaga, Saga } from "../../saga/define.ts";
import { decode, encode } from "../../saga/codec.ts";
import type { ScheduleKey, ScheduleRecord, Store } from "../../store/store.ts";
import { checkInput, fingerprintOf } from "../incoming.ts";
import { Mailboxes } from "../mailbox.ts";
import { ScheduleBook } from "./schedule-book.ts";
import { checkScheduleId, SCHEDULES_PER_SAGA_MAX, toDefinition } from "./schedule-definition.ts";
import type { ScheduleDefinition, ScheduleOptions } from "./schedule-definition.ts";
import { ScheduleRunner } from "./schedule-runner.ts";
import type { StartingRuntime, ScheduleRunnerOptions } from "./schedule-runner.ts";
import { toTiming } from "./schedule-timing.ts";
import { definitionOf, toScheduleView } from "./schedule-view.ts";
import type { ScheduleView } from "./schedule-view.ts";
import type { InstanceView } from "../readers/view.ts";

export interface SchedulesOptions extends Pick<
  ScheduleRunnerOptions,
  "store" | "clock" | "telemetry" | "runtime" | "onFatal"
> {
  readonly random: Random;
}

/** Schedules of one page. */
export const SCHEDULE_PAGE_MAX = 1_000;

export class Schedules {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #runtime: StartingRuntime;
  readonly #mailboxes = new Mailboxes();
  readonly #book: ScheduleBook;
  readonly #runner: ScheduleRunner;

  /** @internal */
  constructor({ random, ...options }: SchedulesOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#random = random;
    this.#runtime = options.runtime;
    this.#book = new ScheduleBook(options);
    this.#runner = new ScheduleRunner({
      ...options,
      book: this.#book,
      alone: (key, work) => this.#mailboxes.post(addressOf(key), work),
    });
  }

  /** @internal */
  begin(): Promise<void> {
    return this.#runner.begin();
  }

  /** @internal */
  async close(): Promise<void> {
    this.#runner.close();
    await this.#mailboxes.idle();
  }

  /** @internal Nothing comes due any more. */
  stop(): void {
    this.#runner.close();
  }

  /**
   * Makes a schedule and resolves once it is durable. The same again makes nothing, with `created: false`.
   *
   * @throws {SagaError} SAGA_SCHEDULE_INVALID, SAGA_INPUT_INVALID, SAGA_ID_INVALID, SAGA_SCHEDULES_TOO_MANY,
   * SAGA_SCHEDULE_EXISTS if there is another one under that id.
   */
  async create<Machine extends AnyStateMachine>(
    saga: Pick<Saga<Machine>, "name" | "machine">,
    options: ScheduleOptions<InputFrom<Machine>>,
  ): Promise<{ created: boolean; schedule: ScheduleView }> {
    this.#checkOpen();
    const chart = this.#runtime.saga(saga.name);
    const key = { saga: saga.name, scheduleId: checkScheduleId(options.scheduleId) };
    const definition = toDefinition(options);
    await checkInput(chart, definition.input);
    // One after the other for the whole saga, so that the limit is kept.
    return this.#mailboxes.post(saga.name, () =>
      this.#mailboxes.post(addressOf(key), () => this.#create(key, definition)),
    );
  }

  /** @throws {SagaError} SAGA_SCHEDULE_NOT_FOUND */
  async get(saga: Pick<AnySaga, "name">, scheduleId: string): Promise<ScheduleView> {
    this.#checkOpen();
    return toScheduleView(await this.#load(this.#keyOf(saga, scheduleId)));
  }

  /** In the order of their ids, those after `afterId`, at most `limit` (1-1,000, default 100). */
  async list(
    saga: Pick<AnySaga, "name">,
    { afterId = null, limit = 100 }: { afterId?: string | null; limit?: number } = {},
  ): Promise<readonly ScheduleView[]> {
    this.#checkOpen();
    this.#runtime.saga(saga.name);
    const page = { afterId, limit: Math.min(Math.max(1, limit), SCHEDULE_PAGE_MAX) };
    return (await this.#store.listSchedules(saga.name, page)).map(toScheduleView);
  }

  /** It has no due time until it is resumed. Pausing a paused one changes nothing. @throws {SagaError} SAGA_SCHEDULE_NOT_FOUND */
  pause(saga: Pick<AnySaga, "name">, scheduleId: string): Promise<ScheduleView> {
    return this.#change(saga, scheduleId, async (record) =>
      record.isPaused
        ? null
        : { ...(await this.#runner.unrecorded(record)), isPaused: true, nextDueAtMs: null },
    );
  }

  /** It goes on with the first due time from now; those in the pause are not made up for. @throws {SagaError} SAGA_SCHEDULE_NOT_FOUND */
  resume(saga: Pick<AnySaga, "name">, scheduleId: string): Promise<ScheduleView> {
    return this.#change(saga, scheduleId, async (record) =>
      record.isPaused ? { isPaused: false, nextDueAtMs: this.#nextOf(record) } : null,
    );
  }

  /**
   * Starts an instance now, whatever the due times, pauses and other instances. With `triggerId` (at most 64
   * characters) it is started once, however often that is asked for.
   *
   * @throws {SagaError} SAGA_SCHEDULE_NOT_FOUND, and what `start` throws.
   */
  async trigger(
    saga: Pick<AnySaga, "name">,
    scheduleId: string,
    { triggerId = this.#random.uuid() }: { triggerId?: string } = {},
  ): Promise<{ created: boolean; instance: InstanceView }> {
    this.#checkOpen();
    const key = this.#keyOf(saga, scheduleId);
    return this.#mailboxes.post(addressOf(key), async () => {
      const record = await this.#load(key);
      const { input, attributes } = definitionOf(record);
      const instanceId = `${key.scheduleId}-${triggerId}`;
      const started = await this.#runtime.start(this.#runtime.saga(key.saga).saga, {
        instanceId,
        input,
        attributes,
      });
      // One that is there already was perhaps never written down.
      const lastInstanceId = started.created
        ? instanceId
        : await this.#runner.lastOf(record, started.instance);
      if (lastInstanceId !== record.lastInstanceId) await this.#put(record, { lastInstanceId });
      return started;
    });
  }

  /** What it has started goes on. @throws {SagaError} SAGA_SCHEDULE_NOT_FOUND */
  async delete(saga: Pick<AnySaga, "name">, scheduleId: string): Promise<void> {
    this.#checkOpen();
    const key = this.#keyOf(saga, scheduleId);
    await this.#mailboxes.post(addressOf(key), async () => {
      const record = await this.#load(key).catch(unlessDamaged);
      await this.#store.deleteSchedule(key);
      this.#runner.follow(record, null);
    });
  }

  async #create(
    key: ScheduleKey,
    definition: ScheduleDefinition,
  ): Promise<{ created: boolean; schedule: ScheduleView }> {
    const existing = await this.#store.loadSchedule(key);
    if (existing !== null) {
      if (isSame(definitionOf(existing), definition)) {
        return { created: false, schedule: toScheduleView(existing) };
      }
      throw new SagaError(
        "SAGA_SCHEDULE_EXISTS",
        `saga "${key.saga}" has another schedule "${key.scheduleId}"; delete it first, or use another id`,
      );
    }
    if ((await this.#store.countSchedules(key.saga)) >= SCHEDULES_PER_SAGA_MAX) {
      throw new SagaError(
        "SAGA_SCHEDULES_TOO_MANY",
        `saga "${key.saga}" has ${SCHEDULES_PER_SAGA_MAX} schedules already; delete some`,
      );
    }
    const record = toRecord(key, definition, this.#clock.now());
    const first = { ...record, nextDueAtMs: this.#nextOf(record) };
    if (first.nextDueAtMs === null) {
      throw new SagaError(
        "SAGA_SCHEDULE_INVALID",
        `schedule "${key.scheduleId}" never comes due; correct its cron`,
      );
    }
    await this.#book.put(first);
    this.#runner.follow(null, first);
    return { created: true, schedule: toScheduleView(first) };
  }

  async #change(
    saga: Pick<AnySaga, "name">,
    scheduleId: string,
    toChange: (record: ScheduleRecord) => Promise<Partial<ScheduleRecord> | null>,
  ): Promise<ScheduleView> {
    this.#checkOpen();
    const key = this.#keyOf(saga, scheduleId);
    return this.#mailboxes.post(addressOf(key), async () => {
      const record = await this.#load(key);
      const change = await toChange(record);
      return toScheduleView(change === null ? record : await this.#put(record, change));
    });
  }

  async #put(before: ScheduleRecord, change: Partial<ScheduleRecord>): Promise<ScheduleRecord> {
    const { revision } = before;
    const updatedAtMs = this.#clock.now();
    const after = { ...before, ...change, revision: revision + 1, updatedAtMs };
    await this.#book.put(after);
    if (after.nextDueAtMs !== before.nextDueAtMs) this.#runner.follow(before, after);
    return after;
  }

  async #load(key: ScheduleKey): Promise<ScheduleRecord> {
    const record = await this.#store.loadSchedule(key);
    if (record !== null) return record;
    throw new SagaError(
      "SAGA_SCHEDULE_NOT_FOUND",
      `saga "${key.saga}" has no schedule "${key.scheduleId}"`,
    );
  }

  #nextOf(record: ScheduleRecord): number | null {
    const { timing } = definitionOf(record);
    return toTiming(timing, record.createdAtMs).next(this.#clock.now());
  }

  #checkOpen(): void {
    const closed = this.#runtime.health();
    if (closed !== null) throw closed;
  }

  #keyOf({ name }: Pick<AnySaga, "name">, scheduleId: string): ScheduleKey {
    this.#runtime.saga(name);
    return { saga: name, scheduleId: checkScheduleId(scheduleId) };
  }
}

function toRecord(
  key: ScheduleKey,
  definition: ScheduleDefinition,
  createdAtMs: number,
): ScheduleRecord {
  return {
    ...key,
    revision: 1,
    definition: encode(definition),
    isPaused: false,
    nextDueAtMs: null,
    lastDueAtMs: null,
    lastOutcome: null,
    lastInstanceId: null,
    lastError: null,
    createdAtMs,
    updatedAtMs: createdAtMs,
  };
}

// As it is kept, since the one that is there has been.
function isSame(existing: ScheduleDefinition, other: ScheduleDefinition): boolean {
  return fingerprintOf(existing) === fingerprintOf(decode(encode(other)));
}

/** What a damaged schedule waits for is not known: when that comes, the schedule is gone. */
function unlessDamaged(error: unknown): null {
  if (error instanceof SagaError && error.code === "SAGA_SCHEDULE_DAMAGED") return null;
  throw error;
}

/** The name of a saga has no slash, so this is never the mailbox of a saga. */
function addressOf({ saga, scheduleId }: ScheduleKey): string {
  return `${saga}/${scheduleId}`;
}
