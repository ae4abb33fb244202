/** The routes of schedules and their shapes, for the table of all routes. */
import { httpLimits } from "../limits.ts";
import { anything, flag, listOf, objectOf, oneOfTexts, ref, text } from "./openapi-schemas.ts";
import { textOrNull, time } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";
import { idempotencyKey, ofSaga } from "./openapi-parts.ts";
import type { RouteDescription } from "./openapi-parts.ts";
import type { ErrorCode } from "../../errors.ts";

const timeOrNull: JsonSchema = { type: ["string", "null"], format: "date-time" };
const textsByName: JsonSchema = { type: "object", additionalProperties: text };
const everyMs = { minimum: httpLimits.everyMsMin, maximum: httpLimits.everyMsMax } as const;
const overlap = oneOfTexts(["skip", "allow"]);
const catchUp = oneOfTexts(["one", "all", "none"]);

/** By name. */
export const scheduleSchemas: Readonly<Record<string, JsonSchema>> = {
  Schedule: objectOf({
    saga: text,
    id: text,
    cron: textOrNull,
    timeZone: textOrNull,
    everyMs: { type: ["integer", "null"], ...everyMs },
    input: anything,
    overlap,
    catchUp,
    attributes: textsByName,
    paused: flag,
    nextDueAt: timeOrNull,
    lastDueAt: timeOrNull,
    lastOutcome: {
      type: ["string", "null"],
      enum: ["started", "overlapped", "missed", "refused", null],
    },
    lastInstanceId: textOrNull,
    lastError: textOrNull,
    createdAt: time,
    updatedAt: time,
  }),
  ScheduleRequest: {
    ...objectOf(
      {
        id: { type: "string", minLength: 1, maxLength: httpLimits.scheduleIdLengthMax },
        cron: { type: "string", maxLength: httpLimits.cronLengthMax },
        timeZone: { ...text, description: "A name of the IANA time zone database." },
        everyMs: { type: "integer", ...everyMs },
        input: anything,
        overlap,
        catchUp,
        attributes: { ...textsByName, maxProperties: 20 },
      },
      ["cron", "timeZone", "everyMs", "input", "overlap", "catchUp", "attributes"],
    ),
    oneOf: [{ required: ["cron"] }, { required: ["everyMs"] }],
  },
  SchedulePage: objectOf({
    schedules: listOf(ref("Schedule")),
    next: { ...textOrNull, description: "Give it as `after`; null: there are no more." },
  }),
};

const schedule = {
  status: 200,
  description: "The schedule.",
  schema: ref("Schedule"),
} as const;

const common = {
  group: "schedules",
  errors: [...ofSaga, "SAGA_SCHEDULE_NOT_FOUND", "SAGA_SCHEDULE_DAMAGED"],
  answers: [schedule],
} as const;

const changeErrors: readonly ErrorCode[] = [...common.errors, "SAGA_MAILBOX_FULL"];

const SCHEDULES = "/sagas/:saga/schedules";
const SCHEDULE = `${SCHEDULES}/:scheduleId`;
const correlated = { "X-Correlation-Id": "Names the business transaction across services." };

export const scheduleRoutesDescribed: readonly RouteDescription[] = [
  {
    ...common,
    method: "POST",
    path: SCHEDULES,
    operationId: "createSchedule",
    summary: "Make a schedule, which starts instances at its due times",
    store: "written",
    body: ref("ScheduleRequest"),
    answers: [
      {
        ...schedule,
        status: 201,
        description: "A new schedule.",
        headers: { Location: "Where the schedule is." },
      },
      { ...schedule, description: "It was made before, with the same content." },
    ],
    errors: [
      ...ofSaga,
      "SAGA_SCHEDULE_INVALID",
      "SAGA_INPUT_INVALID",
      "SAGA_SCHEDULE_EXISTS",
      "SAGA_SCHEDULES_TOO_MANY",
      "SAGA_SCHEDULE_DAMAGED",
      "SAGA_MAILBOX_FULL",
    ],
  },
  {
    ...common,
    method: "GET",
    path: SCHEDULES,
    operationId: "listSchedules",
    summary: "The schedules of a saga, by their ids",
    store: "read",
    query: [
      { name: "after", description: "Id of the last schedule before the page.", schema: text },
      {
        name: "limit",
        description: "Schedules of the page.",
        schema: {
          type: "integer",
          minimum: 1,
          maximum: httpLimits.schedulePageMax,
          default: httpLimits.schedulePageDefault,
        },
      },
    ],
    answers: [{ status: 200, description: "A page of schedules.", schema: ref("SchedulePage") }],
    errors: [...ofSaga, "SAGA_SCHEDULE_DAMAGED"],
  },
  {
    ...common,
    method: "GET",
    path: SCHEDULE,
    operationId: "getSchedule",
    summary: "One schedule, with its next and its last due time",
    store: "read",
  },
  {
    ...common,
    method: "POST",
    path: `${SCHEDULE}/pause`,
    operationId: "pauseSchedule",
    summary: "Pause a schedule: it has no due time until it is resumed",
    store: "written",
    errors: changeErrors,
  },
  {
    ...common,
    method: "POST",
    path: `${SCHEDULE}/resume`,
    operationId: "resumeSchedule",
    summary: "Resume a schedule with its next due time",
    store: "written",
    errors: changeErrors,
  },
  {
    ...common,
    method: "POST",
    path: `${SCHEDULE}/trigger`,
    operationId: "triggerSchedule",
    summary: "Start an instance now",
    store: "written",
    readsInstance: true,
    headers: [idempotencyKey],
    answers: [
      {
        status: 201,
        description: "A new instance; its start is durable.",
        schema: ref("Instance"),
        headers: { ...correlated, Location: "Where the instance is." },
      },
      {
        status: 202,
        description: "A new instance that waits for room before it begins.",
        schema: ref("Instance"),
        headers: { ...correlated, Location: "Where the instance is." },
      },
      {
        status: 200,
        description: "It was started under the same key before.",
        schema: ref("Instance"),
        headers: correlated,
      },
    ],
    errors: [
      ...ofSaga,
      "SAGA_SCHEDULE_NOT_FOUND",
      "SAGA_SCHEDULE_DAMAGED",
      "SAGA_INPUT_INVALID",
      "SAGA_INSTANCE_EXISTS",
      "SAGA_TRANSITION_FAILED",
      "SAGA_CONTEXT_NOT_SERIALIZABLE",
      "SAGA_SNAPSHOT_TOO_LARGE",
      "SAGA_MAILBOX_FULL",
      "SAGA_STARTS_FULL",
    ],
  },
  {
    ...common,
    method: "DELETE",
    path: SCHEDULE,
    operationId: "deleteSchedule",
    summary: "Delete a schedule; what it has started goes on",
    store: "deleted",
    // One that is damaged as well.
    errors: [...ofSaga, "SAGA_SCHEDULE_NOT_FOUND", "SAGA_MAILBOX_FULL"],
    answers: [{ status: 204, description: "It is gone." }],
  },
];
