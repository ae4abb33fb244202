/**
 * One call to the shop, and what may be believed after it.
 *
 * Done is a 2xx with the promised body. `rejected` is a refusal after which nothing has happened. All
 * else is `unknown`: the call may have taken effect, and asking again with the same key finds out.
 */
import { z } from "zod";

/** What an activity hands on of its arguments. */
export interface ShopCall {
  readonly path: `/${string}`;
  readonly body: object;
  readonly idempotencyKey: string;
  readonly correlationId: string;
  /** W3C trace context, so that the shop's part of a trace can be found; null if there is none. */
  readonly traceparent: string | null;
  readonly signal: AbortSignal;
}

/** Why a call did not do what it should. Its own fields are plain, as they are all that a snapshot keeps. */
class ShopCallError extends Error {
  readonly kind: "rejected" | "unknown";
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** How long the shop wants to be left alone. */
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
    this.name = "ShopCallError";
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
export interface Done {
  readonly status: number;
  readonly text: string;
}

/**
 * Posts to the shop.
 *
 * @throws {ShopCallError} for every outcome but a 2xx, no answer included.
 */
export async function post(shopUrl: string, call: ShopCall): Promise<Done> {
  const { response, text } = await exchange(shopUrl, call);
  const { status, headers, ok } = response;
  if (ok) return { status, text };

  const reason = reasonOf(text);
  throw new ShopCallError(
    `POST ${call.path} was answered ${status}${reason === "" ? "" : `: ${reason}`}`,
    {
      kind: isRefusal(status) ? "rejected" : "unknown",
      status,
      retryAfterMs: retryAfterMsOf(headers),
    },
  );
}

/** Like `post`, for an answer that must have a body of the given shape. */
export async function postFor<Output>(
  shopUrl: string,
  call: ShopCall,
  answer: z.ZodType<Output>,
): Promise<Output> {
  const { status, text } = await post(shopUrl, call);
  const parsed = answer.safeParse(fromJson(text));
  if (parsed.success) return parsed.data;
  throw new ShopCallError(
    `POST ${call.path} was answered ${status}, but not with what was promised`,
    { kind: "unknown", status, cause: parsed.error },
  );
}

async function exchange(
  shopUrl: string,
  { path, body, idempotencyKey, correlationId, traceparent, signal }: ShopCall,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(`${shopUrl.replace(/\/+$/, "")}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        // A header is Latin-1, an instance id need not be.
        "idempotency-key": encodeURI(idempotencyKey),
        "x-correlation-id": encodeURI(correlationId),
        ...(traceparent !== null && { traceparent }),
      },
      body: JSON.stringify(body),
      // A redirected POST may have been carried out, or not.
      redirect: "manual",
      signal,
    });
    return { response, text: await response.text() };
  } catch (cause) {
    throw new ShopCallError(`POST ${path} got no answer: ${causeText(cause)}`, {
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
