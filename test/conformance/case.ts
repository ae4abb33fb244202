/**
 * Cases: a machine and a script of what happens to it, to be driven in plain XState and in the runtime.
 *
 * A case claims that the two agree after every instruction. Where they do not by design, it says so, with the
 * reason, and exactly the differences that it names are let pass: no more, and no fewer.
 */
import type { AnyEventObject, AnyStateMachine, EventObject } from "xstate";
import type { Stage } from "./stage.ts";

/** One thing that happens. Actors are named by their path from the root: `child/charge`. */
export type Instruction =
  | { readonly kind: "send"; readonly event: EventObject; readonly to: string }
  | { readonly kind: "advance"; readonly byMs: number }
  /** Settles the newest call of an activity, or all older ones (`late`). */
  | {
      readonly kind: "settle";
      readonly actor: string;
      readonly outcome: { readonly output: unknown } | { readonly error: unknown };
      readonly late: boolean;
    }
  /** Lets a live actor (a callback or an observable) say something. */
  | { readonly kind: "say"; readonly actor: string; readonly what: unknown };

/** What is compared of one actor after each instruction. */
export interface ActorObservation {
  readonly status: string;
  /** Paths of the active leaves, or "running" for an actor that is no machine. */
  readonly state: string;
  readonly tags: readonly string[];
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  /** Types of the events of the timers that are set, sorted. */
  readonly timers: readonly string[];
  /** What the actor asked of the world since the last observation, in order. */
  readonly effects: readonly (readonly unknown[])[];
  /** Its custom actions that were performed since, in order. */
  readonly performed: readonly (readonly unknown[])[];
}

/** By the path of the actor, the root's is "". */
export type Observation = Readonly<Record<string, ActorObservation>>;

/** One field of one actor that is not the same after an instruction. */
export interface Difference {
  /** Number of the instruction, counted from 1; 0 is the start. */
  readonly after: number;
  readonly actor: string;
  readonly field: keyof ActorObservation;
  readonly live: unknown;
  readonly runtime: unknown;
}

export interface Case {
  /** What it shows, as a claim. */
  readonly claim: string;
  /** Made anew for each process, so that none finds anything in the memory of the one before. */
  readonly machine: (stage: Stage) => AnyStateMachine;
  readonly input?: unknown;
  readonly script: readonly Instruction[];
  /** Lets the machine's own functions serve as its custom actions. */
  readonly ownActions?: true;
  /** Takes away the handlers that are added to invokes without `onError`. */
  readonly asDrawn?: true;
  /** Rules of lint that refuse the machine at registration, and what a user is to do or know. */
  readonly refused?: { readonly rules: readonly string[]; readonly why: string };
  /** How the runtime differs, on purpose. */
  readonly differs?: {
    readonly why: string;
    readonly in: readonly Difference[];
    /** Present if only a restart makes the difference. */
    readonly only?: "killed";
  };
}

/** A row of the matrix of what is supported: cases about one construct of XState. */
export interface Construct {
  readonly construct: string;
  /** What else a user has to know; a sentence without a full stop. */
  readonly note?: string;
  readonly cases: readonly Case[];
}

export function send(event: string | AnyEventObject, to = ""): Instruction {
  return { kind: "send", event: typeof event === "string" ? { type: event } : event, to };
}

export function advance(byMs: number): Instruction {
  return { kind: "advance", byMs };
}

export function resolve(actor: string, output?: unknown): Instruction {
  return { kind: "settle", actor, outcome: { output }, late: false };
}

export function reject(actor: string, error: unknown = new Error("no")): Instruction {
  return { kind: "settle", actor, outcome: { error }, late: false };
}

/** The answers of calls that are not the newest any more. */
export function resolveLate(actor: string, output?: unknown): Instruction {
  return { kind: "settle", actor, outcome: { output }, late: true };
}

export function rejectLate(actor: string, error: unknown = new Error("no")): Instruction {
  return { kind: "settle", actor, outcome: { error }, late: true };
}

export function say(actor: string, what: unknown): Instruction {
  return { kind: "say", actor, what };
}

/** A difference at the root. */
export function unlike(
  after: number,
  field: keyof ActorObservation,
  live: unknown,
  runtime: unknown,
): Difference {
  return { after, actor: "", field, live, runtime };
}
