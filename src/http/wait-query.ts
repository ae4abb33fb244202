/** What a query says about waiting: `?waitFor=phase:completed&timeoutMs=5000`. */
import { SagaError } from "../errors.ts";
import type { Condition } from "../runtime/readers/waiters.ts";
import { isPhase, phases } from "../saga/phase.ts";
import { isObject } from "./json-body.ts";
import { httpLimits } from "./limits.ts";

export interface Wait {
  readonly waitFor: Condition;
  readonly timeoutMs: number;
}

/** Null if the query asks for no waiting. @throws {SagaError} SAGA_REQUEST_INVALID */
export function readWait(query: unknown): Wait | null {
  const { waitFor, timeoutMs } = isObject(query) ? query : {};
  if (waitFor !== undefined) {
    return { waitFor: readCondition(waitFor), timeoutMs: readTimeout(timeoutMs) };
  }
  if (timeoutMs === undefined) return null;
  throw invalid("timeoutMs says how long to wait, and there is no waitFor");
}

// A parameter that is given twice is a list.
function readCondition(text: unknown): Condition {
  if (text === "settled") return { settled: true };
  if (text === "output") return { output: true };
  const [, kind, name = ""] = /^(phase|state|tag):(.+)$/s.exec(String(text)) ?? [];
  if (typeof text === "string") {
    if (kind === "phase" && isPhase(name)) return { phase: name };
    if (kind === "state") return { state: name };
    if (kind === "tag") return { tag: name };
  }
  throw invalid(
    `waitFor is none of phase:<${phases.join("|")}>, state:<path>, tag:<tag>, settled, output; give one of these, once`,
  );
}

function readTimeout(text: unknown): number {
  if (text === undefined) return httpLimits.waitMsDefault;
  const value = typeof text === "string" && /^[0-9]{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= httpLimits.waitMsMax) return value;
  throw invalid(`timeoutMs is no integer from 0 to ${httpLimits.waitMsMax}`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
