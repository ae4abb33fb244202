/** A stage of a saga that is being planned: what it does, what undoes it, and whether it waits for the one before. */
import { IconButton } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import type { Stage } from "./plan.ts";

export interface StageRowProps {
  readonly stage: Stage;
  /** The step that it may run beside; null: none. */
  readonly neighbour: string | null;
  readonly onChange: (stage: Stage) => void;
  /** Left out: it is the first. */
  readonly onUp: (() => void) | undefined;
  readonly onRemove: () => void;
  /** Enter: a step after it. */
  readonly onNext: () => void;
}

export function StageRow({ stage, neighbour, onChange, ...rest }: StageRowProps) {
  const { kind, name, undo, isBeside } = stage;
  const { onUp, onRemove, onNext } = rest;
  const shown = kind === "approval" ? "a person decides" : name;
  return (
    <li
      class={`stage is-${kind} ${isBeside ? "is-beside" : ""}`}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.target as Element).matches(".input")) return;
        event.preventDefault();
        onNext();
      }}
    >
      <div class="stage-names">
        {kind === "approval" ? (
          <p>A person approves or declines</p>
        ) : (
          <TextField
            label={kind === "wait" ? "Waits for" : "Does"}
            value={name}
            onInput={(value) => onChange({ ...stage, name: value })}
            isMono
          />
        )}
        {kind === "step" && (
          <TextField
            label="Undone by"
            value={undo}
            placeholder="nothing"
            onInput={(value) => onChange({ ...stage, undo: value })}
            isMono
          />
        )}
      </div>
      <IconButton
        icon="up"
        label={`${shown} earlier`}
        disabled={onUp === undefined}
        onClick={() => onUp?.()}
      />
      <IconButton icon="close" label={`Remove ${shown}`} onClick={onRemove} />
      {neighbour !== null && (
        <label class="stage-beside">
          <input
            type="checkbox"
            checked={isBeside}
            onChange={() => onChange({ ...stage, isBeside: !isBeside })}
          />
          <span>
            at the same time as <b>{neighbour}</b>
          </span>
        </label>
      )}
    </li>
  );
}
