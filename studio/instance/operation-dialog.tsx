/** What an operator does to an instance, with a reason for the journal. */
import { useState } from "preact/hooks";
import { ask, at } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { CheckField, TextField } from "../ui/field.tsx";
import { RequestDialog } from "../ui/request-dialog.tsx";
import { tell } from "../ui/toasts.tsx";

export const operations = {
  suspend: {
    title: "Suspend",
    says: "It holds still: timers keep their due times, no activity begins.",
    isGrave: false,
  },
  resume: {
    title: "Resume",
    says: "It goes on exactly there. Overdue timers fire at once.",
    isGrave: false,
  },
  retry: {
    title: "Retry",
    says: "Sends saga.retry: the step that is stuck is tried again.",
    isGrave: false,
  },
  skip: {
    title: "Skip",
    says: "Sends saga.skip: the step that is stuck counts as done. See to it yourself that it is.",
    isGrave: true,
  },
  redeliver: {
    title: "Redeliver",
    says: "Brings what the chart could not take again now.",
    isGrave: false,
  },
  cancel: {
    title: "Cancel",
    says: "Sends saga.cancel: what was done is undone, step by step.",
    isGrave: true,
  },
  terminate: {
    title: "Terminate",
    says: "Ends it as failed at once. Nothing is undone: what was done stays done.",
    isGrave: true,
  },
} as const;

export type OperationName = keyof typeof operations;

const BY_KEY = "sagachart.by";

export interface OperationDialogProps {
  readonly saga: string;
  readonly id: string;
  readonly name: OperationName;
  readonly onClose: () => void;
}

export function OperationDialog({ saga, id, name, onClose }: OperationDialogProps) {
  const { title, says, isGrave } = operations[name];
  const reason = useDraft(`operation ${saga} ${id} ${name}`, "");
  const [by, setBy] = useState(localStorage.getItem(BY_KEY) ?? "");
  const [isSure, setSure] = useState(false);
  const send = async (headers: Readonly<Record<string, string>>): Promise<void> => {
    localStorage.setItem(BY_KEY, by);
    await ask(`${at`/sagas/${saga}/instances/${id}`}/operations`, {
      method: "POST",
      headers,
      body: {
        operation: name,
        reason: reason.value,
        ...(by !== "" && { by }),
        ...(name === "terminate" && { force: true }),
      },
    });
    reason.clear();
    tell(`${title}: done`);
  };
  return (
    <RequestDialog
      title={`${title} ${id}`}
      verb={title}
      isGrave={isGrave}
      isReady={reason.value.trim() !== "" && (name !== "terminate" || isSure)}
      send={send}
      onClose={onClose}
    >
      {() => (
        <>
          <p>{says}</p>
          <TextField
            label="Reason"
            required
            value={reason.value}
            onInput={reason.set}
            autofocus
            hint="It stands in the journal."
          />
          <TextField label="Who asks" value={by} onInput={setBy} placeholder="your name" />
          {name === "terminate" && (
            <CheckField label="I know that nothing is undone" checked={isSure} onInput={setSure} />
          )}
        </>
      )}
    </RequestDialog>
  );
}
