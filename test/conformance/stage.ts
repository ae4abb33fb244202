/**
 * The stage: the world outside of a case's machine. Here its script settles promises and lets live actors
 * speak, in either of the two ways of being driven.
 */
import { deferred } from "../fixtures/world.ts";
import type { Deferred } from "../fixtures/world.ts";
import type { Instruction } from "./case.ts";

export class Stage {
  readonly #calls = new Map<string, Deferred<unknown>[]>();
  readonly #speakers = new Map<string, (what: never) => void>();

  #notes: unknown[][] = [];

  /** What the machine's own functions and live actors did out here, in order. */
  note(...what: readonly unknown[]): void {
    this.#notes.push([...what]);
  }

  /** Gives the notes, once. */
  takeNotes(): readonly (readonly unknown[])[] {
    const taken = this.#notes;
    this.#notes = [];
    return taken;
  }

  /** A call of an activity, settled by the script. */
  call(actor: string): Promise<unknown> {
    const call = deferred<unknown>();
    // Nobody may be left to hear of a rejection.
    call.promise.catch(() => {});
    this.#calls.set(actor, [...(this.#calls.get(actor) ?? []), call]);
    return call.promise;
  }

  settle({ actor, outcome, late }: Extract<Instruction, { kind: "settle" }>): void {
    const calls = this.#calls.get(actor) ?? [];
    const chosen = late ? calls.slice(0, -1) : calls.slice(-1);
    if (calls.length === 0) throw new Error(`nobody called "${actor}"`);
    for (const call of chosen) {
      if ("output" in outcome) call.resolve(outcome.output);
      else call.reject(outcome.error);
    }
  }

  /** How a live actor hears the script; one that is started again takes the place of the one before. */
  hear(actor: string, speak: (what: never) => void): void {
    this.#speakers.set(actor, speak);
  }

  say({ actor, what }: Extract<Instruction, { kind: "say" }>): void {
    const speak = this.#speakers.get(actor);
    if (speak === undefined) throw new Error(`live actor "${actor}" has never been started`);
    speak(what as never);
  }
}
