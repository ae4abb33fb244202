/**
 * The shapes of what goes in and out, as JSON Schema (draft 2020-12), by the names that the contract gives
 * them. A test holds real answers against them.
 */
import { ID_LENGTH_MAX } from "../../runtime/incoming.ts";
import {
  BY_LENGTH_MAX,
  operationNames,
  REASON_LENGTH_MAX,
} from "../../runtime/operators/operation.ts";
import { phases } from "../../saga/phase.ts";
import type { Json } from "../render.ts";

export type JsonSchema = { readonly [key: string]: Json };

/** A schema of the contract, by its name. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: "null" }] };
}

/** An object with these members, all of them there but those in `optional`. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

export function oneOfTexts(texts: readonly string[], description?: string): JsonSchema {
  return { type: "string", enum: texts, ...(description !== undefined && { description }) };
}

export const text: JsonSchema = { type: "string" };
export const count: JsonSchema = { type: "integer", minimum: 0 };
export const flag: JsonSchema = { type: "boolean" };
export const time: JsonSchema = { type: "string", format: "date-time" };
export const textOrNull: JsonSchema = { type: ["string", "null"] };
export const anything: JsonSchema = {};
export const id: JsonSchema = { type: "string", minLength: 1, maxLength: ID_LENGTH_MAX };
const schemaOrNull: JsonSchema = {
  type: ["object", "null"],
  description:
    "JSON Schema (draft 2020-12) of the event without its type; null if the saga gives none.",
};
const revision: JsonSchema = {
  type: "integer",
  minimum: 1,
  description: "Number of commits, counts from 1.",
};
const operator = {
  reason: { type: "string", minLength: 1, maxLength: REASON_LENGTH_MAX },
  by: { type: "string", minLength: 1, maxLength: BY_LENGTH_MAX },
} as const;
const textsByName: JsonSchema = { type: "object", additionalProperties: text };

const event = objectOf({ type: text, schema: schemaOrNull });

const saga = {
  name: text,
  version: { type: "integer", minimum: 1 },
  events: listOf(event),
  compensations: {
    type: "object",
    additionalProperties: textOrNull,
    description: "For each activity with an effect the one that undoes it, or null.",
  },
  childOf: { ...textOrNull, description: "The saga whose chart starts its instances, or null." },
  inputSchema: { type: ["object", "null"] },
} as const;

const activity = objectOf({
  activityId: text,
  activity: text,
  attempt: { type: "integer", minimum: 1 },
  idempotencyKey: text,
  status: oneOfTexts(["live", "waiting", "abandoned"]),
  waitsFor: textOrNull,
});

/** The members of an instance; an instance of one saga says some of them more exactly. */
export const instanceProperties: Readonly<Record<string, JsonSchema>> = {
  saga: text,
  version: { type: "integer", minimum: 1 },
  id,
  revision,
  phase: ref("Phase"),
  state: { ...text, description: "Paths of the active states, parallel ones joined by a comma." },
  tags: listOf(text),
  context: { description: "The chart's data as plain JSON." },
  output: { description: "Null unless the instance ended with one." },
  error: { description: "Null when all is well." },
  accepts: listOf(ref("AcceptedEvent")),
  timers: listOf(objectOf({ event: text, dueAt: time })),
  activities: listOf(activity),
  parkedEvents: listOf(objectOf({ event: text, eventId: textOrNull, at: time })),
  waitsFor: orNull(ref("WaitingPlace")),
  suspended: orNull(ref("Suspension")),
  quarantined: orNull(ref("Quarantine")),
  parent: orNull(ref("InstanceLink")),
  children: listOf(ref("Child")),
  correlationId: text,
  traceparent: { ...textOrNull, description: "W3C trace context of the start." },
  attributes: textsByName,
  createdAt: time,
  updatedAt: time,
};

/** By name. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  InstanceLink: objectOf({ saga: text, id: text }),
  Child: objectOf({
    childId: text,
    actor: text,
    kind: oneOfTexts(["instance", "live", "reducer"]),
    instance: orNull(ref("InstanceLink")),
  }),
  WaitingPlace: {
    ...objectOf({
      key: text,
      position: { type: ["integer", "null"], minimum: 1, description: "1: it begins next." },
    }),
    description: "The key whose limit an instance waits for before it begins.",
  },
  Phase: oneOfTexts(phases, "What the saga is doing, in one word."),
  Saga: objectOf(saga),
  SagaWithChart: objectOf({
    ...saga,
    chart: { type: "object", description: "XState's createMachine takes it." },
  }),
  SagaEvents: objectOf({
    saga: text,
    version: saga.version,
    events: listOf(
      objectOf({
        type: text,
        schema: schemaOrNull,
        states: listOf(
          objectOf({
            state: text,
            verdict: oneOfTexts(["taken", "guarded", "parked", "forbidden", "refused"]),
          }),
        ),
      }),
    ),
  }),
  Start: objectOf({ id, input: anything, attributes: { ...textsByName, maxProperties: 20 } }, [
    "id",
    "input",
    "attributes",
  ]),
  Event: { ...objectOf({ type: text }), additionalProperties: true },
  AcceptedEvent: objectOf({
    type: text,
    guarded: {
      ...flag,
      description: "True: it depends on its payload, a guard may still refuse it.",
    },
    schema: schemaOrNull,
  }),
  Instance: objectOf(instanceProperties),
  Quarantine: objectOf({ kind: oneOfTexts(["damaged", "unreadable"]), reason: text, at: time }),
  Suspension: objectOf({ by: textOrNull, reason: text, at: time }),
  OperationRecord: objectOf({
    operation: oneOfTexts([...operationNames, "fork"]),
    by: textOrNull,
    reason: text,
  }),
  OperationRequest: objectOf({ operation: oneOfTexts(operationNames), ...operator, force: flag }, [
    "by",
    "force",
  ]),
  ForkRequest: objectOf(
    { fromRevision: revision, id, input: anything, event: ref("Event"), ...operator },
    ["id", "input", "event", "by"],
  ),
  JournalEntry: objectOf({
    revision,
    at: time,
    source: oneOfTexts([
      "start",
      "client",
      "operator",
      "activity",
      "timer",
      "message",
      "child",
      "action",
    ]),
    event: ref("Event"),
    eventId: textOrNull,
    traceparent: textOrNull,
    stateBefore: textOrNull,
    stateAfter: text,
    phase: ref("Phase"),
    effects: listOf({ ...objectOf({ kind: text }), additionalProperties: true }),
    operation: orNull(ref("OperationRecord")),
    verdict: oneOfTexts([
      "applied",
      "late",
      "failed",
      "parked",
      "stranded",
      "unhandled",
      "undeliverable",
      "waiting",
    ]),
    sender: orNull(objectOf({ saga: text, instanceId: text })),
  }),
  JournalPage: objectOf({
    entries: listOf(ref("JournalEntry")),
    next: { type: ["integer", "null"], description: "Give it as `after`; null: nothing more yet." },
  }),
};
