/** The routes of operators and their shapes, for the table of all routes. */
import { operationNames } from "../../runtime/operators/operation.ts";
import { correlated, idempotencyKey, instance, ofInstance } from "./openapi-parts.ts";
import type { AnswerDescription, RouteDescription } from "./openapi-parts.ts";
import { count, flag, id, listOf, objectOf, oneOfTexts, ref } from "./openapi-schemas.ts";
import { schemas, text, time } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

const { properties: asked } = schemas["OperationRequest"] as {
  properties: Record<string, JsonSchema>;
};

/** By name. */
export const operationSchemas: Readonly<Record<string, JsonSchema>> = {
  BulkRequest: objectOf(
    {
      ...asked,
      filter: {
        type: "object",
        minProperties: 1,
        description: "The parameters of a search, without limit and cursor.",
      },
      dryRun: { ...flag, description: "Only tells what it would be done to." },
    },
    ["by", "force", "dryRun"],
  ),
  Bulk: objectOf({
    id: text,
    operation: oneOfTexts(operationNames),
    state: oneOfTexts(["running", "done", "aborted"]),
    matched: count,
    done: count,
    refused: {
      type: "object",
      additionalProperties: count,
      description: "How many instances were not fit for it, by code.",
    },
    failed: count,
    createdAt: time,
  }),
  BulkDryRun: objectOf({ matched: count, first: listOf(objectOf({ saga: text, id })) }),
};

const bulk: AnswerDescription = {
  status: 200,
  description: "The bulk operation.",
  schema: ref("Bulk"),
};

const replayed = {
  "Idempotency-Replayed": "`true`: it was done before; this is the first answer.",
};

export const operationRoutesDescribed: readonly RouteDescription[] = [
  {
    method: "POST",
    path: "/sagas/:saga/instances/:id/operations",
    group: "operations",
    operationId: "operate",
    summary: "What an operator does to an instance, journaled with who and why",
    store: "written",
    readsInstance: true,
    headers: [idempotencyKey],
    body: ref("OperationRequest"),
    answers: [{ ...instance, headers: { ...correlated, ...replayed } }],
    errors: [
      ...ofInstance,
      "SAGA_FORCE_REQUIRED",
      "SAGA_EVENT_INVALID",
      "SAGA_EVENT_NOT_ACCEPTED",
      "SAGA_INSTANCE_ENDED",
      "SAGA_INSTANCE_SUSPENDED",
      "SAGA_INSTANCE_QUARANTINED",
      "SAGA_OPERATION_NOT_POSSIBLE",
      "SAGA_IDEMPOTENCY_KEY_REUSED",
      "SAGA_TRANSITION_FAILED",
      "SAGA_CONTEXT_NOT_SERIALIZABLE",
      "SAGA_SNAPSHOT_TOO_LARGE",
      "SAGA_MAILBOX_FULL",
    ],
  },
  {
    method: "POST",
    path: "/sagas/:saga/instances/:id/forks",
    group: "operations",
    operationId: "forkInstance",
    summary: "A new instance that begins where this one stood at an earlier revision",
    store: "written",
    readsInstance: true,
    headers: [idempotencyKey],
    body: ref("ForkRequest"),
    answers: [
      {
        ...instance,
        status: 201,
        description: "The new instance.",
        headers: { ...correlated, Location: "Where the instance is." },
      },
      { ...instance, description: "It was forked before; the new instance as it is now." },
    ],
    errors: [
      ...ofInstance,
      "SAGA_INPUT_INVALID",
      "SAGA_EVENT_INVALID",
      "SAGA_INSTANCE_EXISTS",
      "SAGA_INSTANCE_ENDED",
      "SAGA_OPERATION_NOT_POSSIBLE",
      "SAGA_EVENT_NOT_ACCEPTED",
      "SAGA_JOURNAL_NOT_REPRODUCIBLE",
      "SAGA_TRANSITION_FAILED",
      "SAGA_CONTEXT_NOT_SERIALIZABLE",
      "SAGA_SNAPSHOT_TOO_LARGE",
      "SAGA_MAILBOX_FULL",
    ],
  },
  {
    method: "POST",
    path: "/operations",
    group: "operations",
    operationId: "startBulk",
    summary: "One operation on all instances that a filter finds",
    store: "read",
    body: ref("BulkRequest"),
    answers: [
      {
        ...bulk,
        status: 202,
        description: "It has begun.",
        headers: { Location: "Where its progress is." },
      },
      { status: 200, description: "With dryRun: what it found.", schema: ref("BulkDryRun") },
    ],
    errors: ["SAGA_FORCE_REQUIRED", "SAGA_OPERATION_NOT_POSSIBLE"],
  },
  {
    method: "GET",
    path: "/operations/:bulkId",
    group: "operations",
    operationId: "getBulk",
    summary: "How far a bulk operation is",
    answers: [bulk],
    errors: ["SAGA_OPERATION_NOT_FOUND"],
  },
  {
    method: "DELETE",
    path: "/operations/:bulkId",
    group: "operations",
    operationId: "abortBulk",
    summary: "Stop a bulk operation; what is done stays done",
    answers: [bulk],
    errors: ["SAGA_OPERATION_NOT_FOUND"],
  },
];
