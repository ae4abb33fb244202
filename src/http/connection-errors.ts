/**
 * Errors of a connection: what comes in is no HTTP, too large, or too slow, so that there is no request yet
 * to answer. The socket is written to by hand, as a problem like any other.
 */
import { STATUS_CODES } from "node:http";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { errorStatus, SagaError } from "../errors.ts";
import { httpLimits } from "./limits.ts";
import { PROBLEM_MEDIA_TYPE, toProblem } from "./problem.ts";

/** Handler of `clientError` of Node's server: answers if it can, and closes the connection. */
export function answerConnectionError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  socket.end(toResponse(toSagaError(error.code)));
}

/**
 * Whether an earlier request on this connection is being worked on. Its client would take what is written
 * now for the answer to that one, which may well be committed.
 */
function isAnswering(socket: Socket): boolean {
  // Node itself looks here for the same reason; there is no public way to ask.
  const response = Reflect.get(socket, "_httpMessage") as ServerResponse | null | undefined;
  return response != null && (response.headersSent || response.req.complete);
}

function toSagaError(code: string | undefined): SagaError {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new SagaError(
      "SAGA_HEADERS_TOO_LARGE",
      `the request line and the headers are larger than ${httpLimits.headerBytesMax} bytes`,
    );
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const { headersTimeoutMs, requestTimeoutMs } = httpLimits;
    return new SagaError(
      "SAGA_REQUEST_TIMEOUT",
      `the request came too slowly: the headers may take ${headersTimeoutMs} ms, the whole of it ${requestTimeoutMs} ms`,
    );
  }
  return new SagaError("SAGA_REQUEST_INVALID", "the request is no HTTP that can be read");
}

function toResponse(error: SagaError): string {
  const status = errorStatus[error.code];
  const body = JSON.stringify(toProblem(error));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
