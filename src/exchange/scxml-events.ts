/** What the events of an SCXML document are to XState: ends of states and of what is invoked have places of their own. */
import type { Content } from "./scxml-content.ts";
import type { Place, Places } from "./scxml-places.ts";

export interface Reader extends Content {
  readonly places: Places;
}

export interface Invoke {
  readonly id: string;
  readonly src: string;
}

interface Heard {
  readonly place: Place;
  readonly invokes: readonly Invoke[];
  readonly event: string;
  readonly line: number;
}

/** What becomes of an event: where its transition stands in XState's configuration, and under which key. */
export function groupOf(reader: Reader, heard: Heard): readonly [group: string, key: string] {
  const { event } = heard;
  const [, done] = /^done\.state\.(.+)$/.exec(event) ?? [];
  if (done !== undefined) return doneGroup(reader, heard, done);
  const [, snapshot] = /^xstate\.snapshot\.(.+)$/.exec(event) ?? [];
  if (snapshot !== undefined) return ["invoke.onSnapshot", snapshot];
  return invokeGroup(reader, heard) ?? ["on", event];
}

function doneGroup(
  { places, losses }: Reader,
  { place, event, line }: Heard,
  id: string,
): readonly [string, string] {
  const done = places.byId.get(id);
  if (done?.path.join(".") === place.path.join(".")) return ["onDone", ""];
  losses.add(line, `${event} is told to another state than the one that is done`);
  return ["on", `xstate.done.state.${places.machineId}.${done?.path.join(".") ?? id}`];
}

/** Null: it is nothing that an invoked activity says. */
function invokeGroup(
  { losses }: Reader,
  { invokes, event, line }: Heard,
): readonly [string, string] | null {
  const [, kind, id] = /^(done\.invoke|error\.platform)\.(.+)$/.exec(event) ?? [];
  const named = invokes.find((invoke) => invoke.id === id);
  const only = invokes.length === 1 ? invokes[0] : undefined;
  const known = named ?? only;
  if (known === undefined) return null;
  if (kind !== undefined) {
    return [kind === "done.invoke" ? "invoke.onDone" : "invoke.onError", known.id];
  }
  if (!event.startsWith("error")) return null;
  losses.add(line, `${event} is taken for the failure of ${known.id}`);
  return ["invoke.onError", known.id];
}
