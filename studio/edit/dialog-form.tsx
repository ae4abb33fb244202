/** A dialog that asks for one step; it stays open, with the reason, if the step is refused. */
import type { ComponentChildren } from "preact";
import type { StateModel } from "../../src/draw/model.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import type { Editing, Then } from "./editing.ts";
import type { Step } from "./kept-draft.ts";

export type DialogName = "sibling" | "child" | "transition" | "invoke" | "remove" | "move";

export interface DialogsProps {
  readonly name: DialogName;
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly state: StateModel;
  /** Path of the state that a new transition leads to; null: none was chosen. */
  readonly target: readonly string[] | null;
  readonly onClose: () => void;
}

interface FormProps extends DialogsProps {
  readonly title: string;
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly step: () => Step;
  readonly then: Then | null;
  readonly children: ComponentChildren;
}

export function Form({ title, verb, isDanger, step, then, editing, onClose, children }: FormProps) {
  const refusal = editing.refusal.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await editing.do(step(), then)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="fields" onSubmit={(event) => void submit(event)}>
        {children}
        {refusal !== null && (
          <p class="hint is-problem" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind={isDanger === true ? "danger" : "primary"}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
