/**
 * The cursor of a search as text: where a page ended. Clients keep it and look into it not at all; what is
 * no cursor of ours is refused.
 */
import { SagaError } from "../errors.ts";
import type { SearchPage } from "../runtime/readers/search.ts";

type Cursor = NonNullable<SearchPage["next"]>;

export function encodeCursor({ createdAtMs, position }: Cursor): string {
  return Buffer.from(`${createdAtMs}.${position}`).toString("base64url");
}

/** @throws {SagaError} SAGA_REQUEST_INVALID */
export function decodeCursor(text: string): Cursor {
  const plain = Buffer.from(text, "base64url").toString("latin1");
  const [, createdAt, position] = /^(-?[0-9]{1,16})\.([0-9]{1,16})$/.exec(plain) ?? [];
  const cursor = { createdAtMs: Number(createdAt), position: Number(position) };
  // Node reads base64 past what it does not know, and numbers round: only our own spelling comes back the same.
  if (Object.values(cursor).every(Number.isSafeInteger) && encodeCursor(cursor) === text) {
    return cursor;
  }
  throw new SagaError("SAGA_REQUEST_INVALID", "cursor is none that a search has given as next");
}
