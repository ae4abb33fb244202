/** Waiting from afar: the server holds each request for a while, and the client asks again until its time is up. */
import type { AnySaga } from "../saga/define.ts";
import type { Condition, Instance } from "./answers.ts";
import { SagaHttpError } from "./http-error.ts";
import { backoffMs } from "./transport.ts";
import type { Call, Transport } from "./transport.ts";

export interface Wait {
  readonly condition: Condition;
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;
/** How long one request waits: proxies on the way cut longer ones off. */
const REQUEST_MS_MAX = 25_000;

const endPhases: readonly string[] = ["completed", "compensated", "failed", "stopped"];

/** @throws {SagaHttpError} SAGA_WAIT_TIMEOUT, SAGA_INSTANCE_ENDED; both with the `instance` in their details. */
export async function waitFor<Known extends AnySaga>(
  transport: Transport,
  call: Call,
  { condition, timeoutMs = TIMEOUT_MS }: Wait,
): Promise<Instance<Known>> {
  const begunAt = performance.now();
  for (let early = 0; ; early += 1) {
    const leftMs = Math.max(0, Math.ceil(timeoutMs - (performance.now() - begunAt)));
    const askedMs = Math.min(leftMs, REQUEST_MS_MAX);
    const query = { waitFor: toText(condition), timeoutMs: askedMs };
    const { status, body } = await transport.json({ ...call, query });
    const instance = body as Instance<Known>;
    if (status !== TIME_UP) {
      if (hasComeTo(condition, instance)) return instance;
      throw endedOtherwise(condition, instance);
    }
    if (performance.now() - begunAt >= timeoutMs) throw timedOut(condition, instance, timeoutMs);
    // A server that closes lets go of those who wait; the next one may not be there yet.
    const isEarly = performance.now() - begunAt < timeoutMs - leftMs + askedMs;
    if (isEarly) await transport.pause(backoffMs(Math.min(early, BACKOFF_STEPS_MAX)), call.signal);
  }
}

const BACKOFF_STEPS_MAX = 3;
/** Status of the answer when the condition was not met in time. */
const TIME_UP = 202;

function toText(condition: Condition): string {
  if ("settled" in condition) return "settled";
  if ("output" in condition) return "output";
  const [entry] = Object.entries(condition);
  return (entry ?? []).join(":");
}

// The server answers when the condition is met, and also when the instance has ended otherwise.
function hasComeTo(condition: Condition, { phase, state, tags, error }: Instance): boolean {
  if (!endPhases.includes(phase) || "settled" in condition) return true;
  if ("output" in condition) return error === null;
  if ("phase" in condition) return phase === condition.phase;
  if ("tag" in condition) return tags.includes(condition.tag);
  return state.split(",").some((path) => `${path}.`.startsWith(`${condition.state}.`));
}

function endedOtherwise(condition: Condition, instance: Instance): SagaHttpError {
  return new SagaHttpError(
    `instance "${instance.id}" ended as ${instance.phase} and cannot come to ${toText(condition)}`,
    { code: "SAGA_INSTANCE_ENDED", status: 409, details: { instance } },
  );
}

function timedOut(condition: Condition, instance: Instance, timeoutMs: number): SagaHttpError {
  return new SagaHttpError(
    `instance "${instance.id}" did not come to ${toText(condition)} within ${timeoutMs} ms`,
    { code: "SAGA_WAIT_TIMEOUT", status: 408, details: { instance } },
  );
}
