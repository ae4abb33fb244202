/** Guards as the conditions of SCXML: expressions of ECMAScript. */
import type { GuardModel } from "./mention.ts";
import type { Json } from "./plain-json.ts";
import type { Writer } from "./scxml.ts";

export function conditionOf(writer: Writer, guard: GuardModel): string {
  switch (guard.kind) {
    case "named": {
      const params = guard.params === null ? "" : `, ${JSON.stringify(guard.params)}`;
      return `guard(${JSON.stringify(guard.name)}${params})`;
    }
    case "inline":
      return `guard(${JSON.stringify(guard.name)})`;
    case "in":
      return conditionIn(writer, guard.state);
    case "and":
      return joined(writer, guard.guards, " && ");
    case "or":
      return joined(writer, guard.guards, " || ");
    case "not":
      return `!${joined(writer, guard.guards, " && ")}`;
  }
}

function joined(writer: Writer, guards: readonly GuardModel[], by: string): string {
  return `(${guards.map((guard) => conditionOf(writer, guard)).join(by)})`;
}

function conditionIn({ names, tree }: Writer, state: Json): string {
  const id = typeof state === "string" && state.startsWith("#") ? state.slice(1) : null;
  const name = id === null ? undefined : names.get(id);
  if (name !== undefined) return `In('${name}')`;
  const path = typeof state === "string" ? `${tree.root.id}.${state}` : "";
  const known = names.get(path);
  return known === undefined ? `guard("in", ${JSON.stringify(state)})` : `In('${known}')`;
}
