/** What the pad offers for a state or a transition, and by which key. */
import type { EdgeModel, StateModel } from "../../src/draw/model.ts";
import type { ChartOutline } from "../../src/edit/outline.ts";
import type { DialogName } from "./dialog-form.tsx";
import { stateAt } from "./editing.ts";
import type { Editing } from "./editing.ts";
import { copyOf } from "./handles.tsx";
import type { PadItem } from "./pad.tsx";

export interface EditActions {
  readonly editing: Editing;
  readonly outline: ChartOutline;
  readonly state: StateModel | undefined;
  readonly edge: EdgeModel | undefined;
  readonly rename: () => void;
  readonly dialog: (name: DialogName) => void;
  /** Chooses where a transition leads. */
  readonly lead: () => void;
  readonly review: () => void;
}

export function padItems(actions: EditActions): readonly PadItem[] {
  const { state, edge, outline } = actions;
  if (edge !== undefined) return edgeItems(actions, edge);
  if (state === undefined || outline.states[state.id]?.edit.level === "readonly") return [];
  const { dialog, rename, editing } = actions;
  const inside: PadItem = {
    icon: "inside",
    label: "New state inside",
    keys: "Shift N",
    run: () => dialog("child"),
  };
  const lead: PadItem = {
    icon: "arrow",
    label: "New transition",
    keys: "T",
    run: actions.lead,
  };
  if (outline.states[state.id] === undefined) return [];
  if (state.parent === null) return [inside, lead];
  const path = state.path.slice(0, -1);
  return [
    { icon: "plus", label: "New state after it", keys: "N", run: () => dialog("sibling") },
    inside,
    lead,
    {
      icon: "copy",
      label: "Duplicate",
      keys: "Ctrl D",
      run: () => {
        const to = freeKey(actions, state);
        void editing.do(
          [{ op: "duplicateState", path: [...state.path], to }],
          stateAt([...path, to]),
        );
      },
    },
    { icon: "pencil", label: "Rename", keys: "F2", run: rename },
    {
      icon: "play",
      label: "Enter its parent by it",
      keys: "I",
      run: () => void editing.do([{ op: "setInitial", path, initial: state.key }]),
    },
    { icon: "move", label: "Move into another state", keys: "M", run: () => dialog("move") },
    { icon: "trash", label: "Remove", keys: "Delete", run: () => dialog("remove") },
  ];
}

/** A name that no sibling has. */
function freeKey({ outline }: EditActions, { key, path }: StateModel): string {
  const above = path.slice(0, -1).join("\0");
  const taken = new Set(
    Object.values(outline.states)
      .filter((state) => state.path.slice(0, -1).join("\0") === above)
      .map((state) => state.path.at(-1)),
  );
  let count = 2;
  while (taken.has(`${key}${count}`)) count += 1;
  return `${key}${count}`;
}

function edgeItems({ editing, outline, lead }: EditActions, edge: EdgeModel): readonly PadItem[] {
  const outlined = outline.edges[edge.id];
  if (outlined === undefined || outlined.locks.all !== null) return [];
  const transition = copyOf(outlined.ref);
  return [
    {
      icon: "arrow",
      label: "Lead elsewhere",
      keys: "T",
      run: lead,
    },
    {
      icon: "trash",
      label: "Remove the transition",
      keys: "Delete",
      run: () =>
        void editing.do([{ op: "removeTransition", transition }], () => ({
          kind: "state",
          id: edge.source,
        })),
    },
  ];
}
