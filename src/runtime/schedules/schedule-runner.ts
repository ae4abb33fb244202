/**
 * The runner of schedules: waits for due times, starts their instances, and writes down what came of it.
 *
 * The start comes first and the record after it. Whoever is lost in between leaves a due time that is dealt with
 * again, and since the id of the instance is made of that time, the second start finds the first. So nothing is
 * started but for the due time that the record waits for: those that are passed over are written off before.
 */
import type { Clock } from "../../clock.ts";
import { errorStatus, isFatalToStore, SagaError } from "../../errors.ts";
import type { Chart } from "../../saga/chart.ts";
import type { AnySaga } from "../../saga/define.ts";
import { isEndPhase } from "../../saga/phase.ts";
import type { ScheduleKey, ScheduleRecord, Store } from "../../store/store.ts";
import { DueQueue } from "../due-queue.ts";
import type { DueItem } from "../due-queue.ts";
import type { ScheduleBook } from "./schedule-book.ts";
import { instanceIdAt } from "./schedule-definition.ts";
import type { ScheduleDefinition } from "./schedule-definition.ts";
import { planDue } from "./schedule-plan.ts";
import type { DueFacts, DuePlan } from "./schedule-plan.ts";
import { toTiming } from "./schedule-timing.ts";
import { definitionOf } from "./schedule-view.ts";
import type { Telemetry } from "../telemetry.ts";
import type { InstanceView } from "../readers/view.ts";

/** What schedules need of the runtime: it is a `Runtime`. */
export interface StartingRuntime {
  /** Null while it takes something. */
  health(): SagaError | null;
  /** @throws {SagaError} SAGA_NOT_FOUND */
  saga(name: string): Chart;
  /** The same id with the same input again starts nothing, with `created: false`. */
  start(
    saga: AnySaga,
    options: {
      instanceId: string;
      input: unknown;
      attributes: Readonly<Record<string, string>>;
    },
  ): Promise<{ created: boolean; instance: InstanceView }>;
  /** @throws {SagaError} SAGA_INSTANCE_NOT_FOUND */
  get(saga: Pick<AnySaga, "name">, instanceId: string): Promise<InstanceView>;
}

export interface ScheduleRunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly book: ScheduleBook;
  readonly runtime: StartingRuntime;
  /** Runs `work` when nothing else is done with that schedule. */
  readonly alone: <Result>(key: ScheduleKey, work: () => Promise<Result>) => Promise<Result>;
  /** The store cannot say what it wrote: nothing may go on. */
  readonly onFatal: (error: SagaError) => void;
}

interface DueSchedule extends DueItem {
  readonly key: ScheduleKey;
  readonly retryInMs: number;
}

const RETRY_MS = { first: 500, max: 60_000 } as const;

export class ScheduleRunner {
  readonly #options: ScheduleRunnerOptions;
  readonly #queue: DueQueue<DueSchedule>;
  #openedAtMs = 0;

