/**
 * An instance in plain XState whose activities answer by a script, on a clock that only the test moves.
 *
 * It proves a chart alone: no runtime, no store and no network are in it.
 */
import { setImmediate } from "node:timers/promises";
import { SimulatedClock, createActor, fromPromise } from "xstate";
import type {
  ActorRefFrom,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFrom,
  InputFrom,
  SnapshotFrom,
} from "xstate";
import type { ActivityName } from "../../src/index.ts";

/** How an activity behaves at one attempt; the last of a list holds for all later ones. */
export type Behavior =
  | "ok"
  | "reject"
  | "unknown"
  | "hang"
  | "throw"
  | { retryAfterMs: number }
  // Goes well, with this answer.
  | { answer: object };

export type Script<Machine extends AnyStateMachine> = {
  readonly [Name in ActivityName<Machine>]?: readonly Behavior[];
};

export interface Scripting<Machine extends AnyStateMachine> {
  readonly id: string;
  readonly input: InputFrom<Machine>;
  /** What activities give when all goes well; undefined for the others. */
  readonly answers: { readonly [Name in ActivityName<Machine>]?: object };
  readonly script?: Script<Machine>;
  /** Longer than any timeout or backoff of the chart, ten minutes by default. */
  readonly longestDelayMs?: number;
}

export class Scripted<Machine extends AnyStateMachine> {
  readonly actor: ActorRefFrom<AnyStateMachine>;
  readonly clock = new SimulatedClock();
  /** Every attempt of every activity, in order. */
  readonly attempts: { step: ActivityName<Machine>; input: unknown }[] = [];
  readonly #script = new Map<string, Behavior[]>();
  readonly #longestDelayMs: number;

  constructor(
    machine: Machine,
    { id, input, answers, script = {}, ...others }: Scripting<Machine>,
  ) {
    this.#longestDelayMs = others.longestDelayMs ?? 10 * 60_000;
    for (const [step, behaviors] of Object.entries(script)) {
      this.#script.set(step, [...(behaviors as Behavior[])]);
    }
    const names = Object.keys(machine.implementations.actors) as ActivityName<Machine>[];
    const actors = names.map((name) => [name, this.#scripted(name, answers[name])]);
    const scripted = machine.provide({ actors: Object.fromEntries(actors) as object });
    this.actor = createActor(scripted as AnyStateMachine, { id, clock: this.clock, input }).start();
  }

  get snapshot(): SnapshotFrom<Machine> {
    return this.actor.getSnapshot() as SnapshotFrom<Machine>;
  }

  /** Steps of the attempts, repeated ones once. */
  get steps(): ActivityName<Machine>[] {
    return [...new Set(this.attempts.map(({ step }) => step))];
  }

  attemptsOf(step: ActivityName<Machine>): number {
    return this.attempts.filter((attempt) => attempt.step === step).length;
  }

  /** How the activity behaves from now on. */
  rewrite(step: ActivityName<Machine>, behaviors: readonly Behavior[]): void {
    this.#script.set(step, [...behaviors]);
  }

  can(event: EventFrom<Machine>): boolean {
    return (this.actor.getSnapshot() as AnyMachineSnapshot).can(event);
  }

  async send(event: EventFrom<Machine>): Promise<void> {
    this.actor.send(event);
    await this.settle();
  }

  /** Lets every answer in that is there without time going by. */
  async settle(): Promise<void> {
    await setImmediate();
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    this.clock.increment(ms);
    await this.settle();
  }

  /** Lets time go by until the instance rests: it has ended, or is stuck, or `isThere`. */
  async run(isThere: () => boolean = () => false): Promise<void> {
    await this.settle();
    const rests = (): boolean => {
      const snapshot = this.actor.getSnapshot() as AnyMachineSnapshot;
      return snapshot.status !== "active" || snapshot.hasTag("stuck") || isThere();
    };
    while (!rests()) await this.advance(this.#longestDelayMs);
  }

  #scripted(step: ActivityName<Machine>, answer: unknown) {
    return fromPromise<unknown, object>(({ input }) => {
      this.attempts.push({ step, input });
      const behaviors = this.#script.get(step) ?? ["ok"];
      const behavior = behaviors.length > 1 ? behaviors.shift() : behaviors[0];
      return perform(behavior ?? "ok", answer);
    });
  }
}

function perform(behavior: Behavior, answer: unknown): Promise<unknown> {
  switch (behavior) {
    case "ok":
      return Promise.resolve(answer);
    case "reject":
      return Promise.reject(failed({ kind: "rejected", message: "refused" }));
    case "unknown":
      return Promise.reject(failed({ kind: "unknown", message: "no answer" }));
    case "throw":
      return Promise.reject(new TypeError("a mistake in the activity"));
    case "hang":
      return new Promise(() => {});
    default:
      if ("answer" in behavior) return Promise.resolve(behavior.answer);
      return Promise.reject(failed({ kind: "unknown", message: "busy", ...behavior }));
  }
}

function failed(facts: { kind: string; message: string; retryAfterMs?: number }): Error {
  return Object.assign(new Error(facts.message), facts);
}
