/**
 * What kinds of actors a chart may have, told from their logic without running anything of it.
 *
 * A promise is an activity, a machine an instance of its own, and a transition function is pure, so its parent
 * moves it. Whatever else there is (callbacks, observables, logic of one's own) lives in a process.
 */
import type { AnyActorLogic, AnyStateMachine, EventObject } from "xstate";
import { normalize } from "./codec.ts";
import { createScope } from "./scope.ts";

export type ActorKind = "activity" | "instance" | "live" | "reducer";

/** An actor of a chart, by the name of its logic. */
export interface ChartActor {
  readonly kind: ActorKind;
  /** The author's own. */
  readonly logic: AnyActorLogic;
  /** What a reducer begins with. */
  readonly begin: (input: unknown) => unknown;
  /** What an event makes of the state of a reducer. It throws what the author's function throws. */
  readonly reduce: (state: unknown, event: EventObject) => unknown;
}

export function toChartActor(logic: AnyActorLogic): ChartActor {
  const { scope } = createScope({ instanceId: "reducer", revision: 0 });
  return {
    kind: kindOf(logic),
    logic,
    begin: (input) => {
      const { context } = logic.getInitialSnapshot(scope, input) as { context?: unknown };
      return normalize(context);
    },
    reduce: (state, event) => {
      const before = { status: "active", output: undefined, error: undefined, context: state };
      const after: unknown = logic.transition(before, event, scope);
      return (after as { context?: unknown }).context;
    },
  };
}

export function kindOf(logic: unknown): ActorKind {
  if (isMachine(logic)) return "instance";
  if (isPromiseLogic(logic)) return "activity";
  return isReducer(logic) ? "reducer" : "live";
}

/** By its parts and not by its class: the chart may use another copy of XState. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  return logic !== null && typeof logic === "object" && "__xstatenode" in logic;
}

/** Whether it is made by `fromTransition`. Of XState's own creators only that one has nothing to start. */
function isReducer(logic: unknown): boolean {
  if (logic === null || typeof logic !== "object") return false;
  const { config, start } = logic as Partial<AnyActorLogic> & { config?: unknown };
  return typeof config === "function" && start === undefined;
}

/**
 * Whether an actor is made by `fromPromise`, as `activity()` makes it. Only the logic of XState's own
 * creators is asked, by an event of XState's own, so that no code of the author runs: hand-written logic has
 * no `config`, a machine's is an object, and `fromTransition`, whose reducer would run, has no `start`.
 */
export function isPromiseLogic(logic: unknown): boolean {
  if (logic === null || typeof logic !== "object" || isMachine(logic)) return false;
  const { config, start, transition } = logic as Partial<AnyActorLogic> & { config?: unknown };
  if (typeof config !== "function" || typeof start !== "function") return false;
  const before = { status: "active", output: undefined, error: undefined, input: undefined };
  const event = { type: "xstate.promise.resolve", data: before };
  try {
    const after = transition?.(before, event, {} as never) as Partial<typeof before> | undefined;
    return after?.status === "done" && after.output === before;
  } catch {
    // A callback's logic looks for its receivers, and there is no actor that could have any.
    return false;
  }
}
