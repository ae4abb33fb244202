/** Charts as JavaScript may draw them: most would not compile, which is what lint is for. */
import { setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import { activity } from "../../src/saga/define.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { lint } from "../../src/saga/lint.ts";
import { sagaOf } from "./steps.ts";

interface Loose {
  actors?: object;
  actions?: object;
  guards?: object;
  delays?: object;
}

export const work = activity<undefined, void>();

/** A chart that is well drawn, with one state more or another. */
export function chartOf(state: object, loose: Loose = {}, root: object = {}): AnyStateMachine {
  const { createMachine } = setup({ ...loose, actors: loose.actors ?? { work } });
  const make = createMachine as unknown as (config: object) => AnyStateMachine;
  return make({
    id: "m",
    initial: "a",
    context: { n: 0 },
    states: {
      a: { tags: "forward", ...state },
      b: { tags: "retrying", on: { TO_END: "end" } },
      end: { type: "final", tags: "completed" },
    },
    ...root,
  });
}

export function rulesOf(machine: AnyStateMachine, rest: Partial<AnySaga> = {}): readonly string[] {
  return lint(sagaOf(machine, rest)).map(({ rule }) => rule);
}

export const invoke = { id: "work", src: "work", onDone: "end", onError: "b" };
