/** A list of actions: what stands there stays as it is written, and may be moved or taken off; names are added. */
import { useSignal } from "@preact/signals";
import type { ActionItem } from "../../src/edit/operation.ts";
import { IconButton } from "../ui/button.tsx";
import { CommitField } from "./commit-field.tsx";
import { stubHint } from "./names.ts";
import type { Names } from "./names.ts";

export interface ActionListProps {
  readonly label: string;
  readonly written: readonly string[];
  readonly names: Names;
  /** Why nothing may be changed. */
  readonly lock: string | null;
  readonly onChange: (items: ActionItem[], added: string | null) => void;
}

export function ActionList({ label, written, names, lock, onChange }: ActionListProps) {
  const typed = useSignal("");
  const kept = written.map((_, keep): ActionItem => ({ keep }));
  return (
    <fieldset class="edit-list">
      <legend>{label}</legend>
      {written.length === 0 && lock !== null && <p class="hint">none</p>}
      <ul>
        {written.map((text, at) => (
          <li key={`${at} ${text}`}>
            <code>{text}</code>
            {lock === null && (
              <>
                {at > 0 && (
                  <IconButton
                    icon="up"
                    label={`${text} earlier`}
                    onClick={() => {
                      const items = [...kept];
                      items.splice(at - 1, 2, { keep: at }, { keep: at - 1 });
                      onChange(items, null);
                    }}
                  />
                )}
                <IconButton
                  icon="close"
                  label={`Take ${text} off`}
                  onClick={() =>
                    onChange(
                      kept.filter((_, index) => index !== at),
                      null,
                    )
                  }
                />
              </>
            )}
          </li>
        ))}
      </ul>
      {lock === null ? (
        <div onInput={(event) => (typed.value = (event.target as HTMLInputElement).value)}>
          <CommitField
            label={`Add to ${label.toLowerCase()}`}
            value=""
            isMono
            isEmptied
            list={names.actions}
            placeholder="action"
            hint={stubHint(names, "actions", typed.value.trim())}
            onCommit={(name) => onChange([...kept, name], name)}
          />
        </div>
      ) : (
        <p class="hint">Read-only: {lock}</p>
      )}
    </fieldset>
  );
}
