/** What is above the chart that is edited: undo, redo and review, and what there is to tell of the draft. */
import type { ComponentChildren } from "preact";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { Button, IconButton } from "../ui/button.tsx";
import type { Editing } from "./editing.ts";

export interface EditBarProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly onReview: () => void;
  /** What else there is to tell. */
  readonly children?: ComponentChildren;
}

export function EditBar({ editing, draft, onReview, children }: EditBarProps) {
  const count = editing.steps.value.length;
  const refusal = editing.refusal.value;
  const news = editing.news.value;
  return (
    <div class="edit-bar-place">
      <div class="edit-bar" role="toolbar" aria-label="Draft">
        <IconButton
          icon="undo"
          label="Undo"
          keys="Ctrl Z"
          disabled={count === 0}
          onClick={() => void editing.undo()}
        />
        <IconButton
          icon="redo"
          label="Redo"
          keys="Ctrl Shift Z"
          disabled={editing.undone.value.length === 0}
          onClick={() => void editing.redo()}
        />
        <span class="edit-count">
          {count === 0 ? draft.file : `${count} ${count === 1 ? "edit" : "edits"}, not written`}
        </span>
        {count > 0 && (
          <Button kind="quiet" onClick={() => void editing.discard()}>
            Discard
          </Button>
        )}
        <Button kind="primary" disabled={count === 0} onClick={onReview} title="Ctrl S">
          Review
        </Button>
      </div>
      {!draft.isRunning && (
        <p class="edit-notice" role="status">
          Not running yet: the server takes it when it is started anew; sagachart dev does so by
          itself.
        </p>
      )}
      {refusal !== null && (
        <p class="edit-notice is-bad" role="alert">
          {refusal}
          <IconButton icon="close" label="Dismiss" onClick={() => (editing.refusal.value = null)} />
        </p>
      )}
      {news !== null && (
        <p class="edit-notice" role="status">
          {news}
          <IconButton icon="close" label="Dismiss" onClick={() => (editing.news.value = null)} />
        </p>
      )}
      {children}
    </div>
  );
}
