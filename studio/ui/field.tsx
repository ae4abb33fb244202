/** Form fields: a label, the input, a hint below it, and what is wrong with it. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Shown {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string | null | undefined;
}

export interface TextFieldProps extends Shown {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "number" | "search" | "datetime-local";
  /** Of more than one line. */
  readonly isLong?: boolean;
  readonly isMono?: boolean;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly autofocus?: boolean;
  readonly list?: readonly string[];
}

export function TextField(props: TextFieldProps) {
  const { label, hint, problem, value, onInput, type = "text", isLong, isMono, list } = props;
  const id = useId();
  const input = {
    id,
    value,
    class: isMono === true ? "input is-mono" : "input",
    required: props.required === true,
    placeholder: props.placeholder ?? "",
    autoFocus: props.autofocus === true,
    spellcheck: false,
    "aria-invalid": problem ? ("true" as const) : ("false" as const),
    "aria-describedby": `${id}-hint`,
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {props.required === true && <span aria-hidden="true"> *</span>}
      </label>
      {isLong === true ? (
        <textarea {...input} rows={4} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...input}
          type={type}
          step="any"
          {...(list !== undefined && { list: `${id}-list` })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <Hint id={id} hint={hint} problem={problem} />
    </div>
  );
}

export interface ChoiceFieldProps extends Shown {
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onInput: (value: string) => void;
}

export function ChoiceField({ label, hint, problem, value, options, onInput }: ChoiceFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="input"
        value={value}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Hint id={id} hint={hint} problem={problem} />
    </div>
  );
}

export interface CheckFieldProps extends Shown {
  readonly checked: boolean;
  readonly onInput: (checked: boolean) => void;
}

/** @public */
export function CheckField({ label, hint, problem, checked, onInput }: CheckFieldProps) {
  const id = useId();
  return (
    <div class="field is-check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <Hint id={id} hint={hint} problem={problem} />
    </div>
  );
}

function Hint({ id, hint, problem }: { id: string } & Pick<Shown, "hint" | "problem">) {
  return (
    <div id={`${id}-hint`} class={problem ? "hint is-problem" : "hint"}>
      {problem ?? hint}
    </div>
  );
}
