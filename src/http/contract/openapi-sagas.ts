/**
 * The part of the contract that one saga makes exact: its input, its events and its instances, so that a
 * generated client knows them. It tells of the newest version; an older instance may take other events.
 */
import { declaredEvents } from "../../saga/accepts.ts";
import type { Chart } from "../../saga/chart.ts";
import { toJsonSchema } from "../json-schema.ts";
import { instanceProperties, objectOf, ref, schemas } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";
import type { Json } from "../render.ts";

/** Schemas that a saga says more exactly; a route that names one is described once more for each saga. */
export const exactNames = ["Start", "Event", "Instance"] as const;

/** The name of a schema as one saga says it. */
export function exactName(saga: string, name: string): string {
  return `${saga}.${name}`;
}

/** The exact schemas of a saga, by name. */
export function sagaSchemas(chart: Chart): Readonly<Record<string, JsonSchema>> {
  const { saga } = chart;
  const inputName = exactName(saga.name, "Input");
  const input = toJsonSchema(saga.input) as JsonSchema | null;
  const start = schemas["Start"] as { properties: Record<string, JsonSchema> };
  const events = declaredEvents(chart).map((type) => {
    const name = `${exactName(saga.name, "Event")}.${toNamePart(type)}`;
    const payload = toJsonSchema(saga.events[type]) as JsonSchema | null;
    return { type, name, schema: withType(type, payload, name) };
  });
  return {
    [inputName]: input === null ? {} : relocated(input, inputName),
    [exactName(saga.name, "Start")]: objectOf(
      { ...start.properties, input: ref(inputName) },
      input === null ? ["id", "input", "attributes"] : ["id", "attributes"],
    ),
    ...Object.fromEntries(events.map(({ name, schema }) => [name, schema])),
    [exactName(saga.name, "Event")]: toUnion(events),
    [exactName(saga.name, "Instance")]: objectOf({
      ...instanceProperties,
      saga: { type: "string", const: saga.name },
    }),
  };
}

function toUnion(events: readonly { type: string; name: string }[]): JsonSchema {
  // A union of nothing is no schema; such a saga takes no event.
  if (events.length === 0) return { not: {} };
  return {
    oneOf: events.map(({ name }) => ref(name)),
    discriminator: {
      propertyName: "type",
      mapping: Object.fromEntries(
        events.map(({ type, name }) => [type, `#/components/schemas/${name}`]),
      ),
    },
  };
}

/** The schema of a whole event: that of its payload, and its type. */
function withType(type: string, payload: JsonSchema | null, name: string): JsonSchema {
  const bare = objectOf({ type: { type: "string", const: type } });
  if (payload === null) return { ...bare, additionalProperties: true };
  return joined(type, relocated(payload, name)) ?? { ...bare, additionalProperties: true };
}

/** Null if the type cannot stand among the members: the payload's schema is neither an object's nor a choice of such. */
function joined(type: string, payload: JsonSchema): JsonSchema | null {
  if (payload["type"] === "object" && !("$ref" in payload) && !("allOf" in payload)) {
    const required = (payload["required"] ?? []) as readonly string[];
    const properties = payload["properties"] as JsonSchema | undefined;
    return {
      ...payload,
      properties: { type: { type: "string", const: type }, ...properties },
      required: ["type", ...required],
    };
  }
  const choice = ["oneOf", "anyOf"].find((keyword) => Array.isArray(payload[keyword]));
  if (choice === undefined) return null;
  const options = (payload[choice] as readonly JsonSchema[]).map((option) => joined(type, option));
  return options.includes(null) ? null : { ...payload, [choice]: options };
}

// References count from the root of the document that they stand in, which is the contract now.
function relocated(schema: JsonSchema, name: string): JsonSchema {
  const { $schema: _, ...rest } = schema;
  const move = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(move);
    if (value === null || typeof value !== "object") return value;
    const members = Object.entries(value).map(([key, part]): [string, Json] =>
      key === "$ref" && typeof part === "string" && part.startsWith("#")
        ? [key, `#/components/schemas/${name}${part.slice(1)}`]
        : [key, move(part)],
    );
    return Object.fromEntries(members);
  };
  return move(rest) as JsonSchema;
}

/** Other characters than these cannot stand in the name of a schema (OpenAPI 3.1, 4.8.7). */
function toNamePart(type: string): string {
  return type.replaceAll(/[^\w.]/gu, (character) => `-${character.codePointAt(0)?.toString(16)}-`);
}
