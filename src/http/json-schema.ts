/**
 * The schemas of a saga as JSON Schema, so that clients see what an event must look like. Not every vendor
 * of schemas can tell, and not every schema can be told: then there is null, never an error.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { toJson } from "./render.ts";
import type { Json } from "./render.ts";

const TARGET = "draft-2020-12";

// By schema: definitions are frozen, so each is asked once.
const known = new WeakMap<StandardSchemaV1, Json>();

/** JSON Schema (draft 2020-12) of what `schema` takes, or null. */
export function toJsonSchema(schema: StandardSchemaV1 | null | undefined): Json {
  if (schema === null || schema === undefined) return null;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const now = convert(schema);
  known.set(schema, now);
  return now;
}

function convert(schema: StandardSchemaV1): Json {
  const standard = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  try {
    const converted: unknown = standard.jsonSchema?.input({ target: TARGET });
    return typeof converted === "object" ? toJson(converted) : null;
  } catch {
    // Zod throws for a schema that JSON Schema has no words for, such as a date or a transform.
    return null;
  }
}
