/** Starts an instance, with a form made of the schema of its input. */
import { useMemo, useState } from "preact/hooks";
import type { Instance } from "../../src/client/answers.ts";
import { ApiError, ask, at, messageOf } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { newKey } from "../instance/key.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { JsonField, SchemaForm } from "../ui/schema-form.tsx";
import { hasFields, initialOf, problemsOf } from "../ui/schema.ts";

export interface StartDialogProps {
  readonly saga: string;
  /** JSON Schema of the input; null: the saga gives none. */
  readonly schema: unknown;
  readonly onClose: () => void;
}

export function StartDialog({ saga, schema, onClose }: StartDialogProps) {
  const draft = useDraft<unknown>(`start ${saga}`, hasFields(schema) ? initialOf(schema) : null);
  const [id, setId] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useMemo(newKey, []);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const started = await ask<Instance>(at`/sagas/${saga}/instances`, {
        method: "POST",
        headers: { "idempotency-key": key },
        body: { ...(draft.value !== null && { input: draft.value }), ...(id !== "" && { id }) },
      });
      draft.clear();
      onClose();
      go(paths.instance(saga, started.id));
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const issues = error instanceof ApiError ? error.details["issues"] : undefined;
  return (
    <Dialog title={`Start ${saga}`} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextField
          label="Id"
          value={id}
          onInput={setId}
          isMono
          hint="Left empty: one is made up."
        />
        {hasFields(schema) ? (
          <SchemaForm
            schema={schema}
            value={draft.value}
            problems={problemsOf(issues)}
            onInput={draft.set}
          />
        ) : (
          <JsonField label="Input" value={draft.value ?? undefined} onInput={draft.set} />
        )}
        {error !== null && (
          <p class="problem" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
