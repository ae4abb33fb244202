/** A field for a value of JSON, which says while one writes whether it is one. */
import { useState } from "preact/hooks";
import { TextField } from "../ui/field.tsx";

export interface JsonDraft {
  readonly text: string;
  /** Undefined while the text is no JSON. */
  readonly value: unknown;
  readonly problem: string | null;
  readonly set: (text: string) => void;
}

export function useJson(first: unknown): JsonDraft {
  const [text, set] = useState(() => (first === undefined ? "" : JSON.stringify(first, null, 2)));
  const { value, problem } = read(text);
  return { text, value, problem, set };
}

export function JsonField({
  label,
  draft,
  hint,
}: {
  label: string;
  draft: JsonDraft;
  hint?: string;
}) {
  return (
    <TextField
      label={label}
      value={draft.text}
      onInput={draft.set}
      isLong
      isMono
      problem={draft.problem}
      {...(hint !== undefined && { hint })}
    />
  );
}

function read(text: string): { readonly value: unknown; readonly problem: string | null } {
  if (text.trim() === "") return { value: undefined, problem: null };
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    return { value: undefined, problem: error instanceof Error ? error.message : "no JSON" };
  }
}
