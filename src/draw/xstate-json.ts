/**
 * A chart as XState's own configuration in JSON, which `createMachine` and Stately's tools take. Functions
 * that the chart refers to become names; those that compute data (context, input, params, output) are left out.
 */
import type { AnyStateMachine } from "xstate";
import { actionModel, actorName, guardModel } from "./mention.ts";
import { asIs, toPlainJson } from "./plain-json.ts";
import type { Json } from "./plain-json.ts";
import { guardText } from "./words.ts";

export function toXStateJson(machine: AnyStateMachine): Json {
  return toPlainJson(machine.config, nameFor) ?? {};
}

/** What stands in place of a function or an actor, by where it stands. */
function nameFor(value: unknown, key: string, around: string): Json | undefined | typeof asIs {
  // `{ on: { CANCEL: undefined } }` forbids an event, and JSON knows no undefined.
  if (around === "on" && value === undefined) return {};
  switch (key) {
    case "entry":
    case "exit":
    case "actions":
      return typeof value === "function" ? actionJson(value) : asIs;
    case "guard":
      return typeof value === "function" ? guardJson(value) : asIs;
    case "src":
      return typeof value === "object" ? actorName(value) : asIs;
    default:
      return asIs;
  }
}

function actionJson(action: Function): Json {
  const { kind, name, params } = actionModel(action);
  const type = kind === "built-in" ? `xstate.${name}` : name;
  return params === null ? { type } : { type, params };
}

function guardJson(guard: Function): Json | undefined {
  const model = guardModel(guard);
  return model === null ? undefined : guardText(model);
}
