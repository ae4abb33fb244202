/**
 * The routes of the door, described in one table. The contract at `/openapi.json` and the page at `/docs` are
 * made of it, and a test keeps it equal to the routes that there are.
 */
import { chartFormats } from "../../draw/formats.ts";
import { httpLimits } from "../limits.ts";
import { operationRoutesDescribed } from "./openapi-operations.ts";
import { correlated, idempotencyKey, instance, limitOf } from "./openapi-parts.ts";
import { ofInstance, ofSaga, timeUp, waiting } from "./openapi-parts.ts";
import type { RouteDescription } from "./openapi-parts.ts";
import { count, objectOf, listOf, oneOfTexts, ref, text } from "./openapi-schemas.ts";
import { scheduleRoutesDescribed } from "./openapi-schedules.ts";
import { searchRoutesDescribed, streamRoutesDescribed } from "./openapi-search.ts";

/** What the parts of a path stand for. */
export const pathParameters: Readonly<Record<string, string>> = {
  saga: "Name of the saga.",
  id: "Id of the instance.",
  scheduleId: "Id of the schedule.",
  bulkId: "Id of the bulk operation.",
};

const readiness = objectOf({
  status: oneOfTexts(["ready"]),
  warnings: listOf(objectOf({ code: text, text, count }, ["count"])),
});

