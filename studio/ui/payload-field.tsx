/** What is sent, by its schema: fields where it has some, else JSON. */
import { JsonField, SchemaForm } from "./schema-form.tsx";
import { hasFields } from "./schema.ts";

export interface PayloadFieldProps {
  /** JSON Schema; null: none is given. */
  readonly schema: unknown;
  /** Null: nothing is given. */
  readonly value: unknown;
  readonly onInput: (value: unknown) => void;
  readonly problems: ReadonlyMap<string, string>;
  /** Of the field for JSON. */
  readonly label: string;
  readonly hint?: string;
}

export function PayloadField({ schema, value, onInput, problems, ...rest }: PayloadFieldProps) {
  if (!hasFields(schema)) {
    return <JsonField {...rest} value={value ?? undefined} onInput={onInput} />;
  }
  return <SchemaForm schema={schema} value={value} problems={problems} onInput={onInput} />;
}
