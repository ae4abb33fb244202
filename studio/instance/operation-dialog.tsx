/** What an operator does to an instance, with a reason for the journal. */
import { useMemo, useState } from "preact/hooks";
import { ask, at, messageOf } from "../api/request.ts";
import { useDraft } from "../app/draft.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { CheckField, TextField } from "../ui/field.tsx";
import { tell } from "../ui/toasts.tsx";
import { newKey } from "./key.ts";

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
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useMemo(newKey, []);
  const run = async (): Promise<void> => {
    setBusy(true);
    localStorage.setItem(BY_KEY, by);
    try {
      await ask(`${at`/sagas/${saga}/instances/${id}`}/operations`, {
        method: "POST",
        headers: { "idempotency-key": key },
        body: {
          operation: name,
          reason: reason.value,
          ...(by !== "" && { by }),
          ...(name === "terminate" && { force: true }),
        },
      });
      reason.clear();
      tell(`${title}: done`);
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const isReady = reason.value.trim() !== "" && (name !== "terminate" || isSure);
  return (
    <Dialog title={`${title} ${id}`} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void run();
        }}
      >
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
        {error !== null && (
          <p class="problem" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind={isGrave ? "danger" : "primary"} type="submit" disabled={!isReady || isBusy}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
