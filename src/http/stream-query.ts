/** What a request for a stream asks for: which events, and from where on. */
import type { IncomingHttpHeaders } from "node:http";
import { SagaError } from "../errors.ts";
import type { FeedFilter } from "../runtime/readers/feed.ts";
import { isPhase, phases } from "../saga/phase.ts";
import type { Phase } from "../saga/phase.ts";
import { isObject } from "./json-body.ts";
import { httpLimits } from "./limits.ts";

export interface StreamRequest {
  readonly filter: Pick<FeedFilter, "saga" | "phase">;
  /** Position after which to begin; undefined: with what is committed from now on. */
  readonly after: number | undefined;
  /** Ms within which what comes is sent together. */
  readonly everyMs: number;
}

/**
 * `known` are the parameters that the route takes. A `Last-Event-ID` has the last word: a browser sends it when
 * it comes back to the same URL.
 *
 * @throws {SagaError} SAGA_REQUEST_INVALID
 */
export function readStream(
  { query, headers }: { query: unknown; headers: IncomingHttpHeaders },
  known: readonly string[],
): StreamRequest {
  const parameters = isObject(query) ? query : {};
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: ${known.join(", ")}`);
  }
  const { saga, phase, after, everyMs } = parameters;
  const lastEventId = headers["last-event-id"];
  return {
    filter: {
      ...(saga !== undefined && { saga: readSaga(saga) }),
      ...(phase !== undefined && { phase: readPhase(phase) }),
    },
    after: readPosition("Last-Event-ID", lastEventId) ?? readPosition("after", after),
    everyMs: readEvery(everyMs),
  };
}

// A parameter that is given twice is a list.
function readSaga(saga: unknown): string {
  if (typeof saga === "string") return saga;
  throw invalid("saga is given more than once");
}

function readPhase(phase: unknown): Phase {
  if (typeof phase === "string" && isPhase(phase)) return phase;
  throw invalid(`phase is none of ${phases.join(", ")}`);
}

function readEvery(everyMs: unknown): number {
  if (everyMs === undefined) return 0;
  const value = typeof everyMs === "string" && /^[0-9]{1,5}$/.test(everyMs) ? Number(everyMs) : -1;
  if (value >= 0 && value <= httpLimits.streamEveryMsMax) return value;
  throw invalid(`everyMs is no whole number from 0 to ${httpLimits.streamEveryMsMax}`);
}

function readPosition(name: string, text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const value = typeof text === "string" && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw invalid(`${name} is no position, such as the id of an event of a stream`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
