/** What the descriptions of routes are made of: their types, and the parts that several of them share. */
import type { ErrorCode } from "../../errors.ts";
import { httpLimits } from "../limits.ts";
import { ref } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

export interface RouteDescription {
  readonly method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  /** As Fastify writes it: `/sagas/:saga`. */
  readonly path: string;
  readonly group: "sagas" | "instances" | "operations" | "schedules" | "search" | "server";
  /** Names the call in generated clients. Unique. */
  readonly operationId: string;
  readonly summary: string;
  readonly query?: readonly ParameterDescription[];
  readonly headers?: readonly ParameterDescription[];
  /** Of a JSON body, which then must be there. */
  readonly body?: JsonSchema;
  readonly answers: readonly AnswerDescription[];
  /** What the call does with the store, whose errors it may answer then. */
  readonly store?: "read" | "written" | "deleted";
  /** The call makes an instance of what the store has, which its saga may not fit any more. */
  readonly readsInstance?: true;
  /** Beside those that follow from the above. */
  readonly errors: readonly ErrorCode[];
}

export interface ParameterDescription {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface AnswerDescription {
  readonly status: number;
  readonly description: string;
  /** Without one, and without a media type, the answer has no body. */
  readonly schema?: JsonSchema;
  /** Default `application/json` if there is a schema. */
  readonly mediaType?: string;
  /** Of the texts that it may be instead. */
  readonly otherMediaTypes?: readonly string[];
  /** What each header says, by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

export const correlated = { "X-Correlation-Id": "Names the business transaction across services." };

export const idempotencyKey: ParameterDescription = {
  name: "Idempotency-Key",
  description: "With one the request is applied once, however often it is sent.",
  schema: {
    type: "string",
    minLength: 1,
    maxLength: httpLimits.idLengthMax + 2,
    pattern: "^[!-~]+$",
  },
};

export const ofSaga: readonly ErrorCode[] = ["SAGA_NOT_FOUND"];
export const ofInstance: readonly ErrorCode[] = ["SAGA_NOT_FOUND", "SAGA_INSTANCE_NOT_FOUND"];

export const instance: AnswerDescription = {
  status: 200,
  description: "The instance.",
  schema: ref("Instance"),
  headers: correlated,
};

/** On routes that can wait for an instance. */
export const waiting: readonly ParameterDescription[] = [
  {
    name: "waitFor",
    description:
      "Answers when it is so: phase:<phase>, state:<path>, tag:<tag>, settled: nothing is under way by itself, or output: it has ended with its output.",
    schema: { type: "string", pattern: "^(settled|output|(phase|state|tag):.+)$" },
  },
  {
    name: "timeoutMs",
    description: "How long to wait at most, ms. Only together with waitFor.",
    schema: {
      type: "integer",
      minimum: 0,
      maximum: httpLimits.waitMsMax,
      default: httpLimits.waitMsDefault,
    },
  },
];

export const timeUp: AnswerDescription = {
  ...instance,
  status: 202,
  description: "What was waited for did not come in time; the instance as it is now.",
};

/** A page's size. */
export function limitOf(what: string, max: number, whenNotSaid: number): ParameterDescription {
  return {
    name: "limit",
    description: `${what} of the page.`,
    schema: { type: "integer", minimum: 1, maximum: max, default: whenNotSaid },
  };
}
