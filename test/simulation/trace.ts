/** The trace of a run: a line for each thing that happened, which is the same whenever the seed is. */
import type { VirtualTime } from "./time.ts";

export class Trace {
  readonly #time: VirtualTime;
  readonly lines: string[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  add(who: string, what: string): void {
    const seconds = (this.#time.monotonicMs / 1_000).toFixed(3).padStart(9);
    this.lines.push(`${seconds}  ${who.padEnd(8)} ${what}`);
  }
}
