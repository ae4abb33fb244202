/** The source of what is selected, as it is written, with its lines. */
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { Selection } from "../chart/overlay.ts";

export function Code({ draft, selection }: { draft: DraftAnswer; selection: Selection | null }) {
  const { outline, text, file } = draft;
  const found =
    selection === null
      ? undefined
      : (selection.kind === "state" ? outline.states : outline.edges)[selection.id];
  if (found === undefined) {
    return <p class="hint">Select a state or a transition: its source is shown here.</p>;
  }
  const { start, end } = found.span;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(0, from).split("\n").length;
  const lines = text.slice(from, end).split("\n");
  const indent = /^[ \t]*/.exec(lines[0] ?? "")?.[0] ?? "";
  return (
    <figure class="edit-code">
      <figcaption>
        {file}:{line}
      </figcaption>
      {/* A region that scrolls must be reached by keys. */}
      <pre tabIndex={0} role="group" aria-label="Source">
        {lines.map((one, at) => (
          <span class="code-line" key={at}>
            <span class="code-number" aria-hidden="true">
              {line + at}
            </span>
            {one.startsWith(indent) ? one.slice(indent.length) : one}
            {"\n"}
          </span>
        ))}
      </pre>
    </figure>
  );
}
