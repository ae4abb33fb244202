/** The path as a test: to be read, copied, kept as a file, or written beside the saga. */
import { useEffect, useState } from "preact/hooks";
import type { SimulationPath } from "../../src/simulate/path.ts";
import { ask, at } from "../api/request.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { tell, tellFailure } from "../ui/toasts.tsx";

interface WrittenTest {
  readonly claim: string;
  readonly text: string | null;
  readonly reasons: readonly string[];
  readonly file: string;
  readonly isWritable: boolean;
}

export interface TestDialogProps {
  readonly saga: string;
  readonly path: SimulationPath;
  readonly onClose: () => void;
}

export function TestDialog({ saga, path, onClose }: TestDialogProps) {
  const [test, setTest] = useState<WrittenTest | null>(null);
  const [error, setError] = useState<unknown>(null);
  const url = `${at`/studio/api/simulations/${saga}`}/test`;
  useEffect(() => {
    ask<WrittenTest>(url, { method: "POST", body: { path } }).then(setTest, setError);
  }, [url, path]);
  const write = async (): Promise<void> => {
    try {
      const { file } = await ask<WrittenTest>(url, { method: "POST", body: { path, write: true } });
      tell(`Wrote ${file}`);
      onClose();
    } catch (reason) {
      tellFailure(reason);
    }
  };
  return (
    <Dialog title="The path as a test" shape="wide" onClose={onClose}>
      {error !== null && <Failure error={error} />}
      {test === null && error === null && <Loading what="the test" />}
      {test !== null && test.text === null && (
        <div class="message">
          <h2>There can be no such test</h2>
          {test.reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </div>
      )}
      {test !== null && test.text !== null && (
        <>
          <p class="quiet">
            The same moves happen to the real runtime on a real file, and must lead to the same
            states.
          </p>
          <pre class="code" tabIndex={0} aria-label={test.file}>
            {test.text}
          </pre>
          <div class="dialog-foot">
            <Button onClick={() => copy(test.text ?? "")}>Copy</Button>
            <Button onClick={() => keep(test)}>Download</Button>
            <Button
              kind="primary"
              disabled={!test.isWritable}
              title={test.isWritable ? test.file : "This server writes no files there"}
              onClick={() => void write()}
            >
              Write the file
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(() => tell("Copied"), tellFailure);
}

function keep({ text, file }: WrittenTest): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text ?? ""], { type: "text/plain" }));
  link.download = file.split("/").at(-1) ?? "simulated.test.ts";
  link.click();
  URL.revokeObjectURL(link.href);
}
