/**
 * One life of a process: a real runtime on the real store, with its time, its chance and its store given through the
 * ports that production uses. When it ends nothing of it goes on, and what it has not committed is gone.
 */
import type { Clock } from "../../src/clock.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtime/runtime.ts";
import type { TelemetryEvent } from "../../src/runtime/telemetry.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import type { Store } from "../../src/store/store.ts";
import { sqliteError } from "./driver.ts";
import type { FaultClass } from "./faults.ts";
import { linked } from "./link.ts";
import type { Mortal, Stage } from "./stage.ts";

/** What is left for somebody else to do when a life ends. */
export interface Survivors {
  readonly onEnd: (life: Life, why: string) => void;
  readonly onTold: (life: Life, event: TelemetryEvent) => void;
}

/** Thrown where a process dies, to end what it was doing; nobody of it is left to catch it. */
class Died extends Error {}

export class Life implements Mortal {
  readonly name: string;
  readonly #stage: Stage;
  readonly #survivors: Survivors;
  #runtime: Runtime | null = null;
  #store: Store | null = null;
  #isAlive = true;
  #isStopping = false;
  #hasFailedDisk = false;

  constructor(number: number, stage: Stage, survivors: Survivors) {
    this.name = `life ${number}`;
    this.#stage = stage;
    this.#survivors = survivors;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Null before it is open, and while it stops. */
  get runtime(): Runtime | null {
    return this.#isAlive && !this.#isStopping ? this.#runtime : null;
  }

  /** Its store past all faults, for those who judge; null if it is not open. */
  get store(): Store | null {
    return this.runtime === null ? null : this.#store;
  }

  begin(sagas: readonly AnySaga[]): void {
    const { disk, leaseMs, attemptsMax, chance } = this.#stage;
    this.say("begins");
    const store = disk.open({
      onBegin: () => this.#onBegin(),
      onCommit: (commit) => this.#onCommit(commit),
    });
    this.#store = store;
    void this.#open({
      store: this.#watched(store),
      sagas,
      clock: this.#clock(),
      random: { uuid: () => `u-${chance.between("uuid", 0, 2 ** 31)}` },
      telemetry: (event) => this.#told(event),
      leaseMs,
      attemptsMax,
    });
  }

  async #open(options: RuntimeOptions): Promise<void> {
    try {
      this.#runtime = await createRuntime(options);
    } catch (error) {
      this.end(`does not begin: ${String(error)}`);
    }
  }

  /** The process is gone, as by kill -9. */
  end(why: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.say(`ends: ${why}`);
    this.#survivors.onEnd(this, why);
  }

  /** The process is told to stop, waits for its attempts for a while, and closes its store. */
  stop(graceMs: number): void {
    const { runtime } = this;
    if (runtime === null) return;
    this.say(`is told to stop within ${graceMs} ms`);
    this.#isStopping = true;
    void runtime.close({ graceMs }).then(
      () => this.end("stopped"),
      (error: unknown) => this.end(`stopped: ${String(error)}`),
    );
  }

  /** Ends it here and now, if chance will have it. */
  isStruckBy(fault: FaultClass, where: string): boolean {
    if (!this.#isAlive || !this.#stage.faults.strikes(fault)) return false;
    this.end(`${fault} ${where}`);
    return true;
  }

  say(what: string): void {
    this.#stage.trace.add(this.name, what);
  }

  #told(event: TelemetryEvent): void {
    if (!this.#isAlive) return;
    this.#survivors.onTold(this, event);
    // As src/main.ts does it: another process may know better.
    if (event.kind === "fatal") this.end("the store failed for good");
  }

  #clock(): Clock {
    const { time, faults, chance } = this.#stage;
    return {
      now: () => time.wallMs,
      monotonic: () => time.monotonicMs,
      schedule: (delayMs, callback) => {
        const isLate = this.#isAlive && faults.strikes("lateness");
        const lateMs = isLate ? chance.between("late by", 1, 300) : 0;
        return time.after(delayMs + lateMs, () => this.#do(callback));
      },
      endOfTurn: (callback) => {
        time.after(chance.isLikely("turn", 0.3) ? 1 : 0, () => this.#do(callback));
      },
    };
  }

  #do(callback: () => void): void {
    if (this.#isAlive) callback();
  }

  #onBegin(): void {
    const { faults } = this.#stage;
    if (!this.#isAlive) return;
    this.#mayDie("before a transaction");
    if (faults.strikes("busy")) throw this.#failing("SQLITE_BUSY");
  }

  #onCommit(commit: () => void): void {
    const { faults, chance } = this.#stage;
    if (!this.#isAlive) return commit();
    // What such a disk says of a later commit is worth nothing.
    if (this.#hasFailedDisk) {
      this.#stage.violations.push(`${this.name} commits on a disk that failed`);
    }
    this.#mayDie("inside a transaction");
    if (faults.strikes("full")) throw this.#failing("SQLITE_FULL");
    if (faults.strikes("io-error")) {
      // Nobody knows: it may be there.
      const isThere = chance.isLikely("io-error is there", 0.5);
      this.#hasFailedDisk = true;
      if (isThere) commit();
      throw this.#failing(isThere ? "SQLITE_IOERR_FSYNC" : "SQLITE_IOERR_WRITE");
    }
    commit();
    this.#mayDie("after a transaction");
  }

  #mayDie(where: string): void {
    if (this.isStruckBy("crash-commit", where)) throw new Died(where);
  }

  #failing(code: string): Error {
    this.say(`hears ${code}`);
    return sqliteError(code);
  }

  #watched(store: Store): Store {
    return linked(store, this, this.#stage);
  }
}
