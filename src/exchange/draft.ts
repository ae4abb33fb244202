/** An imported chart as a saga with stubs, in memory: to be drawn, and looked at by lint, before there is any file of it. */
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import { activity, defineSaga } from "../saga/define.ts";
import type { AnySaga } from "../saga/define.ts";
import { lint } from "../saga/lint.ts";
import { invalid } from "./imported.ts";
import type { Config } from "./imported.ts";
import { mentionedIn } from "./mentioned-names.ts";

/** What keeps a chart from being a saga as it is, with the remedy. */
export interface DraftFinding {
  readonly state: string;
  readonly message: string;
  readonly remedy: string;
}

/** @throws {SagaError} SAGA_IMPORT_INVALID if XState does not take the configuration. */
export function draftMachine(config: Config): AnyStateMachine {
  const { actions, guards, actors, delays } = mentionedIn(config);
  const stubs = {
    actions: Object.fromEntries([...actions.keys()].map((name) => [name, () => {}])),
    guards: Object.fromEntries([...guards.keys()].map((name) => [name, () => false])),
    actors: Object.fromEntries(actors.map((name) => [name, activity<object, unknown>()])),
    delays: Object.fromEntries(delays.map((name) => [name, 1_000])),
  };
  try {
    return createMachine(structuredClone(config) as never, stubs as never) as AnyStateMachine;
  } catch (error) {
    throw invalid(`XState refuses it: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws {SagaError} SAGA_DEFINITION_INVALID if the name cannot be one. */
export function lintDraft(name: string, machine: AnyStateMachine): readonly DraftFinding[] {
  const names = Object.keys(machine.implementations.actors as object);
  const activities = Object.fromEntries(names.map((one) => [one, () => Promise.resolve()]));
  const saga = defineSaga({ name, version: 1, machine, activities } as never) as AnySaga;
  return lint(saga).map(({ state, message, remedy }) => ({ state, message, remedy }));
}
