/**
 * Restarts an instance from one of its moments, as a new instance: as it was, or with another event or input than
 * the one that came then.
 */
import { useState } from "preact/hooks";
import type { Instance, JournalEntry } from "../../src/client/answers.ts";
import { ask, at } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { TextField } from "../ui/field.tsx";
import { RequestDialog } from "../ui/request-dialog.tsx";
import { JsonField } from "../ui/schema-form.tsx";
import { tell } from "../ui/toasts.tsx";

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
  const send = async (headers: Readonly<Record<string, string>>): Promise<void> => {
    const forked = await ask<Instance>(`${at`/sagas/${saga}/instances/${id}`}/forks`, {
      method: "POST",
      headers,
      body: {
        fromRevision: isRerun && !isStart ? entry.revision - 1 : entry.revision,
        ...(isRerun && (isStart ? { input: draft.value } : { event: draft.value })),
        ...(newId !== "" && { id: newId }),
        reason: reason.value,
      },
    });
    draft.clear();
    reason.clear();
    tell(`started ${forked.id}`);
    go(paths.instance(saga, forked.id));
  };
  const what = isStart ? "input" : "event";
  return (
    <RequestDialog
      title={isRerun ? `Run again with another ${what}` : `Restart from revision ${entry.revision}`}
      verb="Start it"
      isReady={reason.value.trim() !== ""}
      send={send}
      onClose={onClose}
    >
      {() => (
        <>
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
        </>
      )}
    </RequestDialog>
  );
}
