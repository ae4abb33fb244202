/** What each error code means, in one line, and what its problem looks like. */
import { errorStatus } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import { listOf, objectOf, ref, text } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

export const errorCodes = Object.keys(errorStatus) as readonly ErrorCode[];

/** One line a code; `docs/reference/errors.md` tells more. */
export const errorMeanings: Readonly<Record<ErrorCode, string>> = {
  SAGA_REQUEST_INVALID: "The request cannot be read. Correct it; nothing has changed.",
  SAGA_ID_INVALID: "An id or a key is too long, empty, or has characters that cannot be in one.",
  SAGA_INPUT_INVALID: "The input does not fit the saga's schema; issues lists what is wrong where.",
  SAGA_EVENT_INVALID: "The saga declares no such event, or the event does not fit its schema.",
  SAGA_FORCE_REQUIRED: "terminate undoes nothing of what was done; ask again with force: true.",
  SAGA_SCHEDULE_INVALID: "The schedule cannot be one; detail says which member, and why.",
  SAGA_COMMAND_INVALID: "The command line asks for what cannot be; it never comes over HTTP.",
  SAGA_SIMULATION_INVALID: "The simulated path cannot be one; detail says which move, and why.",
  SAGA_IMPORT_INVALID:
    "What was to be imported cannot be read as a chart; detail says where and why.",
  SAGA_FILE_REFUSED:
    "The Studio may not write this file here; detail says why. Nothing was written.",
  SAGA_SIMULATION_FAILED:
    "What was to be simulated or checked gave no answer in time, or ended its thread.",
  SAGA_SIMULATIONS_FULL: "As many simulations are computed as may be at a time. Ask again later.",
  SAGA_STUDIO_READ_ONLY: "Charts may not be edited on this server.",
  SAGA_ORIGIN_REFUSED: "The request comes from a page of another origin; it may not edit charts.",
  SAGA_NOT_FOUND: "There is no saga of this name in this process.",
  SAGA_INSTANCE_NOT_FOUND: "The saga has no instance of this id.",
  SAGA_SCHEDULE_NOT_FOUND: "The saga has no schedule of this id.",
  SAGA_OPERATION_NOT_FOUND: "This process knows no bulk operation of this id.",
  SAGA_SOURCE_NOT_FOUND: "There is no file of this chart that may be edited.",
  SAGA_ROUTE_NOT_FOUND: "There is nothing at this path.",
  SAGA_METHOD_NOT_ALLOWED: "The path does not take this method; Allow lists those it takes.",
  SAGA_REQUEST_TIMEOUT: "The request did not arrive in time. Send it again.",
  SAGA_WAIT_TIMEOUT: "What was waited for did not come in time; the instance goes on by itself.",
  SAGA_INSTANCE_EXISTS: "An instance of this id was started with other input.",
  SAGA_INSTANCE_ENDED: "The instance has ended and takes no events, or ended otherwise.",
  SAGA_SCHEDULE_EXISTS: "The saga has a schedule of this id that says something else.",
  SAGA_SCHEDULES_TOO_MANY: "The saga has as many schedules as it may have. Delete some.",
  SAGA_EVENT_NOT_ACCEPTED:
    "The present state does not take the event; accepts lists what it takes.",
  SAGA_INSTANCE_QUARANTINED:
    "The rows of the instance are damaged, or its chart cannot read them; quarantined says more.",
  SAGA_SCHEDULE_DAMAGED: "The row of a schedule is damaged. Delete it and make it again.",
  SAGA_INSTANCE_SUSPENDED: "An operator has suspended the instance; suspended says who and why.",
  SAGA_OPERATION_NOT_POSSIBLE: "The operation has nothing to work on.",
  SAGA_JOURNAL_NOT_REPRODUCIBLE:
    "The journal, applied to the chart again, does not lead to the recorded states.",
  SAGA_BODY_TOO_LARGE: "The body is too large.",
  SAGA_MEDIA_TYPE_UNSUPPORTED: "The body is no plain JSON in UTF-8.",
  SAGA_IDEMPOTENCY_KEY_REUSED: "Another event was sent under the same key before.",
  SAGA_TRANSITION_FAILED: "The chart threw while it took the event; the instance stays as it was.",
  SAGA_EDIT_REFUSED: "The file of the chart cannot be edited so; detail says why, line where.",
  SAGA_SOURCE_CHANGED: "The file of the chart was changed on disk; sha says what it is now.",
  SAGA_DRAFT_INVALID: "XState does not take the edited chart, or it takes too long to load.",
  SAGA_SOURCE_NOT_WRITTEN: "The file of the chart cannot be written; detail says why.",
  SAGA_SOURCE_INVALID: "The file of the chart is no TypeScript, or no machine is found in it.",
  SAGA_CONTEXT_NOT_SERIALIZABLE:
    "The event would put something into the context that cannot be stored.",
  SAGA_SNAPSHOT_TOO_LARGE: "The event would put more into the instance than its snapshot may hold.",
  SAGA_MAILBOX_FULL: "Too many events wait for this instance. Send it again later.",
  SAGA_PARKING_FULL: "Too many events are parked for this instance. Send it again later.",
  SAGA_STARTS_FULL: "Too many starts wait for the limits of their sagas. Send it again later.",
  SAGA_WAITERS_FULL: "Too many requests wait for instances. Ask again later.",
  SAGA_STREAMS_FULL: "Too many streams are open. Open it again later.",
  SAGA_LAYOUTS_FULL: "Too many charts wait to be laid out for the Studio.",
  SAGA_DRAFTS_FULL: "Too many drafts of charts wait to be loaded. Ask again later.",
  SAGA_HEADERS_TOO_LARGE: "The request line and the headers are too large.",
  SAGA_CHART_INVALID: "A chart cannot be run durably; findings lists the reasons.",
  SAGA_DEFINITION_INVALID: "The name or the version of a saga cannot be one, or is given twice.",
  SAGA_CHECK_INVALID: "An option of a check cannot be used.",
  SAGA_VERSION_UNKNOWN: "The instance runs on a version of its saga that is not registered.",
  SAGA_SNAPSHOT_INVALID: "A stored instance cannot be read by its saga.",
  SAGA_TRANSACTION_INVALID:
    "A transactional activity is asynchronous, or tried to end its transaction.",
  SAGA_CONFIG_INVALID: "A setting of the process cannot be used.",
  SAGA_INTERNAL: "An error that nobody expected; the server's log tells all.",
  SAGA_REVISION_CONFLICT: "The instance was changed elsewhere at the same moment. Send it again.",
  SAGA_RUNTIME_CLOSED: "The process is stopping. Send it again.",
  SAGA_NOT_READY: "The process should be sent nothing now; `reasons` tell why.",
  SAGA_STORE_BUSY: "Another program holds the database; nothing was written. Send it again.",
  SAGA_STORE_LOCKED: "Another process runs on this database.",
  SAGA_STORE_TOO_NEW: "The database was migrated by a newer version of Sagachart.",
  SAGA_STORE_INVALID: "The file is no database of Sagachart.",
  SAGA_STORE_MISMATCH: "The file of the database is not the one that was there.",
  SAGA_STORE_DAMAGED: "The file of the database is damaged.",
  SAGA_STORE_TAKEN: "Another process has the file of the database now.",
  SAGA_STORE_OUTCOME_UNKNOWN:
    "The disk failed during a commit. Restart the process, then send it again.",
  SAGA_STORE_FULL: "The disk is full; nothing was written. Send it again.",
};

