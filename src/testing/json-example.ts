/**
 * Examples of a schema that can tell itself as JSON Schema: the least that it takes. Where the words of JSON
 * Schema do not suffice to make one, such as a pattern, the caller gives a sample.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** One example, or none if the schema cannot tell. */
export function exampleOf(schema: StandardSchemaV1): readonly object[] {
  const standard = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  let told: unknown;
  try {
    told = standard.jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    // Zod throws for a schema that JSON Schema has no words for.
    return [];
  }
  const made = told === undefined ? undefined : make(told as JsonSchema);
  return typeof made === "object" && made !== null ? [made] : [];
}

function make(schema: JsonSchema): unknown {
  const said = [schema.const, schema.default, schema.examples?.[0], schema.enum?.[0]].find(
    (value) => value !== undefined,
  );
  if (said !== undefined) return said;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return make(choice);
  const maker = makers[schema.type ?? ""];
  return maker === undefined ? null : maker(schema);
}

const makers: Readonly<Record<string, (schema: JsonSchema) => unknown>> = {
  object: ({ required = [], properties = {} }) =>
    Object.fromEntries(required.map((name) => [name, make(properties[name] ?? {})])),
  array: ({ minItems = 0, items = {} }) => Array.from({ length: minItems }, () => make(items)),
  string: text,
  integer: number,
  number,
  boolean: () => true,
};

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000001",
};

function text({ format, minLength = 0 }: JsonSchema): string {
  return formats[format ?? ""] ?? "x".repeat(Math.max(1, minLength));
}

function number({ minimum, exclusiveMinimum, maximum }: JsonSchema): number {
  const least = minimum ?? (exclusiveMinimum === undefined ? 1 : exclusiveMinimum + 1);
  // Zod says of every integer that it is safe.
  const isBounded = least > Number.MIN_SAFE_INTEGER;
  return isBounded ? least : Math.min(1, maximum ?? 1);
}
