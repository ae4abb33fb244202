/** Starts an instance, with a form made of the schema of its input. */
import { useState } from "preact/hooks";
import type { Instance } from "../../src/client/answers.ts";
import { ask, at } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { TextField } from "../ui/field.tsx";
import { PayloadField } from "../ui/payload-field.tsx";
import { RequestDialog } from "../ui/request-dialog.tsx";
import { hasFields, initialOf } from "../ui/schema.ts";

export interface StartDialogProps {
  readonly saga: string;
  /** JSON Schema of the input; null: the saga gives none. */
  readonly schema: unknown;
  readonly onClose: () => void;
}

export function StartDialog({ saga, schema, onClose }: StartDialogProps) {
  const draft = useDraft<unknown>(`start ${saga}`, hasFields(schema) ? initialOf(schema) : null);
  const [id, setId] = useState("");
  const send = async (headers: Readonly<Record<string, string>>): Promise<void> => {
    const started = await ask<Instance>(at`/sagas/${saga}/instances`, {
      method: "POST",
      headers,
      body: { ...(draft.value !== null && { input: draft.value }), ...(id !== "" && { id }) },
    });
    draft.clear();
    go(paths.instance(saga, started.id));
  };
  return (
    <RequestDialog title={`Start ${saga}`} verb="Start" send={send} onClose={onClose}>
      {(problems) => (
        <>
          <TextField
            label="Id"
            value={id}
            onInput={setId}
            isMono
            hint="Left empty: one is made up."
          />
          <PayloadField
            label="Input"
            schema={schema}
            value={draft.value}
            onInput={draft.set}
            problems={problems}
          />
        </>
      )}
    </RequestDialog>
  );
}