/** In the order of the documentation. */
export const routes: readonly RouteDescription[] = [
  {
    method: "GET",
    path: "/sagas",
    group: "sagas",
    operationId: "listSagas",
    summary: "All sagas, the newest version of each",
    answers: [
      {
        status: 200,
        description: "The sagas.",
        schema: objectOf({ sagas: listOf(ref("Saga")) }),
      },
    ],
    errors: [],
  },
  {
    method: "GET",
    path: "/sagas/:saga",
    group: "sagas",
    operationId: "getSaga",
    summary: "One saga with its chart",
    query: [
      {
        name: "format",
        description:
          "The chart alone, as XState's JSON, Mermaid, chart model, SCXML or SVG. Without it Accept decides.",
        schema: oneOfTexts(Object.keys(chartFormats)),
      },
    ],
    answers: [
      {
        status: 200,
        description: "The saga, or its chart in the format asked for.",
        schema: { anyOf: [ref("SagaWithChart"), { type: "object" }] },
        otherMediaTypes: Object.values(chartFormats).filter((name) => name !== "application/json"),
      },
    ],
    errors: ofSaga,
  },
  {
    method: "GET",
    path: "/sagas/:saga/events",
    group: "sagas",
    operationId: "getSagaEvents",
    summary: "What each state does with each event",
    answers: [{ status: 200, description: "The events.", schema: ref("SagaEvents") }],
    errors: ofSaga,
  },
  {
    method: "POST",
    path: "/sagas/:saga/instances",
    group: "instances",
    operationId: "startInstance",
    summary: "Start an instance",
    store: "written",
    readsInstance: true,
    query: waiting,
    headers: [
      idempotencyKey,
      {
        name: "X-Correlation-Id",
        description: "Kept with the instance, and given to every activity and log line.",
        schema: {
          type: "string",
          minLength: 1,
          maxLength: httpLimits.idLengthMax,
          pattern: "^[!-~]+$",
        },
      },
    ],
    body: ref("Start"),
    answers: [
      {
        ...instance,
        status: 201,
        description: "A new instance; its start is durable.",
        headers: { ...correlated, Location: "Where the instance is." },
      },
      {
        ...instance,
        description: "It was started with the same input before; the instance as it is now.",
      },
      {
        ...timeUp,
        description: `A new instance that waits for room before it begins; or: ${timeUp.description}`,
        headers: { ...correlated, Location: "Where the instance is." },
      },
    ],
    errors: [
      ...ofSaga,
      "SAGA_INPUT_INVALID",
      "SAGA_INSTANCE_EXISTS",
      "SAGA_TRANSITION_FAILED",
      "SAGA_CONTEXT_NOT_SERIALIZABLE",
      "SAGA_SNAPSHOT_TOO_LARGE",
      "SAGA_MAILBOX_FULL",
      "SAGA_STARTS_FULL",
      "SAGA_WAITERS_FULL",
    ],
  },
  {
    method: "GET",
    path: "/sagas/:saga/instances/:id",
    group: "instances",
    operationId: "getInstance",
    summary: "One instance, as of its last commit",
    store: "read",
    readsInstance: true,
    query: waiting,
    answers: [instance, timeUp],
    errors: [...ofInstance, "SAGA_WAITERS_FULL"],
  },
  {
    method: "POST",
    path: "/sagas/:saga/instances/:id/events",
    group: "instances",
    operationId: "sendEvent",
    summary: "Send an event to an instance",
    store: "written",
    readsInstance: true,
    query: waiting,
    headers: [idempotencyKey],
    body: ref("Event"),
    answers: [
      {
        ...instance,
        description: "The instance as of the commit of this event.",
        headers: {
          ...correlated,
          "Idempotency-Replayed": "`true`: the event was applied before; this is the first answer.",
        },
      },
      {
        ...timeUp,
        description: `The event is kept until a state takes it; or: ${timeUp.description}`,
      },
    ],
    errors: [
      ...ofInstance,
      "SAGA_EVENT_INVALID",
      "SAGA_EVENT_NOT_ACCEPTED",
      "SAGA_INSTANCE_ENDED",
      "SAGA_INSTANCE_SUSPENDED",
      "SAGA_INSTANCE_QUARANTINED",
      "SAGA_IDEMPOTENCY_KEY_REUSED",
      "SAGA_TRANSITION_FAILED",
      "SAGA_CONTEXT_NOT_SERIALIZABLE",
      "SAGA_SNAPSHOT_TOO_LARGE",
      "SAGA_MAILBOX_FULL",
      "SAGA_PARKING_FULL",
      "SAGA_WAITERS_FULL",
    ],
  },
  {
    method: "GET",
    path: "/sagas/:saga/instances/:id/journal",
    group: "instances",
    operationId: "getJournal",
    summary: "Committed events of an instance, oldest first",
    store: "read",
    readsInstance: true,
    query: [
      {
        name: "after",
        description: "Revision of the last entry before the page.",
        schema: { type: "integer", minimum: 0, default: 0 },
      },
      limitOf("Entries", httpLimits.journalPageMax, httpLimits.journalPageDefault),
    ],
    answers: [
      {
        status: 200,
        description: "A page of the journal.",
        schema: ref("JournalPage"),
        headers: correlated,
      },
    ],
    errors: ofInstance,
  },
  ...searchRoutesDescribed,
  ...scheduleRoutesDescribed,
  ...operationRoutesDescribed,
  ...streamRoutesDescribed,
  {
    method: "GET",
    path: "/health/live",
    group: "server",
    operationId: "getLiveness",
    summary: "Whether the process answers",
    answers: [
      { status: 200, description: "It does.", schema: objectOf({ status: oneOfTexts(["live"]) }) },
    ],
    errors: [],
  },
  {
    method: "GET",
    path: "/health/ready",
    group: "server",
    operationId: "getReadiness",
    summary: "Whether the process takes events",
    answers: [{ status: 200, description: "It does.", schema: readiness }],
    errors: ["SAGA_NOT_READY"],
  },
  {
    method: "GET",
    path: "/metrics",
    group: "server",
    operationId: "getMetrics",
    summary: "What is counted, in Prometheus' text format",
    answers: [{ status: 200, description: "The metrics.", mediaType: "text/plain" }],
    errors: [],
  },
  {
    method: "GET",
    path: "/openapi.json",
    group: "server",
    operationId: "getContract",
    summary: "This contract, OpenAPI 3.1",
    answers: [
      {
        status: 200,
        description: "The contract.",
        schema: { ...objectOf({ openapi: text }), additionalProperties: true },
      },
    ],
    errors: [],
  },
  {
    method: "GET",
    path: "/docs",
    group: "server",
    operationId: "getDocs",
    summary: "This contract as a page for people",
    answers: [{ status: 200, description: "The page.", mediaType: "text/html" }],
    errors: [],
  },
  {
    method: "GET",
    path: "/docs/errors",
    group: "server",
    operationId: "getErrorDocs",
    summary: "All error codes as a page for people",
    answers: [{ status: 200, description: "The page.", mediaType: "text/html" }],
    errors: [],
  },
];
