/** Observing: what of an actor is compared, in one form for both ways of driving. */
import { isDeepStrictEqual } from "node:util";
import { isPhase } from "../../src/saga/phase.ts";
import { encode, normalizeError } from "../../src/saga/codec.ts";
import type { ActorObservation, Difference, Observation } from "./case.ts";

/** All of an actor but what it did. */
export type Facts = Omit<ActorObservation, "effects" | "performed">;

type Deeds = Pick<ActorObservation, "effects" | "performed">;

/** Each actor's doings since it was last looked at. */
export class Doings {
  readonly #byActor = new Map<string, { effects: unknown[][]; performed: unknown[][] }>();

  note(kind: keyof Deeds, actor: string, what: readonly unknown[]): void {
    const deeds = this.#byActor.get(actor) ?? { effects: [], performed: [] };
    this.#byActor.set(actor, deeds);
    deeds[kind].push(what.map(toPlain));
  }

  /** Gives them, once. */
  take(): ReadonlyMap<string, Deeds> {
    const taken = new Map(this.#byActor);
    this.#byActor.clear();
    return taken;
  }
}

/** An observation with what each actor did; one that is gone may still have done something. */
export function withDoings(
  actors: ReadonlyMap<string, Facts>,
  doings: ReadonlyMap<string, Deeds>,
): Observation {
  const observed: Record<string, ActorObservation> = {};
  for (const [actor, facts] of actors) observed[actor] = { ...absent, ...facts };
  for (const [actor, deeds] of doings) {
    observed[actor] = { ...(observed[actor] ?? absent), ...deeds };
  }
  return observed;
}

/** An actor that does not exist, or not any more. */
const absent: ActorObservation = {
  status: "absent",
  state: "",
  tags: [],
  context: undefined,
  output: undefined,
  error: undefined,
  timers: [],
  effects: [],
  performed: [],
};

/** An actor that is no machine, while it runs. */
export const running: ActorObservation = {
  ...absent,
  status: "active",
  state: "running",
};

const FIELDS = Object.keys(absent) as (keyof ActorObservation)[];

/** All that is not the same, in the order of the script. */
export function differences(
  live: readonly Observation[],
  runtime: readonly Observation[],
): readonly Difference[] {
  return live.flatMap((one, after) => {
    const other = runtime[after] ?? {};
    const actors = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return actors.flatMap((actor) => {
      const [a, b] = [one[actor] ?? absent, other[actor] ?? absent];
      return FIELDS.filter((field) => !isSame(a[field], b[field])).map((field) => ({
        after,
        actor,
        field,
        live: a[field],
        runtime: b[field],
      }));
    });
  });
}

// To Node an invalid date is not the same as itself.
function isSame(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  try {
    return encode(a) === encode(b);
  } catch {
    return false;
  }
}

export function ownTags(tags: Iterable<string>): readonly string[] {
  return [...tags].filter((tag) => !isPhase(tag)).toSorted();
}

export function toError(error: unknown): unknown {
  return error === null || error === undefined ? undefined : normalizeError(error);
}

/** A copy in which references to actors stand by their ids. */
export function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  // To an actor elsewhere the runtime gives the whole address for an id.
  if ("sessionId" in value && "send" in value) {
    return {
      actor: String((value as { id?: unknown }).id)
        .split("/")
        .at(-1),
    };
  }
  if (Array.isArray(value)) return value.map(toPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part)]));
}
