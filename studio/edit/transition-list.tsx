/** The transitions of a state, in the order in which they are tried. */
import { edgeText } from "../../src/draw/words.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { Button, IconButton } from "../ui/button.tsx";
import type { DialogName } from "./dialog-form.tsx";
import type { Editing } from "./editing.ts";
import { copyOf } from "./handles.tsx";

export interface TransitionListProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly source: string;
  readonly onDialog: (name: DialogName) => void;
}

export function TransitionList({ editing, draft, source, onDialog }: TransitionListProps) {
  const { model, outline } = draft;
  const edges = model.edges.filter((edge) => edge.source === source && edge.kind !== "initial");
  const keyOf = new Map(model.states.map(({ id, key }) => [id, key]));
  return (
    <fieldset class="edit-list">
      <legend>Transitions</legend>
      <ul>
        {edges.map((edge) => {
          const ref = outline.edges[edge.id]?.ref;
          const text = `${edgeText(edge)} → ${edge.targets.map((id) => keyOf.get(id)).join(", ") || "stays"}`;
          return (
            <li key={edge.id}>
              <button
                type="button"
                class="edit-link"
                onClick={() => (editing.selection.value = { kind: "edge", id: edge.id })}
              >
                {text}
              </button>
              {ref !== undefined && ref.index > 0 && (
                <IconButton
                  icon="up"
                  label={`Try ${text} earlier`}
                  onClick={() =>
                    void editing.do([
                      { op: "moveBranch", transition: copyOf(ref), to: ref.index - 1 },
                    ])
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
      <Button kind="quiet" onClick={() => onDialog("transition")}>
        Add a transition…
      </Button>
    </fieldset>
  );
}
