/**
 * Requests to the server: JSON in, JSON out; what it refuses is thrown as it says it. What only reads waits for a
 * server that does not answer, so that no screen has to be loaded anew when it is back.
 */
import { expectAnswer, noteLost, whenBack } from "../app/connection.ts";

/** A refusal of the server, or no answer at all to what would have changed something (`NETWORK`). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** The members of the problem, such as `issues`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 0, details = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export interface Ask {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function ask<Answer>(path: string, asked: Ask = {}): Promise<Answer> {
  const { method = "GET", body, signal, headers = {} } = asked;
  const response = await send(path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  });
  if (response.status === 204) return undefined as Answer;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  throw toApiError(response.status, answer);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const answered = expectAnswer();
  try {
    const response = await fetch(path, init);
    answered();
    return response;
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    noteLost();
    if (init.method === "GET") {
      await whenBack(init.signal);
      return send(path, init);
    }
    throw new ApiError("NETWORK", "the server does not answer");
  }
}

function toApiError(status: number, answer: unknown): ApiError {
  const { code, detail, ...details } = Object(answer) as Record<string, unknown>;
  return new ApiError(
    typeof code === "string" ? code : "UNKNOWN",
    typeof detail === "string" ? detail : `the server answered ${status}`,
    status,
    details,
  );
}

/** A path with the parts filled in, each escaped: `at\`/sagas/${saga}\``. */
export function at(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce(
    (path, part, index) => path + encodeURIComponent(values[index - 1] ?? "") + part,
  );
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
