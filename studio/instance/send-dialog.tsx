/** Sends an event to an instance, with a form made of its schema. */
import { useMemo, useState } from "preact/hooks";
import type { Instance } from "../../src/client/answers.ts";
import { ApiError, ask, at, messageOf } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { JsonField, SchemaForm } from "../ui/schema-form.tsx";
import { hasFields, initialOf, problemsOf } from "../ui/schema.ts";
import { tell } from "../ui/toasts.tsx";
import { newKey } from "./key.ts";

export interface SendDialogProps {
  readonly saga: string;
  readonly id: string;
  readonly type: string;
  /** JSON Schema without `type`; null: the saga gives none. */
  readonly schema: unknown;
  readonly onClose: () => void;
}

export function SendDialog({ saga, id, type, schema, onClose }: SendDialogProps) {
  const initial = hasFields(schema) ? initialOf(schema) : undefined;
  const draft = useDraft<unknown>(`send ${saga} ${id} ${type}`, initial ?? null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  // One for each form: sending it again after a lost answer is the same event.
  const key = useMemo(newKey, []);
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask<Instance>(`${at`/sagas/${saga}/instances/${id}`}/events`, {
        method: "POST",
        headers: { "idempotency-key": key },
        body: { ...Object(draft.value), type },
      });
      draft.clear();
      tell(`${type} was taken`);
      onClose();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const issues = error instanceof ApiError ? error.details["issues"] : undefined;
  return (
    <Dialog title={`Send ${type}`} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {hasFields(schema) ? (
          <SchemaForm
            schema={schema}
            value={draft.value}
            problems={problemsOf(issues)}
            onInput={draft.set}
          />
        ) : (
          <JsonField
            label="Payload"
            value={draft.value ?? undefined}
            hint="JSON members of the event beside its type; may be left empty"
            onInput={draft.set}
          />
        )}
        {error !== null && (
          <p class="problem" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            Send {type}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
