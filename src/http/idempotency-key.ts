/**
 * The Idempotency-Key of a request: with it an event is applied once and an instance started once, however
 * often a client must send it (draft-ietf-httpapi-idempotency-key-header-07).
 */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SagaError } from "../errors.ts";
import { httpLimits } from "./limits.ts";

/**
 * The key, or undefined if there is none. Both the draft's quoted string and a bare key are taken, and are
 * the same key.
 *
 * @throws {SagaError} SAGA_ID_INVALID unless it is 1-200 visible ASCII characters.
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const header = headers["idempotency-key"];
  if (header === undefined) return undefined;
  // Two such headers arrive joined by ", ", and a space is no visible character.
  const key = unquote(String(header));
  if (key !== null && key.length <= httpLimits.idLengthMax && /^[\u0021-\u007e]+$/.test(key)) {
    return key;
  }
  throw new SagaError(
    "SAGA_ID_INVALID",
    `the Idempotency-Key is not 1-${httpLimits.idLengthMax} visible ASCII characters, quoted or not`,
  );
}

/** The id of an instance that is started under a key, the same whenever the key is. */
export function toInstanceId(saga: string, key: string): string {
  return `k-${createHash("sha256").update(`${saga}\n${key}`).digest("base64url")}`;
}

// RFC 9651, 3.3.3: a string escapes quotes and backslashes and nothing else.
function unquote(header: string): string | null {
  if (!header.startsWith('"')) return header;
  const inside = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
  return inside === undefined ? null : inside.replaceAll(/\\(["\\])/g, "$1");
}
