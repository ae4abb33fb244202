/** Sends an event to an instance, with a form made of its schema. */
import { ask, at } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { PayloadField } from "../ui/payload-field.tsx";
import { RequestDialog } from "../ui/request-dialog.tsx";
import { hasFields, initialOf } from "../ui/schema.ts";
import { tell } from "../ui/toasts.tsx";

export interface SendDialogProps {
  readonly saga: string;
  readonly id: string;
  readonly type: string;
  /** JSON Schema without `type`; null: the saga gives none. */
  readonly schema: unknown;
  readonly onClose: () => void;
}

export function SendDialog({ saga, id, type, schema, onClose }: SendDialogProps) {
  const initial = hasFields(schema) ? initialOf(schema) : null;
  const draft = useDraft<unknown>(`send ${saga} ${id} ${type}`, initial);
  const send = async (headers: Readonly<Record<string, string>>): Promise<void> => {
    const path = `${at`/sagas/${saga}/instances/${id}`}/events`;
    await ask(path, { method: "POST", headers, body: { ...Object(draft.value), type } });
    draft.clear();
    tell(`${type} was taken`);
  };
  return (
    <RequestDialog title={`Send ${type}`} verb={`Send ${type}`} send={send} onClose={onClose}>
      {(problems) => (
        <PayloadField
          label="Payload"
          hint="JSON members of the event beside its type; may be left empty"
          schema={schema}
          value={draft.value}
          onInput={draft.set}
          problems={problems}
        />
      )}
    </RequestDialog>
  );
}
