/** Sagachart: durable sagas that are XState v5 statecharts. */

// Write a saga.
export { activity, defineSaga } from "./saga/define.ts";
export { backoffMs } from "./saga/backoff.ts";
export type {
  Activities,
  Activity,
  ActivityArguments,
  ActivityLog,
  ActivityName,
  AnySaga,
  ClientEvent,
  Compensations,
  EventSchemas,
  Saga,
  SagaDefinition,
} from "./saga/define.ts";
export type { Backoff } from "./saga/backoff.ts";

// Tell what went wrong.
export { SagaError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
