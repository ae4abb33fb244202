/** The routes over all instances, and their streams, for the table of all routes. */
import { phases } from "../../saga/phase.ts";
import { httpLimits } from "../limits.ts";
import { correlated, limitOf, ofInstance } from "./openapi-parts.ts";
import type { AnswerDescription, ParameterDescription, RouteDescription } from "./openapi-parts.ts";
import { count, flag, id, instanceProperties, listOf, objectOf, ref } from "./openapi-schemas.ts";
import { text, textOrNull, time } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

const version: JsonSchema = { type: "integer", minimum: 1 };
const shortText: JsonSchema = { type: "string", minLength: 1, maxLength: httpLimits.searchTextMax };
const place = { saga: text, version, state: text };
const of = (...names: readonly string[]): Record<string, JsonSchema> =>
  Object.fromEntries(names.map((name) => [name, instanceProperties[name] ?? {}]));

/** By name. */
export const searchSchemas: Readonly<Record<string, JsonSchema>> = {
  FoundInstance: objectOf({
    ...of("saga", "version", "id", "revision", "phase", "state", "tags"),
    error: textOrNull,
    ...of(
      "waitsFor",
      "suspended",
      "quarantined",
      "attributes",
      "correlationId",
      "createdAt",
      "updatedAt",
    ),
  }),
  SearchPage: objectOf({
    items: listOf(ref("FoundInstance")),
    next: { ...textOrNull, description: "Give it as `cursor`; null: that was all." },
  }),
  Counts: objectOf({
    counts: listOf(objectOf({ ...place, phase: ref("Phase"), instances: count })),
  }),
  DwellTimes: objectOf({
    states: listOf(objectOf({ ...place, stays: count, p50Ms: count, p95Ms: count })),
  }),
  StreamedEntry: { allOf: [objectOf({ saga: text, instanceId: id }), ref("JournalEntry")] },
};

const parameter = (
  name: string,
  description: string,
  schema: JsonSchema = shortText,
): ParameterDescription => ({ name, description, schema });

const saga = parameter("saga", "Only of this saga.");
const ofVersion = parameter("version", "Only of this version.", version);

export const searchRoutesDescribed: readonly RouteDescription[] = [
  {
    method: "GET",
    path: "/instances",
    group: "search",
    operationId: "searchInstances",
    summary: "Instances of all sagas, newest start first",
    store: "read",
    query: [
      saga,
      ofVersion,
      parameter("phase", "In one of these phases; may stand more than once.", listOf(ref("Phase"))),
      parameter("state", "In this state, or one inside it."),
      parameter("tag", "With this tag."),
      parameter("suspended", "Held still by an operator, or not.", flag),
      parameter("quarantined", "In quarantine, or not.", flag),
      parameter("q", "Whose id begins so."),
      parameter("startedAfter", "Started then or later.", time),
      parameter("startedBefore", "Started before.", time),
      {
        name: "attribute",
        description: "With these attributes: attribute.customer=c-7.",
        schema: { type: "object", additionalProperties: text },
      },
      limitOf("Instances", httpLimits.searchPageMax, httpLimits.searchPageDefault),
      parameter("cursor", "`next` of the page before."),
    ],
    answers: [{ status: 200, description: "A page of instances.", schema: ref("SearchPage") }],
    errors: [],
  },
  {
    method: "GET",
    path: "/instances/counts",
    group: "search",
    operationId: "countInstances",
    summary: "How many instances stand where",
    store: "read",
    query: [saga],
    answers: [{ status: 200, description: "The counts.", schema: ref("Counts") }],
    errors: [],
  },
  {
    method: "GET",
    path: "/instances/dwell",
    group: "search",
    operationId: "getDwellTimes",
    summary: "How long instances stay in their states",
    store: "read",
    query: [saga, ofVersion],
    answers: [{ status: 200, description: "The times.", schema: ref("DwellTimes") }],
    errors: [],
  },
];

const stream: AnswerDescription = {
  status: 200,
  description:
    "Server-sent events: each transition has a StreamedEntry as data, and as id the position to go on from; a heartbeat says only that the stream lives.",
  mediaType: "text/event-stream",
};
const position = parameter("after", "Position after which to begin; without it, now.", count);
const inPhase = parameter("phase", "Only what led to this phase.", {
  type: "string",
  enum: phases,
});
const everyMs = parameter(
  "everyMs",
  "Sends what comes within so many ms together; without it, as it comes.",
  { type: "integer", minimum: 0, maximum: httpLimits.streamEveryMsMax },
);
const lastEventId = parameter("Last-Event-ID", "Goes before `after`.", count);

export const streamRoutesDescribed: readonly RouteDescription[] = [
  {
    method: "GET",
    path: "/sagas/:saga/instances/:id/stream",
    group: "instances",
    operationId: "streamInstance",
    summary: "Committed events of an instance, as they come",
    store: "read",
    readsInstance: true,
    query: [position, inPhase, everyMs],
    headers: [lastEventId],
    answers: [{ ...stream, headers: correlated }],
    errors: [...ofInstance, "SAGA_STREAMS_FULL"],
  },
  {
    method: "GET",
    path: "/stream",
    group: "search",
    operationId: "streamAll",
    summary: "Committed events of all instances, as they come",
    store: "read",
    query: [saga, position, inPhase, everyMs],
    headers: [lastEventId],
    answers: [stream],
    errors: ["SAGA_NOT_FOUND", "SAGA_STREAMS_FULL"],
  },
];
