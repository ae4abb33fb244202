/**
 * The body of a request: JSON that comes through unchanged, or not at all. What `JSON.parse` would bend
 * without a word is refused: huge numbers, text that is no Unicode, keys that reach for a prototype.
 */
import type { IncomingHttpHeaders } from "node:http";
import { TextDecoder } from "node:util";
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import { httpLimits } from "./limits.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Takes JSON and nothing else, in this part of the app alone. A form of another site could send text/plain. */
export function useJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: "buffer", bodyLimit: httpLimits.bodyBytesMax } as const;
  app.addContentTypeParser<Buffer>("application/json", options, (request, bytes, done) => {
    checkEncoding(request.headers);
    done(null, parseJson(bytes));
  });
}

/** @throws {SagaError} SAGA_REQUEST_INVALID if a body is no JSON, or JSON that cannot be taken as it is. */
function parseJson(bytes: Uint8Array): unknown {
  const text = toText(bytes);
  let value: unknown;
  try {
    // It does not recurse, so depth can be looked at afterwards.
    value = JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") throw invalid("the body is empty; send a JSON object");
    throw invalid("the body is no JSON", error);
  }
  checkValue(value, []);
  return value;
}

/** The members of a body. @throws {SagaError} SAGA_REQUEST_INVALID if it is no object, or has others than `known`. */
export function readObject(body: unknown, known?: readonly string[]): JsonObject {
  if (!isObject(body)) throw invalid(`the body is ${kindOf(body)}; send a JSON object`);
  const unknown = known && Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw invalid(`the body has an unknown member ${shown(unknown)}; known: ${known?.join(", ")}`);
  }
  return body;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// RFC 8259, 8.1: JSON between systems is UTF-8. Fastify takes any charset, and reads none of the codings.
function checkEncoding(headers: IncomingHttpHeaders): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers["content-type"] ?? "")?.[1];
  const coding = headers["content-encoding"];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupported(`charset ${shown(charset)} is not taken; send UTF-8`);
  }
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    throw unsupported(`content coding ${shown(coding)} is not taken; send the body as it is`);
  }
}

// Decodes whole texts only, so one of them keeps nothing of another.
const utf8 = new TextDecoder("utf-8", { fatal: true });

function toText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw invalid("the body is not UTF-8", error);
  }
}

function checkValue(value: unknown, path: string[]): void {
  if (typeof value === "number") checkNumber(value, path);
  if (typeof value === "string") checkText(value, path);
  if (typeof value === "object" && value !== null) checkParts(value, path);
}

function checkNumber(value: number, path: readonly string[]): void {
  if (!Number.isFinite(value)) throw invalid(`${placeOf(path)} is too large for a number`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalid(`${placeOf(path)} is beyond 2^53-1 and would be rounded; send it as a text`);
  }
}

// A lone surrogate has no UTF-8 form: the database would give back another text.
function checkText(text: string, path: readonly string[]): void {
  if (/\p{Surrogate}/u.test(text)) throw invalid(`${placeOf(path)} has half a surrogate pair`);
}

function checkParts(value: object, path: string[]): void {
  if (path.length >= httpLimits.jsonDepthMax) {
    throw invalid(`the body is deeper than ${httpLimits.jsonDepthMax} levels`);
  }
  if (isPoisonous(value)) throw invalid(`${placeOf(path)} has a member that names a prototype`);
  for (const key of Object.keys(value)) {
    path.push(key);
    checkText(key, path);
    checkValue((value as JsonObject)[key], path);
    path.pop();
  }
}

// What an `assign` that spreads or merges it would write into every object of the process.
function isPoisonous(value: object): boolean {
  if (Object.hasOwn(value, "__proto__")) return true;
  if (!Object.hasOwn(value, "constructor")) return false;
  const inside: unknown = value.constructor;
  return typeof inside === "object" && inside !== null && Object.hasOwn(inside, "prototype");
}

function placeOf(path: readonly string[]): string {
  return path.length === 0 ? "the body" : shown(path.join("."));
}

function kindOf(body: unknown): string {
  if (body === undefined) return "empty";
  if (body === null) return "null";
  return Array.isArray(body) ? "a list" : `a ${typeof body}`;
}

const SHOWN_LENGTH_MAX = 60;

function shown(text: string): string {
  return JSON.stringify(
    text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`,
  );
}

function invalid(message: string, cause?: unknown): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message, { cause });
}

function unsupported(message: string): SagaError {
  return new SagaError("SAGA_MEDIA_TYPE_UNSUPPORTED", message);
}
