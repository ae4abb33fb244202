/**
 * Duplicates a state: the same text behind it under another key. What leads from inside to the state, or into it,
 * leads into the copy there; all else that is said of the state still means the state itself.
 */
import type { Change } from "./change.ts";
import { refuse } from "./change.ts";
import { refuseTaken, writableState } from "./edit-states.ts";
import { movedText, rewriteTarget } from "./move-state.ts";
import type { OperationOf } from "./operation.ts";
import { mentionsIn } from "./rename-state.ts";
import { pathText, statesFrom } from "./source.ts";
import type { Path } from "./source.ts";
import { startsWith } from "./target.ts";

export function duplicateState(
  change: Change,
  { path, to }: OperationOf<"duplicateState">,
): readonly string[] {
  const state = writableState(change, path);
  const { property, parent } = state;
  if (property === null || parent === null || parent.states === null) {
    return refuse("the chart as a whole cannot be duplicated");
  }
  refuseTaken(parent, to);
  const inside = statesFrom(state);
  const named = inside.find(({ explicitId }) => explicitId !== null);
  if (named !== undefined) {
    refuse(`"${pathText(named.path)}" has an id, which no other state can have; take it off first`);
  }
  const { mentions, unread } = mentionsIn(change);
  const own = pathText(path);
  const code = unread.find((text) => text.startsWith(`${own},`) || text.startsWith(`${own}.`));
  if (code !== undefined) refuse(`a target inside is code, and may lead elsewhere: ${code}`);
  const moved = (one: Path): Path => (startsWith(one, path) ? one.with(path.length - 1, to) : one);
  const edits = mentions
    .filter((mention) => mention.kind !== "initial" && startsWith(mention.state.path, path))
    .flatMap((mention) => rewriteTarget(change, mention, moved))
    .filter(({ start, end }) => start >= property.value.start && end <= property.value.end);
  change.addMember(parent.states, to, movedText(change, state, edits).value, property);
  return edits.length === 0 ? [] : [`${edits.length} targets inside lead into the copy`];
}
