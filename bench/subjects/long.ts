/** A chart as long as one likes: steps of four states and ten transitions each, as in `machines/order`. */
import { setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import { activity, defineSaga } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";

export function longMachine(steps: number): AnyStateMachine {
  const keys = keysOf(steps);
  const states = keys.map((key, at) => [key, step(key, keys[at + 1] ?? "completed")] as const);
  return setup({
    actors: Object.fromEntries(keys.map((key) => [nameOf(key), activity<undefined, void>()])),
    guards: { canRetry: () => true },
    delays: { backoff: 1_000 },
  }).createMachine({
    id: "long",
    initial: "step0",
    states: { ...Object.fromEntries(states), completed: { type: "final", tags: "completed" } },
  } as never) as unknown as AnyStateMachine;
}

/** Its activities never end. */
export function longSaga(steps: number): AnySaga {
  const names = keysOf(steps).map(nameOf);
  return defineSaga({
    name: "long",
    version: 1,
    machine: longMachine(steps),
    activities: Object.fromEntries(names.map((name) => [name, () => new Promise(() => {})])),
    compensations: Object.fromEntries(names.map((name) => [name, null])),
  } as never) as AnySaga;
}

function keysOf(steps: number): readonly string[] {
  return Array.from({ length: steps }, (_, at) => `step${at}`);
}

function nameOf(key: string): string {
  return `do-${key}`;
}

function step(key: string, next: string): object {
  const src = nameOf(key);
  return {
    initial: "attempting",
    states: {
      attempting: {
        tags: "forward",
        invoke: {
          id: src,
          src,
          onDone: "done",
          onError: [{ guard: "canRetry", target: "backingOff" }, { target: "failed" }],
        },
        on: { SKIP: "done", GIVE_UP: "failed" },
        after: { 10_000: "backingOff" },
      },
      backingOff: {
        tags: "retrying",
        on: { NOW: "attempting", GIVE_UP: "failed" },
        after: { backoff: "attempting" },
      },
      done: { type: "final" },
      failed: { type: "final" },
    },
    onDone: next,
  };
}
