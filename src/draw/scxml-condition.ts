/** Guards as the conditions of SCXML: expressions of ECMAScript. */
import type { GuardModel } from "./mention.ts";
import type { Json } from "./plain-json.ts";
import type { Writer } from "./scxml.ts";
import { statePaths } from "./words.ts";

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

// Each path by its state; what is none is left to whoever runs the document.
function conditionIn({ names, tree }: Writer, state: Json): string {
  const conditions = statePaths(state).map((path) => {
    const id = path.startsWith("#") ? path.slice(1) : `${tree.root.id}.${path}`;
    const name = names.get(id);
    return name === undefined ? `guard("in", ${JSON.stringify(path)})` : `In('${name}')`;
  });
  return conditions.length === 1 ? (conditions[0] ?? "") : `(${conditions.join(" && ")})`;
}
