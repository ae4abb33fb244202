/** What all parts of a run have in common, and what a process is to those who serve it. */
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import type { Faults } from "./faults.ts";
import type { VirtualTime } from "./time.ts";
import type { Trace } from "./trace.ts";

/** What all parts of a run have in common. */
export interface Stage {
  readonly chance: Chance;
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly disk: Disk;
  /** Whether the store is at the other end of a slow line, so that its calls interleave. */
  readonly isFar: boolean;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  /** What is wrong between a process and its disk, whatever comes after. */
  readonly violations: string[];
}

/** A process, which may be gone before it is answered. */
export interface Mortal {
  readonly isAlive: boolean;
  /** A line of the trace. */
  say(what: string): void;
}

/** A promise that is never settled: whoever would have heard of it is not there any more. */
export function never<Value>(): Promise<Value> {
  return new Promise<Value>(() => {});
}
