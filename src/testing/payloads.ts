/**
 * Payloads: what comes from outside in a test, from the samples or else from the schemas of the saga, always as
 * the schema gives it.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EventObject } from "xstate";
import type { Samples } from "../check/samples.ts";
import { SagaError } from "../errors.ts";
import { normalize } from "../saga/codec.ts";
import type { AnySaga } from "../saga/define.ts";
import { exampleOf } from "./json-example.ts";

/** The input of the samples, as the saga's schema gives it. @throws {SagaError} SAGA_INPUT_INVALID */
export function inputOf(saga: AnySaga, { input }: Samples): unknown {
  if (saga.input === null) return input;
  const checked = check(saga.input, input);
  if ("value" in checked) return checked.value;
  throw new SagaError(
    "SAGA_INPUT_INVALID",
    `the samples' input of saga "${saga.name}" is not valid: ${checked.why}`,
  );
}

/**
 * Payloads of one event: those of the samples, else one made from its schema, else an empty one.
 *
 * @throws {SagaError} SAGA_EVENT_INVALID if its schema takes none of them.
 */
export function payloadsOf(saga: AnySaga, samples: Samples, type: string): readonly object[] {
  const schema = saga.events[type];
  const given = samples.events?.[type];
  if (schema === undefined) return given ?? [{}];
  const candidates = given ?? [{}, ...exampleOf(schema)];
  const checks = candidates.map((candidate) => check(schema, candidate));
  const valid = candidates.filter((_, index) => "value" in (checks[index] as object));
  // Of those that are made up one is enough; of those that are given each must do.
  if (given === undefined && valid.length > 0) return valid.slice(0, 1);
  if (valid.length === candidates.length) return valid;
  const why = checks.flatMap((checked) => ("why" in checked ? [checked.why] : [])).at(-1);
  throw new SagaError(
    "SAGA_EVENT_INVALID",
    `no sample of event "${type}" of saga "${saga.name}" that its schema takes: ${why}; give one in samples.events`,
  );
}

/** The event as its schema gives it, and as the journal keeps it. @throws {SagaError} SAGA_EVENT_INVALID */
export function receivedAs(saga: AnySaga, event: EventObject): EventObject {
  const { type, ...payload } = event;
  const schema = saga.events[type];
  if (schema === undefined) return normalize(event) as EventObject;
  const checked = check(schema, payload);
  if ("value" in checked) return normalize({ ...(checked.value as object), type }) as EventObject;
  throw new SagaError("SAGA_EVENT_INVALID", `event "${type}" is not valid: ${checked.why}`);
}

function check(
  schema: StandardSchemaV1,
  value: unknown,
): { readonly value: unknown } | { readonly why: string } {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    return {
      why: "its schema answers later; paths are computed at once, so give one that does not",
    };
  }
  if (result.issues === undefined) return { value: result.value };
  const [first] = result.issues;
  const path = (first?.path ?? []).map((part) =>
    String(typeof part === "object" ? part.key : part),
  );
  return { why: `${path.join(".") || "it"}: ${first?.message ?? "refused"}` };
}
