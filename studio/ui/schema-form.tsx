/**
 * A form for a JSON Schema: fields for what is plain, and JSON for what is not. It checks nothing that the server
 * checks better; what the server finds wrong is shown at its field.
 */
import { ChoiceField, CheckField, TextField } from "./field.tsx";
import { initialOf, kindOf, titleOf, typed } from "./schema.ts";
import type { Schema } from "./schema.ts";

export interface SchemaFormProps {
  readonly schema: Schema;
  readonly value: unknown;
  readonly onInput: (value: unknown) => void;
  /** What is wrong, by the dotted path of the field. */
  readonly problems?: ReadonlyMap<string, string>;
}

export function SchemaForm({ schema, value, onInput, problems = new Map() }: SchemaFormProps) {
  return (
    <div class="fields">
      <Members schema={schema} value={value} onInput={onInput} problems={problems} path="" />
    </div>
  );
}

interface Part extends Required<SchemaFormProps> {
  readonly path: string;
}

function Members({ schema, value, onInput, problems, path }: Part) {
  const members = Object.entries(schema.properties ?? {});
  const object = Object(value) as Record<string, unknown>;
  return (
    <>
      {members.map(([name, member]) => (
        <Member
          key={name}
          name={name}
          schema={member}
          isRequired={schema.required?.includes(name) === true}
          value={object[name]}
          problems={problems}
          path={path === "" ? name : `${path}.${name}`}
          onInput={(next) => onInput({ ...object, [name]: next })}
        />
      ))}
    </>
  );
}

function Member(props: Part & { readonly name: string; readonly isRequired: boolean }) {
  const { name, schema, value, onInput, problems, path, isRequired } = props;
  const label = titleOf(schema, name);
  const shown = {
    label,
    problem: problems.get(path) ?? null,
    ...(schema.description !== undefined && { hint: schema.description }),
  };
  switch (kindOf(schema)) {
    case "object":
      return (
        <fieldset class="group">
          <legend>{label}</legend>
          <Members
            schema={schema}
            value={value}
            onInput={onInput}
            problems={problems}
            path={path}
          />
        </fieldset>
      );
    case "list":
      return <List {...props} label={label} />;
    case "choice":
      return (
        <ChoiceField
          {...shown}
          value={value === undefined ? "" : JSON.stringify(value)}
          options={[
            ...(isRequired ? [] : [{ value: "", label: "not given" }]),
            ...(schema.enum ?? []).map((one) => ({
              value: JSON.stringify(one),
              label: String(one),
            })),
          ]}
          onInput={(text) => onInput(text === "" ? undefined : JSON.parse(text))}
        />
      );
    case "flag":
      return <CheckField {...shown} checked={value === true} onInput={onInput} />;
    case "number":
    case "text":
      return (
        <TextField
          {...shown}
          required={isRequired}
          type={kindOf(schema) === "number" ? "number" : "text"}
          value={textOf(value)}
          onInput={(text) => onInput(typed(schema, text))}
        />
      );
    case "other":
      return <JsonField {...shown} value={value} onInput={onInput} />;
  }
}

function List({
  schema,
  value,
  onInput,
  problems,
  path,
  label,
}: Part & { readonly label: string }) {
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const item = schema.items ?? {};
  const replace = (at: number, next: unknown): void =>
    onInput(items.map((one, index) => (index === at ? next : one)));
  return (
    <fieldset class="group">
      <legend>{label}</legend>
      {items.map((one, at) => (
        <div key={at} class="list-item">
          <Member
            name={String(at + 1)}
            schema={item}
            isRequired
            value={one}
            problems={problems}
            path={`${path}.${at}`}
            onInput={(next) => replace(at, next)}
          />
          <button
            type="button"
            class="button is-quiet"
            onClick={() => onInput(items.filter((_, index) => index !== at))}
          >
            Remove {at + 1}
          </button>
        </div>
      ))}
      <button type="button" class="button" onClick={() => onInput([...items, initialOf(item)])}>
        Add
      </button>
    </fieldset>
  );
}

/** What is not JSON stays as it was written, as text, until it is. */
export function JsonField(props: {
  readonly label: string;
  readonly value: unknown;
  readonly onInput: (value: unknown) => void;
  readonly problem?: string | null;
  readonly hint?: string;
}) {
  const { label, value, onInput, problem = null, hint = "JSON" } = props;
  const isBroken = typeof value === "object" && value !== null && BROKEN in value;
  const text = isBroken
    ? String((value as Record<string, unknown>)[BROKEN])
    : value === undefined
      ? ""
      : JSON.stringify(value, null, 2);
  return (
    <TextField
      label={label}
      value={text}
      isLong
      isMono
      hint={hint}
      problem={isBroken ? "This is no JSON yet." : problem}
      onInput={(next) => onInput(parsed(next))}
    />
  );
}

const BROKEN = "@not json";

function parsed(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { [BROKEN]: text };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
