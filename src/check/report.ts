/** The report of a check: plain data, to be rendered, stored or replayed. */
import type { EventVerdicts } from "../saga/accepts.ts";
import type { Phase } from "../saga/phase.ts";
import type { Bounds } from "./bounds.ts";
import type { Coverage } from "./coverage.ts";
import type { Move } from "./move.ts";
import type { Waiver, World } from "./options.ts";
import type { PropertyName, Severity } from "./property.ts";

export interface CheckReport {
  readonly saga: string;
  readonly version: number;
  /** No error was found but those that are waived. Warnings do not count. */
  readonly ok: boolean;
  readonly findings: readonly CheckFinding[];
  /** Findings that a waiver accepts. */
  readonly waived: readonly { readonly finding: CheckFinding; readonly reason: string }[];
  /** Waivers of nothing that was found. */
  readonly unusedWaivers: readonly Waiver[];
  readonly worlds: readonly WorldReport[];
  readonly coverage: Coverage;
  /** Null if no world was explored. */
  readonly bounds: Bounds | null;
  /** What each leaf state does with each event. */
  readonly fates: readonly EventVerdicts[];
  /** Parts of the saga that the check does not look into, and the context that it leaves out. */
  readonly notExplored: readonly string[];
}

export interface CheckFinding {
  readonly property: PropertyName;
  readonly severity: Severity;
  /** The state, activity, event, transition or rule that it is about; a waiver names it. */
  readonly place: string;
  readonly message: string;
  /** The worlds in which it was found; empty: in none of them did what is missing happen. */
  readonly worlds: readonly World[];
  /** A shortest way to it in the first of the worlds; null: it is about what never happens. */
  readonly witness: Witness | null;
}

/** A way from the start of an instance, which a test can go on the real runtime. */
export interface Witness {
  readonly world: World;
  readonly start: Place;
  readonly steps: readonly WitnessStep[];
  /** How many of the last steps repeat for ever; 0: none. */
  readonly repeating: number;
}

export interface Place {
  readonly state: string;
  readonly phase: Phase;
  /** Names of the activities whose effects are in place, in order. */
  readonly inPlace: readonly string[];
}

export interface WitnessStep extends Place {
  readonly move: Move;
  /** The move in words. */
  readonly words: string;
}

export interface WorldReport {
  readonly world: World;
  readonly configurations: number;
  readonly edges: number;
  /** Configurations in which the instance has ended. */
  readonly ends: number;
  /** Moves of the longest of all shortest ways. */
  readonly depth: number;
  readonly durationMs: number;
  /** Empty: everything was looked at. */
  readonly cutOff: readonly string[];
}
