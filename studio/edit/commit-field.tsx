/** Fields that take their value when one leaves them, or with Enter: each such value is one step. */
import { useEffect, useState } from "preact/hooks";
import { TextField } from "../ui/field.tsx";
import type { TextFieldProps } from "../ui/field.tsx";

export interface CommitFieldProps extends Omit<TextFieldProps, "onInput"> {
  readonly onCommit: (value: string) => void;
  /** Empties itself when it has given its value. */
  readonly isEmptied?: boolean;
}

export function CommitField({ value, onCommit, isEmptied = false, ...rest }: CommitFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = (): void => {
    const given = text.trim();
    if (given === value) return;
    if (isEmptied) setText("");
    onCommit(given);
  };
  return (
    <div
      onFocusOut={commit}
      onKeyDown={(event) => {
        const isDone = event.key === "Enter" && (rest.isLong !== true || event.ctrlKey);
        if (event.key === "Escape") setText(value);
        if (!isDone) return;
        event.preventDefault();
        commit();
      }}
    >
      <TextField {...rest} value={text} onInput={setText} />
    </div>
  );
}
