/** How a JSON Schema becomes a form. Pure. */

/** What of JSON Schema is looked at. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
}

type FieldKind = "object" | "list" | "choice" | "flag" | "number" | "text" | "other";

export function kindOf(schema: Schema): FieldKind {
  if (schema.enum !== undefined) return "choice";
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  switch (type) {
    case "object":
      return schema.properties === undefined ? "other" : "object";
    case "array":
      return schema.items === undefined ? "other" : "list";
    case "boolean":
      return "flag";
    case "integer":
    case "number":
      return "number";
    case "string":
      return "text";
    default:
      return "other";
  }
}

/** Whether a form says more than plain JSON would. */
export function hasFields(schema: unknown): schema is Schema {
  const { properties } = Object(schema) as Schema;
  return properties !== undefined && Object.keys(properties).length > 0;
}

/** `amountCents` as `Amount cents`; a title of its own stays as it is. */
export function titleOf({ title }: Schema, name: string): string {
  if (title !== undefined) return title;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** What a form begins with: what the schema says, else nothing, else as little as there must be. */
export function initialOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  switch (kindOf(schema)) {
    case "object": {
      const needed = Object.entries(schema.properties ?? {}).filter(([name]) =>
        schema.required?.includes(name),
      );
      return Object.fromEntries(needed.map(([name, member]) => [name, initialOf(member)]));
    }
    case "list":
      return [initialOf(schema.items ?? {})];
    case "choice":
      return schema.enum?.[0];
    case "flag":
      return false;
    case "number":
    case "text":
    case "other":
      return undefined;
  }
}

/** A text of a field as the schema wants it; undefined if nothing is written. */
export function typed(schema: Schema, text: string): unknown {
  if (text === "") return undefined;
  if (kindOf(schema) !== "number") return text;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

/** The first problem for each field, by its dotted path, from the `issues` of a refusal. */
export function problemsOf(issues: unknown): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  if (!Array.isArray(issues)) return problems;
  for (const { path, message } of issues as readonly { message: string; path: string }[]) {
    if (!problems.has(path)) problems.set(path, message);
  }
  return problems;
}
