/**
 * Repetitions: a start or an event that was sent before is answered as the first time, if it is the same; another one
 * under the same name is refused.
 */
import { SagaError } from "../../errors.ts";
import { decode } from "../../saga/codec.ts";
import type { InstanceKey, JournalEntry, RecordedAnswer } from "../../store/store.ts";
import type { Fork } from "./fork.ts";
import { fingerprintOf } from "../incoming.ts";
import type { Instance } from "../instance.ts";
import { toView } from "../readers/view.ts";
import type { InstanceView } from "../readers/view.ts";

/** What the first journal entry tells of the start. */
export interface Started {
  readonly input?: unknown;
  readonly forkedFrom?: Fork["from"];
}

/** The instance as it is. @throws {SagaError} SAGA_INSTANCE_EXISTS if it was started with other input. */
export function sameStart(
  existing: Instance,
  first: JournalEntry | undefined,
  { key, input, fork }: { key: InstanceKey; input: unknown; fork?: Fork },
): InstanceView {
  const started = first === undefined ? undefined : (decode(first.event) as Started);
  const before = [started?.input, started?.forkedFrom ?? null];
  if (fingerprintOf(before) === fingerprintOf([input, fork?.from ?? null])) {
    return toView(existing);
  }
  throw new SagaError(
    "SAGA_INSTANCE_EXISTS",
    `saga "${key.saga}" has an instance "${key.instanceId}" already, started with other input`,
  );
}

/** The answer to the first one. @throws {SagaError} SAGA_IDEMPOTENCY_KEY_REUSED if that was another event. */
export function repeatedAnswer(
  key: InstanceKey,
  asked: unknown,
  recorded: RecordedAnswer,
): InstanceView {
  if (recorded.fingerprint !== fingerprintOf(asked)) {
    throw new SagaError(
      "SAGA_IDEMPOTENCY_KEY_REUSED",
      `another event was sent to instance "${key.instanceId}" under the key "${recorded.eventId}"; use a new key for a new event`,
    );
  }
  return decode(recorded.answer) as InstanceView;
}
