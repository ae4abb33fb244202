/** Files that would be written, to be read and copied. */
import { Button } from "../ui/button.tsx";
import { tell, tellFailure } from "../ui/toasts.tsx";

export interface FileListProps {
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export function FileList({ files }: FileListProps) {
  return (
    <>
      {files.map(({ path, text }, index) => (
        <details key={path} open={index === 0}>
          <summary>{path}</summary>
          <pre tabIndex={0} aria-label={path}>
            {text}
          </pre>
          <Button kind="quiet" onClick={() => copy(text)}>
            Copy
          </Button>
        </details>
      ))}
    </>
  );
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(() => tell("Copied"), tellFailure);
}
