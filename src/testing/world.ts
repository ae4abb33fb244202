/**
 * A world in a test: the services that a saga's activities call, as far as a saga can tell. Attempts end when and
 * as the test says, and a ledger keeps what took effect: once for each idempotency key, in order.
 */
import type { ActivityArguments, AnySaga } from "../saga/define.ts";
import type { Outcome } from "../saga/step.ts";
import { answerTo, hasEffect } from "./answers.ts";
import type { Ending } from "./answers.ts";
import { inPlaceAfter } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Setting } from "./position.ts";

/** Which attempt of which operation: what the runtime and the world both know of it. */
export interface AttemptName {
  readonly activity: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
}

interface OpenAttempt extends AttemptName {
  readonly input: unknown;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A saga with a world behind it. Its limits are left out: they delay, and decide nothing. */
export function sagaBehind(saga: AnySaga, world: () => World | null): AnySaga {
  const activities = Object.keys(saga.activities).map((name) => [
    name,
    (asked: ActivityArguments<unknown>) =>
      world()?.perform(name, asked) ?? Promise.reject(new Error("there is no world")),
  ]);
  return Object.freeze({
    ...saga,
    limits: { activities: {}, instances: null },
    activities: Object.fromEntries(activities) as AnySaga["activities"],
  });
}

export class World {
  readonly #setting: Pick<Setting, "chart" | "samples">;
  readonly #ledger: LedgerEntry[];
  readonly #open: OpenAttempt[] = [];

  /** A world in which `ledger` has already happened. */
  constructor(setting: Pick<Setting, "chart" | "samples">, ledger: readonly LedgerEntry[] = []) {
    this.#setting = setting;
    this.#ledger = [...ledger];
  }

  get ledger(): readonly LedgerEntry[] {
    return [...this.#ledger];
  }

  /** The attempts that are being made, in the order in which they began. */
  get open(): readonly AttemptName[] {
    return this.#open.map(({ activity, idempotencyKey, attempt }) => ({
      activity,
      idempotencyKey,
      attempt,
    }));
  }

  /** Whether an attempt is being made. */
  isOpen(name: AttemptName): boolean {
    return this.#find(name) !== undefined;
  }

  /** Ends an attempt; false if none is being made. */
  settle(name: AttemptName, ending: Ending): boolean {
    const attempt = this.#find(name);
    if (attempt === undefined) return false;
    this.#open.splice(this.#open.indexOf(attempt), 1);
    if (hasEffect(ending.outcome)) this.takeEffect(attempt);
    const answer = this.#answer(attempt, ending);
    if (answer.kind === "done") attempt.resolve(answer.output);
    else attempt.reject(answer.error);
    return true;
  }

  /** What a request does that has reached its service, whether anybody hears of it or not. */
  takeEffect({ activity, idempotencyKey }: LedgerEntry): void {
    if (this.#ledger.some((entry) => entry.idempotencyKey === idempotencyKey)) return;
    this.#ledger.push({ activity, idempotencyKey });
  }

  /** All attempts give up, and the ledger begins anew. */
  end(): void {
    this.giveUp([]);
    this.#ledger.length = 0;
  }

  /** Attempts give up that nobody waits for. */
  giveUp(awaited: readonly AttemptName[]): void {
    const names = new Set(awaited.map(textOf));
    const left = this.#open.filter((attempt) => !names.has(textOf(attempt)));
    for (const attempt of left) this.settle(attempt, { outcome: "transient" });
  }

  /** The activity of that name, as the runtime calls it. */
  perform(
    activity: string,
    { input, idempotencyKey, attempt }: ActivityArguments<unknown>,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#open.push({ activity, idempotencyKey, attempt, input, resolve, reject });
    });
  }

  #answer({ activity: src, input }: OpenAttempt, ending: Ending): Outcome {
    const { chart, samples } = this.#setting;
    return answerTo(samples, { src, input }, ending, {
      inPlace: inPlaceAfter(chart, this.#ledger),
    });
  }

  #find(name: AttemptName): OpenAttempt | undefined {
    return this.#open.find((open) => textOf(open) === textOf(name));
  }
}

function textOf({ activity, idempotencyKey, attempt }: AttemptName): string {
  return JSON.stringify([activity, idempotencyKey, attempt]);
}
