/**
 * Errors as clients see them: RFC 9457 problem details with the code of `src/errors.ts`. What went wrong on
 * our side is logged with the request's id, and told to nobody.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { errorStatus, SagaError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { httpLimits } from "./limits.ts";
import { toJson } from "./render.ts";
import type { Json } from "./render.ts";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The members of RFC 9457 and `code`; the details of the error stand beside them. */
export interface Problem {
  readonly [member: string]: Json;
  /** Where the documentation tells more, relative to the server. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
}

/** Errors of Fastify that are the client's, by their code. Others than these are not expected. */
const fastifyErrors: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_BAD_URL: ["SAGA_REQUEST_INVALID", "the path is not well percent-encoded UTF-8"],
  FST_ERR_MAX_PARAM_LENGTH: [
    "SAGA_ID_INVALID",
    `a part of the path is longer than ${httpLimits.paramLengthMax} characters`,
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    "SAGA_BODY_TOO_LARGE",
    `the body is larger than ${httpLimits.bodyBytesMax} bytes`,
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "SAGA_MEDIA_TYPE_UNSUPPORTED",
    "the body is not declared as application/json; curl does so with --json in place of -d",
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "SAGA_REQUEST_INVALID",
    "the body is not as long as its Content-Length says",
  ],
};

export function toProblem(error: SagaError, instance?: string): Problem {
  const { code, details, message } = error;
  const members = {
    type: `/docs/errors#${code.toLowerCase()}`,
    title: titleOf(code),
    status: errorStatus[code],
    detail: message,
    code,
    ...(instance === undefined ? {} : { instance }),
  };
  // Twice: the first gives the order, the last has the last word.
  return { ...members, ...renderDetails(details), ...members };
}

/** Answers with a problem. */
export function sendProblem(
  error: SagaError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = errorStatus[error.code];
  // The id of the request names the occurrence, and finds it in the log.
  const instance = status >= 500 && isUuid(request.id) ? `urn:uuid:${request.id}` : undefined;
  if (status === 503 || status === 429 || status === 507) {
    void reply.header("retry-after", httpLimits.retryAfterSeconds);
  }
  // As bytes, since Fastify gives a text a charset, which this media type has not (RFC 9457, 6.1).
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .header("content-type", PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(toProblem(error, instance))));
}

/** Error handler of the routes. An error that a hook of the app around them made for HTTP is left to that app. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toSagaError(error);
  if (known === null) throw error;
  answer(error, known, { request, reply });
}

/** Error handler of our own server, whose last word it is. */
export function answerAnyError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  answer(error, toSagaError(error) ?? toLastWord(error), { request, reply });
}

function answer(
  error: unknown,
  known: SagaError,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  if (errorStatus[known.code] >= 500) {
    request.log.error({ err: error, code: known.code }, `${request.method} ${request.url} failed`);
  }
  void sendProblem(known, request, reply);
}

/** The error as ours; null if it was made for HTTP by somebody else. */
function toSagaError(error: unknown): SagaError | null {
  if (error instanceof SagaError) return error;
  const { code, statusCode } = factsOf(error);
  const known = typeof code === "string" ? fastifyErrors[code] : undefined;
  if (known !== undefined) return new SagaError(known[0], known[1], { cause: error });
  return typeof statusCode === "number" ? null : internal(error);
}

function toLastWord(error: unknown): SagaError {
  const { statusCode } = factsOf(error);
  const isClients = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  if (!isClients) return internal(error);
  return new SagaError("SAGA_REQUEST_INVALID", "the request could not be read", { cause: error });
}

function internal(cause: unknown): SagaError {
  return new SagaError("SAGA_INTERNAL", "an error of the server; its log tells more", { cause });
}

function factsOf(error: unknown): { code?: unknown; statusCode?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}

function titleOf(code: ErrorCode): string {
  const words = code.slice("SAGA_".length).replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function renderDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  const cut = Object.entries(details).map(([name, detail]) => [
    name,
    toJson(Array.isArray(detail) ? detail.slice(0, httpLimits.problemItemsMax) : detail),
  ]);
  return Object.fromEntries(cut) as Record<string, Json>;
}

function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
