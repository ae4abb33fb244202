/**
 * A dialog that sends one request. What the server refuses is shown, and what was written stays. The request has one
 * idempotency key: sent again after an answer that was lost, it is the same.
 */
import { useMemo, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { ApiError, messageOf } from "../api/request.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { problemsOf } from "./schema.ts";

export interface RequestDialogProps {
  readonly title: string;
  /** What its button says. */
  readonly verb: string;
  readonly isGrave?: boolean;
  /** Whether all is given that it needs; default true. */
  readonly isReady?: boolean;
  /** Sends it with these headers. Rejects if it is refused; else the dialog closes. */
  readonly send: (headers: Readonly<Record<string, string>>) => Promise<void>;
  readonly onClose: () => void;
  /** The fields, given what the server found wrong by the dotted path of the field. */
  readonly children: (problems: ReadonlyMap<string, string>) => ComponentChildren;
}

export function RequestDialog(props: RequestDialogProps) {
  const { title, verb, isGrave = false, isReady = true, send, onClose, children } = props;
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useMemo(newKey, []);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await send({ "idempotency-key": key });
      onClose();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const issues = error instanceof ApiError ? error.details["issues"] : undefined;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !isBusy) void submit();
        }}
      >
        {children(problemsOf(issues))}
        {error !== null && (
          <p class="problem" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div class="dialog-foot">
          <Button onClick={onClose}>Close</Button>
          <Button kind={isGrave ? "danger" : "primary"} type="submit" disabled={!isReady || isBusy}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