  constructor(options: ScheduleRunnerOptions) {
    this.#options = options;
    const { store, clock, telemetry } = options;
    this.#queue = new DueQueue<DueSchedule>({
      clock,
      find: async (limit) =>
        (await store.findSchedules(limit)).map(({ dueAtMs, ...key }) => toItem(key, dueAtMs)),
      onDue: (item) => void this.#insist(item),
      onError: (error, retryInMs) => telemetry({ kind: "unclaimed", error, retryInMs }),
    });
  }

  async begin(): Promise<void> {
    this.#openedAtMs = this.#options.clock.now();
    await this.#queue.begin();
  }

  /** Forgets what was waited for, and waits for what the record says now. */
  follow(before: ScheduleRecord | null, after: ScheduleRecord | null): void {
    // A clock that is set back has due times come that were over when the process began: it is there for them.
    this.#openedAtMs = Math.min(this.#openedAtMs, this.#options.clock.now());
    if (before !== null && before.nextDueAtMs !== null) {
      this.#queue.remove(toItem(before, before.nextDueAtMs).id);
    }
    if (after !== null && after.nextDueAtMs !== null) {
      this.#queue.add(toItem(after, after.nextDueAtMs));
    }
  }

  close(): void {
    this.#queue.close();
  }

  /** What is still to be written down of a due time that is waited for, and that an instance was started for. */
  async unrecorded(record: ScheduleRecord): Promise<Partial<ScheduleRecord>> {
    const { saga, scheduleId, nextDueAtMs } = record;
    if (nextDueAtMs === null) return {};
    const started = await this.#find(saga, instanceIdAt(scheduleId, nextDueAtMs));
    if (started === null) return {};
    const lastInstanceId = await this.lastOf(record, started);
    return { lastDueAtMs: nextDueAtMs, lastOutcome: "started", lastInstanceId, lastError: null };
  }

  /** The instance that was started last: the one that the record names, or one that was found only now. */
  async lastOf({ saga, lastInstanceId }: ScheduleRecord, found: InstanceView): Promise<string> {
    const last = lastInstanceId === null ? null : await this.#find(saga, lastInstanceId);
    return last !== null && last.createdAtMs > found.createdAtMs ? last.id : found.id;
  }

  /** Again and again until the due time is dealt with, or the runtime closes. */
  async #insist(item: DueSchedule): Promise<void> {
    try {
      const end = await this.#options.alone(item.key, () => this.#perform(item));
      this.#queue.remove(item.id);
      if (end === "early") this.#queue.add(item);
    } catch (error) {
      if (isFatalToStore(error)) {
        this.#options.onFatal(error);
        return;
      }
      const { saga, scheduleId } = item.key;
      const { retryInMs } = item;
      const instanceId = instanceIdAt(scheduleId, item.dueAtMs);
      this.#options.telemetry({
        kind: "undelivered",
        saga,
        instanceId,
        what: "schedule",
        error,
        retryInMs,
      });
      this.#queue.retry({ ...item, retryInMs: Math.min(2 * retryInMs, RETRY_MS.max) }, retryInMs);
    }
  }

  /** `early`: the clock was set back since it was due. */
  async #perform({ key, dueAtMs }: DueSchedule): Promise<"done" | "early"> {
    const before = await this.#options.store.loadSchedule(key);
    // Paused, deleted, or further on already.
    if (before === null || before.nextDueAtMs !== dueAtMs) return "done";

    const definition = definitionOf(before);
    const plan = await this.#plan(before, definition, dueAtMs);
    if (this.#options.clock.now() < dueAtMs) return "early";
    const awaited = await this.#passOver(before, plan);
    const done = await this.#carryOut(awaited, definition, plan);
    const lastDueAtMs = plan.dueAtMs;
    const after = await this.#put(awaited, { ...done, lastDueAtMs, nextDueAtMs: plan.nextDueAtMs });
    this.#tell(after, plan.dueAtMs);
    return "done";
  }

  /** The record as it is when the due time of the plan is the next: who is lost now is to start that one and no other. */
  async #passOver(before: ScheduleRecord, plan: DuePlan): Promise<ScheduleRecord> {
    const { dueAtMs, verdict, passedOver } = plan;
    if (passedOver === null) return before;
    const { saga, scheduleId } = before;
    // What starts nothing is written down once.
    const awaited =
      verdict === "start" ? await this.#put(before, { nextDueAtMs: dueAtMs }) : before;
    this.#options.telemetry({
      kind: "schedule",
      saga,
      scheduleId,
      dueAtMs: passedOver.firstMs,
      untilMs: passedOver.lastMs,
      outcome: "missed",
      detail: null,
    });
    return awaited;
  }

  async #put(before: ScheduleRecord, change: Partial<ScheduleRecord>): Promise<ScheduleRecord> {
    const { book, clock } = this.#options;
    const after = { ...before, ...change, revision: before.revision + 1, updatedAtMs: clock.now() };
    await book.put(after);
    this.follow(before, after);
    return after;
  }

  async #plan(
    record: ScheduleRecord,
    { timing: when, catchUp, overlap }: ScheduleDefinition,
    dueAtMs: number,
  ): Promise<DuePlan> {
    const timing = toTiming(when, record.createdAtMs);
    const facts: DueFacts = {
      dueAtMs,
      nowMs: this.#options.clock.now(),
      openedAtMs: this.#openedAtMs,
      catchUp,
      overlap,
      isLastRunning: overlap === "skip" && (await this.#isRunning(record)),
      isStarted: false,
    };
    const plan = planDue(timing, facts);
    if (plan.verdict === "start" && plan.dueAtMs === dueAtMs) return plan;
    // Before a due time is passed over: it may have been started by a process that was lost right after.
    const started = await this.#find(record.saga, instanceIdAt(record.scheduleId, dueAtMs));
    return started === null ? plan : planDue(timing, { ...facts, isStarted: true });
  }

  async #carryOut(
    record: ScheduleRecord,
    { input, attributes }: ScheduleDefinition,
    { dueAtMs, verdict }: DuePlan,
  ): Promise<Pick<ScheduleRecord, "lastOutcome" | "lastInstanceId" | "lastError">> {
    const { saga, scheduleId, lastInstanceId } = record;
    if (verdict !== "start") return { lastOutcome: verdict, lastInstanceId, lastError: null };
    const instanceId = instanceIdAt(scheduleId, dueAtMs);
    try {
      const { runtime } = this.#options;
      const options = { instanceId, input, attributes };
      const { created, instance } = await runtime.start(runtime.saga(saga).saga, options);
      const last = created ? instanceId : await this.lastOf(record, instance);
      return { lastOutcome: "started", lastInstanceId: last, lastError: null };
    } catch (error) {
      if (isPassing(error)) throw error;
      const lastError = textOf(error).slice(0, ERROR_LENGTH_MAX);
      return { lastOutcome: "refused", lastInstanceId, lastError };
    }
  }

  async #isRunning({ saga, lastInstanceId }: ScheduleRecord): Promise<boolean> {
    if (lastInstanceId === null) return false;
    const last = await this.#find(saga, lastInstanceId);
    return last !== null && !isEndPhase(last.phase);
  }

  /** Null also if its saga cannot be asked any more: then a start will be refused with the reason. */
  async #find(saga: string, instanceId: string): Promise<InstanceView | null> {
    try {
      return await this.#options.runtime.get({ name: saga }, instanceId);
    } catch (error) {
      if (isPassing(error)) throw error;
      return null;
    }
  }

  #tell({ saga, scheduleId, ...after }: ScheduleRecord, dueAtMs: number): void {
    const { lastOutcome: outcome, lastInstanceId, lastError } = after;
    if (outcome === null) return;
    const detail = outcome === "refused" ? lastError : outcome === "missed" ? null : lastInstanceId;
    this.#options.telemetry({
      kind: "schedule",
      saga,
      scheduleId,
      dueAtMs,
      untilMs: dueAtMs,
      outcome,
      detail,
    });
  }
}

/** Characters of the reason of a refusal that are kept. */
const ERROR_LENGTH_MAX = 1_000;
const INTERNAL = 500;
const MAILBOX_FULL = 429;

function toItem({ saga, scheduleId }: ScheduleKey, dueAtMs: number): DueSchedule {
  // With its time, so that the next due time of a schedule is another item than the one in hand.
  const id = `${saga}/${scheduleId}@${dueAtMs}`;
  return { id, dueAtMs, key: { saga, scheduleId }, retryInMs: RETRY_MS.first };
}

/** What the store or the process cannot do now, and what nobody has foreseen. All else would be the same the next time. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof SagaError)) return true;
  const status = errorStatus[error.code];
  return status > INTERNAL || status === MAILBOX_FULL;
}

function textOf(error: unknown): string {
  if (error instanceof SagaError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