const issues = listOf(objectOf({ path: text, message: text }));

/** Facts that a code brings beside the members of every problem. */
const details: Partial<Record<ErrorCode, Readonly<Record<string, JsonSchema>>>> = {
  SAGA_INPUT_INVALID: { issues },
  SAGA_EVENT_INVALID: { issues, declared: listOf(text) },
  SAGA_EVENT_NOT_ACCEPTED: {
    why: { type: "string", enum: ["not-in-this-state", "forbidden", "guard"] },
    guards: { ...listOf(text), description: "Names of the guards that said no." },
    accepts: listOf(ref("AcceptedEvent")),
  },
  SAGA_INSTANCE_QUARANTINED: { quarantined: ref("Quarantine") },
  SAGA_INSTANCE_SUSPENDED: { suspended: ref("Suspension") },
  SAGA_JOURNAL_NOT_REPRODUCIBLE: { revision: { type: "integer", minimum: 1 } },
  SAGA_NOT_READY: { reasons: listOf(objectOf({ code: text, text })) },
  SAGA_INSTANCE_ENDED: { accepts: listOf(ref("AcceptedEvent")) },
};

/** The schema of every problem, and of the problem of each code, by name. */
export function problemSchemas(): Readonly<Record<string, JsonSchema>> {
  const each = errorCodes.map((code) => [problemName(code), problemOf(code)] as const);
  return { Problem: problemOf(null), ...Object.fromEntries(each) };
}

export function problemName(code: ErrorCode): string {
  return `Problem.${code}`;
}

function problemOf(code: ErrorCode | null): JsonSchema {
  const own = code === null ? {} : (details[code] ?? {});
  const members = {
    type: {
      type: "string",
      format: "uri-reference",
      ...(code && { const: `/docs/errors#${code.toLowerCase()}` }),
    },
    title: text,
    status: { type: "integer", ...(code && { const: errorStatus[code] }) },
    detail: text,
    code: code === null ? { type: "string", enum: errorCodes } : { type: "string", const: code },
    instance: { type: "string", format: "uri", description: "Finds the occurrence in the log." },
    ...own,
  };
  const schema = objectOf(members, ["instance", ...Object.keys(own)]);
  return code === null ? schema : { ...schema, description: errorMeanings[code] };
}
