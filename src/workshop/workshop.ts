/**
 * The workshop: where the Studio has what authors wrote run without effects. It has threads of its own, so that a guard
 * that never returns costs its own deadline and nobody else's time; a thread that is late is ended and made anew.
 *
 * What is quick (a simulation) has a thread that stays. What takes long (paths, checks) has one for itself, one at a
 * time, and its answer is kept until a file changes.
 */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { SagaError } from "../errors.ts";
import type { WorkshopRequest } from "./request.ts";
import { WorkshopThread } from "./thread.ts";

/** Until the program and the sagas are there: from source, and never compiled before, it takes some ten seconds. */
const LOADING_MS_MAX = 60_000;
/** A simulation computes for five seconds at most; the rest is for loading the saga. */
const QUICK_MS_MAX = 15_000;
/** A check in four worlds. */
const LONG_MS_MAX = 120_000;
/** Requests that wait for an answer. */
export const WAITING_MAX = 16;
/** Files of a machines folder that are looked at for changes. */
const FILES_MAX = 2_000;

const long: ReadonlySet<WorkshopRequest["kind"]> = new Set(["paths", "check"]);

export interface WorkshopOptions {
  readonly machinesPath: string;
  /** Of a request that is quick. */
  readonly quickMs?: number;
  readonly longMs?: number;
}

export class Workshop {
  readonly #options: WorkshopOptions;
  #quick: WorkshopThread | null = null;
  #long: WorkshopThread | null = null;
  #lastLong: Promise<unknown> = Promise.resolve();
  /** Answers of long requests, by what was asked. */
  readonly #known = new Map<string, Promise<unknown>>();
  #fingerprint = "";
  #waiting = 0;
  #isClosed = false;

  constructor(options: WorkshopOptions) {
    this.#options = options;
  }

  /**
   * Asks, and gives what comes back as JSON.
   *
   * @throws {SagaError} SAGA_SIMULATION_FAILED if there is no answer in time; SAGA_SIMULATION_INVALID, SAGA_NOT_FOUND,
   * SAGA_CONFIG_INVALID and what else the saga is to blame for.
   */
  async ask(request: WorkshopRequest): Promise<unknown> {
    if (this.#isClosed) throw new SagaError("SAGA_RUNTIME_CLOSED", "the process is stopping");
    if (this.#waiting >= WAITING_MAX) {
      throw new SagaError(
        "SAGA_SIMULATIONS_FULL",
        `${WAITING_MAX} simulations are computed already`,
      );
    }
    this.#waiting += 1;
    try {
      await this.#forget();
      return await (long.has(request.kind) ? this.#askLong(request) : this.#askQuick(request));
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#quick?.close(), this.#long?.close()]);
  }

  /** What was loaded from files that have changed since is of no use. */
  async #forget(): Promise<void> {
    const fingerprint = fingerprintOf(this.#options.machinesPath);
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#known.clear();
    const old = this.#quick;
    this.#quick = null;
    await old?.close("a file of the machines folder has changed");
  }

  async #askQuick(request: WorkshopRequest): Promise<unknown> {
    const { machinesPath, quickMs = QUICK_MS_MAX } = this.#options;
    const thread = this.#quick?.hasEnded === false ? this.#quick : new WorkshopThread(machinesPath);
    this.#quick = thread;
    await within(thread, thread.ready, LOADING_MS_MAX);
    return within(thread, thread.ask(request), quickMs);
  }

  #askLong(request: WorkshopRequest): Promise<unknown> {
    const key = JSON.stringify(request);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = this.#lastLong.then(() => this.#inOwnThread(request));
    this.#lastLong = answer.catch(() => undefined);
    this.#known.set(key, answer);
    // What failed once may succeed the next time.
    answer.catch(() => this.#known.delete(key));
    return answer;
  }

  async #inOwnThread(request: WorkshopRequest): Promise<unknown> {
    const { machinesPath, longMs = LONG_MS_MAX } = this.#options;
    const thread = new WorkshopThread(machinesPath);
    this.#long = thread;
    try {
      await within(thread, thread.ready, LOADING_MS_MAX);
      return await within(thread, thread.ask(request), longMs);
    } finally {
      await thread.close();
    }
  }
}

/** The answer, or the end of the thread if it comes too late. */
async function within<Value>(
  thread: WorkshopThread,
  answer: Promise<Value>,
  ms: number,
): Promise<Value> {
  const late = AbortSignal.timeout(ms);
  const end = (): void => void thread.close(`it took longer than ${ms / 1_000} s`);
  late.addEventListener("abort", end);
  try {
    return await answer;
  } finally {
    late.removeEventListener("abort", end);
  }
}

/** Changes when a file of the folder does. */
function fingerprintOf(machinesPath: string): string {
  const root = resolve(machinesPath);
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.includes("node_modules"))
    .slice(0, FILES_MAX);
  const facts = paths.map((path) => {
    const { mtimeMs, size } = statSync(join(root, path));
    return `${path} ${mtimeMs} ${size}`;
  });
  return facts.toSorted().join("\n");
}
