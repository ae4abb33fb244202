/** Another input for the instance: the path begins anew with it. */
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { JsonField, useJson } from "./json-field.tsx";

export interface InputDialogProps {
  readonly first: unknown;
  readonly onTake: (input: unknown) => void;
  readonly onClose: () => void;
}

export function InputDialog({ first, onTake, onClose }: InputDialogProps) {
  const draft = useJson(first ?? {});
  return (
    <Dialog title="Another input" onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft.problem !== null) return;
          onTake(draft.value);
          onClose();
        }}
      >
        <JsonField label="Input" draft={draft} hint="As JSON. The path begins anew." />
        <div class="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={draft.problem !== null}>
            Begin with this
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
