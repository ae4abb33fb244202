/**
 * Preparation: gives a plain XState machine what a saga must say beside it (a phase on every resting state,
 * an `onError` for every invoke) and XState does not ask for. Both ways of driving get the prepared machine.
 */
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import { isPhase } from "../../src/saga/phase.ts";

interface StateConfig {
  readonly type?: string;
  readonly initial?: unknown;
  readonly tags?: string | readonly string[];
  readonly invoke?: object | readonly object[];
  readonly states?: Readonly<Record<string, StateConfig>>;
}

export interface PrepareOptions {
  /** Whether invokes without `onError` get one that does nothing. */
  readonly withOnError: boolean;
}

export function prepare(machine: AnyStateMachine, options: PrepareOptions): AnyStateMachine {
  const { actors, ...implementations } = machine.implementations;
  const children = Object.entries(actors as Record<string, unknown>).map(([src, logic]) => [
    src,
    isMachine(logic) ? prepare(logic, options) : logic,
  ]);
  const config = prepareState(machine.config as StateConfig, options, true);
  return createMachine(config as never, {
    ...(implementations as object),
    actors: Object.fromEntries(children),
  });
}

export function isMachine(logic: unknown): logic is AnyStateMachine {
  return logic !== null && typeof logic === "object" && "__xstatenode" in logic;
}

/** `isEnd`: whether the whole machine is done when this state is. */
function prepareState(state: StateConfig, options: PrepareOptions, isEnd: boolean): StateConfig {
  const { states, invoke } = state;
  const inner = Object.entries(states ?? {}).map(([key, child]) => {
    const endsParent = child.type === "final" || isParallel(state);
    return [key, prepareState(child, options, isEnd && endsParent)] as const;
  });
  const invokes = invoke === undefined ? undefined : [invoke].flat();
  return {
    ...state,
    ...(invokes !== undefined && {
      invoke: options.withOnError
        ? invokes.map((each) => ("onError" in each ? each : { ...each, onError: {} }))
        : invokes,
    }),
    ...(states === undefined
      ? { tags: withPhase(state, isEnd) }
      : { states: Object.fromEntries(inner) }),
  };
}

function withPhase({ type, tags }: StateConfig, isEnd: boolean): readonly string[] {
  const own = tags === undefined ? [] : [tags].flat();
  if (type === "history" || own.some(isPhase)) return own;
  return [...own, type === "final" && isEnd ? "completed" : "forward"];
}

function isParallel({ type, initial, states }: StateConfig): boolean {
  return (
    type === "parallel" || (type === undefined && states !== undefined && initial === undefined)
  );
}
