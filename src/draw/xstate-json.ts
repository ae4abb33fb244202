/**
 * A chart as XState's own configuration in JSON, which `createMachine` and Stately's tools take. Functions
 * that the chart refers to become names; those that compute data (context, input, params, output) are left out.
 */
import type { AnyStateMachine } from "xstate";
import { actionModel, actorName, guardModel, INLINE } from "./mention.ts";
import { toPlainJson } from "./plain-json.ts";
import type { Json } from "./plain-json.ts";
import { guardText } from "./words.ts";

export function toXStateJson(machine: AnyStateMachine): Json {
  return toPlainJson(machine.config, nameFor) ?? {};
}

/** What stands in place of a function, by where it stands. */
function nameFor(value: unknown, key: string): Json | undefined {
  switch (key) {
    case "entry":
    case "exit":
    case "actions":
      return typeof value === "function" ? actionJson(value) : undefined;
    case "guard": {
      const guard = guardModel(value);
      return guard === null ? undefined : guardText(guard);
    }
    case "src":
      return typeof value === "undefined" ? undefined : actorName(value);
    default:
      return undefined;
  }
}

function actionJson(action: Function): Json {
  const { kind, name, params } = actionModel(action);
  const type = kind === "built-in" ? `xstate.${name}` : name || INLINE;
  return params === null ? { type } : { type, params };
}
