/** Mutants: sagas with one mistake planted in them, made of the sagas in `machines/`. */
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import type { PropertyName, World } from "../../src/check/check.ts";
import type { AnySaga } from "../../src/saga/define.ts";

/** A part of a machine's configuration, to be changed in place. */
// oxlint-disable-next-line typescript/no-explicit-any -- a mutant may be anything
export type Draft = any;

export interface Change {
  /** Changes the configuration of the machine. */
  readonly config?: (states: Draft, config: Draft) => void;
  /** Replaces implementations. */
  readonly guards?: Readonly<Record<string, unknown>>;
  readonly actions?: Readonly<Record<string, unknown>>;
}

/** A planted mistake, and how it is to be found. */
export interface Mutant {
  readonly name: string;
  readonly change: Change;
  readonly world: World;
  readonly property: PropertyName;
  readonly place: string;
}

/** The saga with another machine, everything else as it was. */
export function mutate(saga: AnySaga, { config, guards = {}, actions = {} }: Change): AnySaga {
  const draft = copyOf(saga.machine.config) as Draft;
  config?.(draft.states, draft);
  const { implementations } = saga.machine as unknown as {
    implementations: Record<string, Record<string, unknown>>;
  };
  const machine = createMachine(draft, {
    ...implementations,
    guards: { ...implementations["guards"], ...guards },
    actions: { ...implementations["actions"], ...actions },
  } as never) as AnyStateMachine;
  return { ...saga, machine };
}

/** The saga with fewer attempts: what shows with eight shows with two, and sooner. */
export function withAttempts(saga: AnySaga, attemptsMax: number): AnySaga {
  const visit = (part: Draft): void => {
    if (part === null || typeof part !== "object") return;
    for (const name of ["attemptsMax", "triesMax"]) {
      if (typeof part[name] === "number") part[name] = Math.min(part[name], attemptsMax);
    }
    Object.values(part).forEach(visit);
  };
  return mutate(saga, { config: (_, config) => visit(config) });
}

/** A deep copy that keeps functions. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
