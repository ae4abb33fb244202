/**
 * Restarts an instance from one of its moments, as a new instance: as it was, or with another event or input than
 * the one that came then.
 */
import { useMemo, useState } from "preact/hooks";
import type { Instance, JournalEntry } from "../../src/client/answers.ts";
import { ask, at, messageOf } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { JsonField } from "../ui/schema-form.tsx";
import { tell } from "../ui/toasts.tsx";
import { newKey } from "./key.ts";

export interface ForkDialogProps {
  readonly saga: string;
  readonly id: string;
  readonly entry: JournalEntry;
  /** Whether the event of the entry is sent anew, edited; else the new instance begins after it. */
  readonly isRerun: boolean;
  readonly onClose: () => void;
}

export function ForkDialog({ saga, id, entry, isRerun, onClose }: ForkDialogProps) {
  const isStart = entry.source === "start";
  const { input, ...event } = entry.event as { type: string; input?: unknown };
  const draft = useDraft<unknown>(
    `fork ${saga} ${id} ${entry.revision} ${isRerun}`,
    isStart ? (input ?? null) : event,
  );
  const reason = useDraft(`fork reason ${saga} ${id}`, "");
  const [newId, setNewId] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useMemo(newKey, []);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      const forked = await ask<Instance>(`${at`/sagas/${saga}/instances/${id}`}/forks`, {
        method: "POST",
        headers: { "idempotency-key": key },
        body: {
          fromRevision: isRerun && !isStart ? entry.revision - 1 : entry.revision,
          ...(isRerun && (isStart ? { input: draft.value } : { event: draft.value })),
          ...(newId !== "" && { id: newId }),
          reason: reason.value,
        },
      });
      draft.clear();
      reason.clear();
      onClose();
      tell(`started ${forked.id}`);
      go(paths.instance(saga, forked.id));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const isReady = reason.value.trim() !== "" && !isBusy;
  const title = isRerun
    ? "Run again with another event"
    : `Restart from revision ${entry.revision}`;
  return (
    <Dialog title={isStart && isRerun ? "Run again with another input" : title} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (isReady) void run();
        }}
      >
        <p>
          A new instance begins where this one stood. What this one has done stays done;{" "}
          <b>what it had under way is done a second time</b>, under new idempotency keys.
        </p>
        {isRerun && (
          <JsonField
            label={isStart ? "Input" : "Event"}
            value={draft.value ?? undefined}
            onInput={draft.set}
          />
        )}
        <TextField label="Reason" required value={reason.value} onInput={reason.set} autofocus />
        <TextField
          label="Id of the new instance"
          value={newId}
          onInput={setNewId}
          isMono
          hint="Left empty: one is made up."
        />
        {error !== null && (
          <p class="problem" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" disabled={!isReady}>
            Start it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
