/**
 * Bulk operations: the same operation on all instances that a search finds, in small batches, each instance by
 * the path of a single operation. What to do is settled when it is asked for: instances that start to fit
 * later are left alone. Progress is in memory; what was done is in the journals.
 */
import type { Clock } from "../../clock.ts";
import { errorStatus, SagaError } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Random } from "../../random.ts";
import type { InstanceCursor, InstanceKey, InstanceQuery, Store } from "../../store/store.ts";
import { checkOperation } from "./operation.ts";
import type { InstanceOperation, OperationRequest } from "./operation.ts";

/** Instances of one bulk operation: more is not looked through by a person, and deserves a narrower filter. */
export const BULK_INSTANCES_MAX = 10_000;
/** Instances worked on at a time: they share commits, and leave room for everybody else. */
export const BULK_BATCH = 50;
/** Bulk operations that run at a time. */
export const BULKS_RUNNING_MAX = 4;
/** Bulk operations whose progress is remembered; the oldest that have ended are forgotten first. */
export const BULKS_KEPT_MAX = 100;
/** Instances that a dry run names. */
const BULK_SAMPLE = 20;

const PAGE = 200;

export type BulkFilter = Omit<InstanceQuery, "limit" | "after">;

export interface BulkProgress {
  readonly id: string;
  readonly operation: InstanceOperation;
  readonly state: "running" | "done" | "aborted";
  /** Instances that the filter found. */
  readonly matched: number;
  readonly done: number;
  /** How many instances were not fit for it, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Instances where it failed for another reason; asking again may help. */
  readonly failed: number;
  readonly createdAtMs: number;
}

export interface BulkOptions {
  readonly store: Pick<Store, "findInstances">;
  readonly clock: Clock;
  readonly random: Random;
  readonly operate: (key: InstanceKey, request: OperationRequest) => Promise<unknown>;
  /** Why nothing may be asked any more; null while it may. */
  readonly health: () => SagaError | null;
}

type Running = { -readonly [Key in keyof BulkProgress]: BulkProgress[Key] } & {
  refused: Record<string, number>;
};

export class Bulks {
  readonly #options: BulkOptions;
  /** By id, oldest first. */
  readonly #bulks = new Map<string, Running>();
  #open = true;

  constructor(options: BulkOptions) {
    this.#options = options;
  }

  /** How many instances it would be asked of, and the first of them. Nothing is changed. */
  async dryRun(
    filter: BulkFilter,
    request: OperationRequest,
  ): Promise<{ readonly matched: number; readonly first: readonly InstanceKey[] }> {
    checkOperation(request);
    const keys = await this.#find(filter);
    return { matched: keys.length, first: keys.slice(0, BULK_SAMPLE) };
  }

  /**
   * Finds the instances, and begins. It goes on in the background.
   *
   * @throws {SagaError} SAGA_OPERATION_NOT_POSSIBLE if the filter finds too many, or too many bulk operations run;
   * SAGA_RUNTIME_CLOSED.
   */
  async start(filter: BulkFilter, request: OperationRequest): Promise<BulkProgress> {
    const { name: operation } = checkOperation(request);
    const keys = await this.#find(filter);
    const running = [...this.#bulks.values()].filter(({ state }) => state === "running");
    if (running.length >= BULKS_RUNNING_MAX) {
      throw notPossible(`${BULKS_RUNNING_MAX} bulk operations run already; wait for one of them`);
    }
    const bulk: Running = {
      id: this.#options.random.uuid(),
      operation,
      state: "running",
      matched: keys.length,
      done: 0,
      refused: {},
      failed: 0,
      createdAtMs: this.#options.clock.now(),
    };
    this.#keep(bulk);
    void this.#run(bulk, keys, request);
    return copyOf(bulk);
  }

  /** @throws {SagaError} SAGA_OPERATION_NOT_FOUND */
  get(id: string): BulkProgress {
    return copyOf(this.#known(id));
  }

  /** Does no more of it; what was done stays done. @throws {SagaError} SAGA_OPERATION_NOT_FOUND */
  abort(id: string): BulkProgress {
    const bulk = this.#known(id);
    if (bulk.state === "running") bulk.state = "aborted";
    return copyOf(bulk);
  }

  /** Aborts all of them. */
  close(): void {
    this.#open = false;
  }

  async #run(
    bulk: Running,
    keys: readonly InstanceKey[],
    request: OperationRequest,
  ): Promise<void> {
    for (let at = 0; at < keys.length && this.#isRunning(bulk); at += BULK_BATCH) {
      const batch = keys.slice(at, at + BULK_BATCH);
      await Promise.all(batch.map((key) => this.#operate(bulk, key, request)));
    }
    if (bulk.state === "running") bulk.state = this.#open ? "done" : "aborted";
  }

  #isRunning({ state }: Running): boolean {
    return this.#open && state === "running";
  }

  async #operate(bulk: Running, key: InstanceKey, request: OperationRequest): Promise<void> {
    try {
      await this.#options.operate(key, request);
      bulk.done += 1;
    } catch (error) {
      const code = refusalOf(error);
      if (code === null) bulk.failed += 1;
      else bulk.refused[code] = (bulk.refused[code] ?? 0) + 1;
    }
  }

  async #find(filter: BulkFilter): Promise<readonly InstanceKey[]> {
    const closed = this.#options.health();
    if (closed !== null) throw closed;
    const keys: InstanceKey[] = [];
    let after: InstanceCursor | null = null;
    do {
      const query: InstanceQuery = { ...filter, limit: PAGE, ...(after !== null && { after }) };
      const { items, next } = await this.#options.store.findInstances(query);
      keys.push(...items.map(({ saga, instanceId }) => ({ saga, instanceId })));
      if (keys.length > BULK_INSTANCES_MAX) {
        throw notPossible(`the filter finds more than ${BULK_INSTANCES_MAX} instances; narrow it`);
      }
      after = next;
    } while (after !== null);
    return keys;
  }

  #known(id: string): Running {
    const bulk = this.#bulks.get(id);
    if (bulk !== undefined) return bulk;
    throw new SagaError(
      "SAGA_OPERATION_NOT_FOUND",
      "this process knows no such bulk operation; the journals tell what it did",
    );
  }

  #keep(bulk: Running): void {
    for (const { id, state } of this.#bulks.values()) {
      if (this.#bulks.size < BULKS_KEPT_MAX) break;
      if (state !== "running") this.#bulks.delete(id);
    }
    this.#bulks.set(bulk.id, bulk);
  }
}

function copyOf(bulk: Running): BulkProgress {
  return { ...bulk, refused: { ...bulk.refused } };
}

/** The code of a refusal; null if it failed for a reason that is not the instance's. */
function refusalOf(error: unknown): ErrorCode | null {
  if (!(error instanceof SagaError)) return null;
  return errorStatus[error.code] < 500 ? error.code : null;
}

function notPossible(why: string): SagaError {
  return new SagaError("SAGA_OPERATION_NOT_POSSIBLE", why);
}
