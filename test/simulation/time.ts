/**
 * Virtual time: all that happens in a simulation is a task at a time, and between two tasks everything that follows
 * from the first has happened. Tasks of the same time are done in an order that chance gives.
 *
 * Time that never goes back and the wall clock are two things here, as they are for a process.
 */
import TinyQueue from "tinyqueue";
import type { Cancel } from "../../src/clock.ts";
import type { Chance } from "./chance.ts";

interface Task {
  readonly atMs: number;
  readonly order: number;
  readonly sequence: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** What would be an endless loop at one time is an error instead. No seed of thousands had more than 2,000. */
const TASKS_MAX = 20_000;

export class VirtualTime {
  readonly #chance: Chance;
  readonly #queue = new TinyQueue<Task>([], byTime);
  #monotonicMs = 0;
  #wallAheadMs = Date.UTC(2026, 0, 1);
  #sequence = 0;
  #done = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Since the beginning; never goes back. */
  get monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** What the wall clock shows. */
  get wallMs(): number {
    return Math.floor(this.#monotonicMs + this.#wallAheadMs);
  }

  /** How many tasks were done. */
  get done(): number {
    return this.#done;
  }

  /** Sets the wall clock. */
  jump(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const task: Task = {
      atMs: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#chance.draw("order"),
      sequence: this.#sequence,
      run,
      isCancelled: false,
    };
    this.#sequence += 1;
    this.#queue.push(task);
    return () => {
      task.isCancelled = true;
    };
  }

  /** Does all tasks in their order until the time is over, or `isOver` says so, which is asked now and then. */
  async run({ untilMs, isOver }: { untilMs: number; isOver: () => boolean }): Promise<void> {
    for (;;) {
      const task = this.#queue.peek();
      if (task === undefined || task.atMs > untilMs) return;
      this.#queue.pop();
      if (task.isCancelled) continue;
      this.#monotonicMs = Math.max(this.#monotonicMs, task.atMs);
      task.run();
      // All that follows from it is done in microtasks, since nothing here is done by the system.
      await turn();
      this.#done += 1;
      if (this.#done >= TASKS_MAX) throw new Error(`more than ${TASKS_MAX} tasks: an endless loop`);
      if (this.#done % 32 === 0 && isOver()) return;
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function byTime(a: Task, b: Task): number {
  return a.atMs - b.atMs || a.order - b.order || a.sequence - b.sequence;
}
