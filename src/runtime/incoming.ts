/**
 * What comes from outside, checked before it reaches an instance: ids, inputs, events, attributes.
 */
import { createHash } from "node:crypto";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { declaredEvents } from "../saga/accepts.ts";
import type { Chart } from "../saga/chart.ts";
import { encode } from "../saga/codec.ts";

/** Instance ids, event ids and the like are opaque, but they stand in URLs, logs and headers. */
export const ID_LENGTH_MAX = 200;
/** Attributes of one instance. */
export const ATTRIBUTES_MAX = 20;

// Control characters would break log lines; a lone surrogate has no UTF-8 form and would not come back.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const BAD_CHARACTER = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** @throws {SagaError} SAGA_ID_INVALID unless `id` is 1-200 characters without control characters. */
export function checkId(what: string, id: unknown): string {
  if (
    typeof id === "string" &&
    id.length > 0 &&
    id.length <= ID_LENGTH_MAX &&
    !BAD_CHARACTER.test(id)
  ) {
    return id;
  }
  throw new SagaError(
    "SAGA_ID_INVALID",
    `${what} ${shown(id)} is not a text of 1-${ID_LENGTH_MAX} characters without control characters`,
  );
}

/** @throws {SagaError} SAGA_ID_INVALID unless it may stand in an HTTP header as it is (RFC 9110, 5.5). */
export function checkCorrelationId(id: unknown): string {
  const checked = checkId("correlation id", id);
  if (/^[\u0021-\u007e]+$/.test(checked)) return checked;
  throw new SagaError(
    "SAGA_ID_INVALID",
    `correlation id ${shown(id)} has characters other than visible ASCII`,
  );
}

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function checkAttributes(
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(attributes);
  const isShort = (text: unknown): boolean =>
    typeof text === "string" && text.length > 0 && text.length <= ID_LENGTH_MAX;
  if (entries.length <= ATTRIBUTES_MAX && entries.every((entry) => entry.every(isShort))) {
    return Object.fromEntries(entries);
  }
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    `attributes are at most ${ATTRIBUTES_MAX} texts by name, each of 1-${ID_LENGTH_MAX} characters`,
  );
}

/** @throws {SagaError} SAGA_REQUEST_INVALID if only a parent starts instances of the saga. */
export function checkStartable({ saga }: Chart): void {
  if (saga.childOf === null) return;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    `instances of saga "${saga.name}" are started by those of saga "${saga.childOf}"; start one of these`,
  );
}

/** The input as the saga's schema gives it. @throws {SagaError} SAGA_INPUT_INVALID with `issues`. */
export async function checkInput(chart: Chart, input: unknown): Promise<unknown> {
  const { input: schema, name } = chart.saga;
  if (schema === null) return input;
  return validate(schema, input, { code: "SAGA_INPUT_INVALID", what: `input of saga "${name}"` });
}

/**
 * The event as its schema gives it. Only what the saga declares comes in: XState's own events travel through
 * the same function of the machine, and a client who could send `xstate.done.actor.charge` would have paid.
 *
 * @throws {SagaError} SAGA_EVENT_INVALID, with `declared` for an unknown type, with `issues` for a bad payload.
 */
export async function checkEvent(chart: Chart, event: EventObject): Promise<EventObject> {
  const { type, ...payload } = event;
  const declared = declaredEvents(chart);
  if (typeof type !== "string" || !declared.includes(type)) {
    throw new SagaError(
      "SAGA_EVENT_INVALID",
      `saga "${chart.saga.name}" declares no event ${shown(type)}; it declares: ${declared.join(", ") || "none"}`,
      { details: { declared } },
    );
  }
  const schema = chart.saga.events[type];
  if (schema === undefined) return event;
  const checked = await validate(schema, payload, {
    code: "SAGA_EVENT_INVALID",
    what: `event "${type}"`,
  });
  return { ...(checked as object), type };
}

/** Tells events apart whatever the order of their keys. */
export function fingerprintOf(value: unknown): string {
  return createHash("sha256")
    .update(encode(sorted(value)))
    .digest("base64url");
}

async function validate(
  schema: StandardSchemaV1,
  value: unknown,
  { code, what }: { code: ErrorCode; what: string },
): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }));
  const first = issues[0];
  throw new SagaError(code, `${what} is not valid: ${first?.path || "it"}: ${first?.message}`, {
    details: { issues },
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

const SHOWN_LENGTH_MAX = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
