/**
 * Phases: what a saga is doing, in one word, read from the tags of its active leaf states.
 *
 * The chart says it and nothing is guessed: lint refuses a resting leaf without one of these tags.
 */
import type { AnyMachineSnapshot } from "xstate";

/** How a chart can say that an instance ends. */
export const drawnEndPhases = ["completed", "compensated", "failed"] as const;

/** How an instance can end. `stopped`: its parent has left it; no chart says so. */
export const endPhases = [...drawnEndPhases, "stopped"] as const;

/** What an instance is doing until it ends. */
const openPhases = ["forward", "retrying", "compensating", "stuck"] as const;

/** All phases. Where parallel regions differ, the one that stands later in this list speaks for the instance. */
export const phases = [...openPhases, ...endPhases] as const;

export type EndPhase = (typeof endPhases)[number];
export type Phase = (typeof phases)[number];

export function isPhase(text: string): text is Phase {
  return (phases as readonly string[]).includes(text);
}

/** Whether a tag of a chart says a phase. */
export function isPhaseTag(tag: string): tag is Phase {
  return tag !== "stopped" && isPhase(tag);
}

export function isEndPhase(phase: Phase): phase is EndPhase {
  return (endPhases as readonly string[]).includes(phase);
}

/** The phase of a snapshot. XState's error status is `failed`, and a stopped one `stopped`, whatever the tags say. */
export function phaseOf(snapshot: AnyMachineSnapshot): Phase {
  if (snapshot.status === "error") return "failed";
  if (snapshot.status === "stopped") return "stopped";

  // A region may be done before the others are: only the instance ends, and then nothing else counts.
  const drawn: readonly Phase[] = snapshot.status === "done" ? drawnEndPhases : openPhases;
  const phase = drawn.findLast((one) => snapshot.tags.has(one));
  if (phase === undefined) {
    throw new Error(
      `no phase tag on ${JSON.stringify(snapshot.value)}; lint lets no such chart in`,
    );
  }
  return phase;
}
