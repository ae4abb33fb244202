/**
 * Which faults a run has: each class is on in some runs only, since faults that are always on hide each other
 * (swarm testing, Groce et al., 2012). They stop when the run is half over.
 */
import type { Chance } from "./chance.ts";

/** By class: how likely it is in a run, and then at each occasion. */
const classes = {
  /** The process dies around a transaction. */
  "crash-commit": { inRuns: 0.6, least: 0.002, most: 0.03 },
  /** The process dies before an attempt is sent, or after. */
  "crash-dispatch": { inRuns: 0.5, least: 0.005, most: 0.05 },
  /** The process dies while it does nothing. */
  "crash-idle": { inRuns: 0.4, least: 0.0005, most: 0.003 },
  /** The process is told to stop, and does so. */
  stop: { inRuns: 0.4, least: 0.0005, most: 0.002 },
  busy: { inRuns: 0.5, least: 0.01, most: 0.1 },
  full: { inRuns: 0.4, least: 0.01, most: 0.05 },
  /** The disk fails at a commit, which is there afterwards or is not. */
  "io-error": { inRuns: 0.4, least: 0.001, most: 0.01 },
  /** A read fails. */
  "read-error": { inRuns: 0.4, least: 0.0005, most: 0.003 },
  /** An attempt has its effect, and its answer is lost. */
  "lost-reply": { inRuns: 0.5, least: 0.05, most: 0.25 },
  /** A request arrives twice. */
  doubled: { inRuns: 0.5, least: 0.1, most: 0.4 },
  late: { inRuns: 0.5, least: 0.05, most: 0.3 },
  /** A service says that it cannot now (5xx). */
  transient: { inRuns: 0.6, least: 0.05, most: 0.35 },
  /** A service refuses (4xx). */
  rejected: { inRuns: 0.4, least: 0.02, most: 0.15 },
  /** A service never answers; the effect may be there. */
  never: { inRuns: 0.5, least: 0.03, most: 0.2 },
  /** An attempt does not listen when it is aborted. */
  deaf: { inRuns: 0.5, least: 0.3, most: 1 },
  /** The wall clock is set, forth or back. */
  jump: { inRuns: 0.4, least: 0.001, most: 0.004 },
  /** A client sends again what was answered, or does not hear the answer. */
  resend: { inRuns: 0.6, least: 0.1, most: 0.4 },
  /** Callbacks are called later than they asked for. */
  lateness: { inRuns: 0.6, least: 0.1, most: 0.5 },
  /** An operator suspends an instance, and resumes it later. */
  suspend: { inRuns: 0.4, least: 0.1, most: 0.5 },
  /** A client sends what only the runtime may. */
  forge: { inRuns: 0.4, least: 0.3, most: 1 },
  /** Two look at an instance at one time, again and again. */
  look: { inRuns: 0.4, least: 0.3, most: 1 },
} as const;

export type FaultClass = keyof typeof classes;

const faultClasses = Object.keys(classes) as readonly FaultClass[];

export class Faults {
  readonly #chance: Chance;
  readonly #rates = new Map<FaultClass, number>();
  readonly struck = new Map<FaultClass, number>();
  #areOver = false;

  /** `without`: classes that are off whatever chance says. */
  constructor(chance: Chance, without: readonly string[] = []) {
    this.#chance = chance;
    for (const name of faultClasses) {
      const { inRuns, least, most } = classes[name];
      const isOn = chance.isLikely(`on ${name}`, inRuns);
      const rate = least + chance.draw(`on ${name}`) * (most - least);
      if (isOn && !without.includes(name)) this.#rates.set(name, rate);
    }
  }

  /** Classes that are on in this run. */
  get on(): readonly FaultClass[] {
    return [...this.#rates.keys()];
  }

  get areOver(): boolean {
    return this.#areOver;
  }

  /** Whether the fault happens on this occasion. */
  strikes(name: FaultClass): boolean {
    const rate = this.#rates.get(name);
    if (rate === undefined) return false;
    // Drawn in any case, so that the end of faults changes nothing else.
    const isStruck = this.#chance.isLikely(name, rate) && !this.#areOver;
    if (isStruck) this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    return isStruck;
  }

  stop(): void {
    this.#areOver = true;
  }
}
