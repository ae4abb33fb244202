/**
 * One call to another service, and what may be believed after it.
 *
 * Done is a 2xx with the promised body. `rejected` is a refusal after which nothing has happened. All
 * else is `unknown`: the call may have taken effect, and asking again with the same key finds out.
 */
import { z } from "zod";
import type { Activity, ActivityArguments } from "../../src/index.ts";

/** An id that a service gave. Longer than any service's own; a snapshot keeps it. */
export const Id = z.string().min(1).max(200);

type Path = `/${string}`;

/** Makes activities of calls: each sends its input, under the idempotency key of its operation. */
export interface Calls {
  /** Posts the input as JSON; any 2xx will do. */
  readonly post: (path: Path) => Activity<object, void>;
  /** Posts the input as JSON, for an answer with a body of this shape. */
  readonly postFor: <Output>(path: Path, answer: z.ZodType<Output>) => Activity<object, Output>;
  /** Asks with the input as query, for an answer with a body of this shape. Changes nothing. */
  readonly getFor: <Output>(
    path: Path,
    answer: z.ZodType<Output>,
  ) => Activity<Readonly<Record<string, string>>, Output>;
}

/**
 * Calls to the service at `serviceUrl()`, which is asked for at every call: it may move. They throw a
 * `CallError` for every outcome but the promised one, no answer included.
 */
export function callsTo(serviceUrl: () => string): Calls {
  const urlOf = (path: string): URL => new URL(`${serviceUrl().replace(/\/+$/, "")}${path}`);
  const post = (path: Path, { input, ...activity }: ActivityArguments<object>): Promise<Done> =>
    done({
      ...activity,
      name: `POST ${path}`,
      url: urlOf(path),
      method: "POST",
      body: JSON.stringify(input),
    });
  return {
    post: (path) => async (activity) => {
      await post(path, activity);
    },
    postFor: (path, answer) => async (activity) =>
      promised(`POST ${path}`, await post(path, activity), answer),
    getFor:
      (path, answer) =>
      async ({ input, ...activity }) => {
        const url = urlOf(path);
        url.search = new URLSearchParams(input).toString();
        const name = `GET ${path}`;
        return promised(
          name,
          await done({ ...activity, name, url, method: "GET", body: null }),
          answer,
        );
      },
  };
}

interface Call extends Omit<ActivityArguments<unknown>, "input" | "attempt" | "log"> {
  /** How errors speak of it. */
  readonly name: string;
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly body: string | null;
}

/** Why a call did not do what it should. Its own fields are plain, as they are all that a snapshot keeps. */
class CallError extends Error {
  readonly kind: "rejected" | "unknown";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** How long the service wants to be left alone. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    facts: {
      kind: "rejected" | "unknown";
      status: number | null;
      retryAfterMs?: number | null;
      cause?: unknown;
    },
  ) {
    super(message, "cause" in facts ? { cause: facts.cause } : undefined);
    this.name = "CallError";
    this.kind = facts.kind;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

// Request Timeout, Too Early and Too Many Requests ask for the same request again (RFC 9110, 8470, 6585).
const TRY_AGAIN = new Set([408, 425, 429]);

// Enough for a reason; a snapshot keeps it.
const REASON_CHARACTERS_MAX = 200;

/** A 2xx as it came. */
interface Done {
  readonly status: number;
  readonly text: string;
}

async function done(call: Call): Promise<Done> {
  const { response, text } = await exchange(call);
  const { status, headers, ok } = response;
  if (ok) return { status, text };

  const reason = reasonOf(text);
  throw new CallError(`${call.name} was answered ${status}${reason === "" ? "" : `: ${reason}`}`, {
    kind: isRefusal(status) ? "rejected" : "unknown",
    status,
    retryAfterMs: retryAfterMsOf(headers),
  });
}

function promised<Output>(name: string, { status, text }: Done, answer: z.ZodType<Output>): Output {
  const parsed = answer.safeParse(fromJson(text));
  if (parsed.success) return parsed.data;
  throw new CallError(`${name} was answered ${status}, but not with what was promised`, {
    kind: "unknown",
    status,
    cause: parsed.error,
  });
}

async function exchange({
  name,
  url,
  method,
  body,
  idempotencyKey,
  correlationId,
  traceparent,
  signal,
}: Call): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        // A header is Latin-1, an instance id need not be.
        "idempotency-key": encodeURI(idempotencyKey),
        "x-correlation-id": encodeURI(correlationId),
        ...(traceparent !== null && { traceparent }),
        ...(body !== null && { "content-type": "application/json" }),
      },
      body,
      // A redirected POST may have been carried out, or not.
      redirect: "manual",
      signal,
    });
    return { response, text: await response.text() };
  } catch (cause) {
    throw new CallError(`${name} got no answer: ${causeText(cause)}`, {
      kind: "unknown",
      status: null,
      cause,
    });
  }
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && !TRY_AGAIN.has(status);
}

/** `Retry-After`, RFC 9110 §10.2.3: seconds, or a date; null if there is none that can be read. */
function retryAfterMsOf(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;

  const until = Date.parse(value);
  if (Number.isNaN(until)) return null;
  // The answer's own date is by the clock that wrote `Retry-After`; ours may differ from it.
  const answeredAt = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(answeredAt) ? Date.now() : answeredAt));
}

function reasonOf(text: string): string {
  const body = z.object({ error: z.string() }).safeParse(fromJson(text));
  return (body.success ? body.data.error : text).slice(0, REASON_CHARACTERS_MAX);
}

/** Undefined when the text is no JSON: no schema takes that for an answer. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// fetch says only "fetch failed"; the socket's error, which tells why, is behind it.
function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
