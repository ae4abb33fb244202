/** Sagachart: durable sagas that are XState v5 statecharts. */

// Write a saga.
export { action, activity, defineSaga } from "./saga/define.ts";
export { backoffMs } from "./saga/backoff.ts";
export type {
  Action,
  ActionArguments,
  Actions,
  Activities,
  Activity,
  ActivityArguments,
  ActivityLog,
  ActivityName,
  AnyActivities,
  AnySaga,
  ChildDefinition,
  Children,
  ClientEvent,
  Compensations,
  EventSchemas,
  Limit,
  Limits,
  Saga,
  SagaDefinition,
  TransactionalActivities,
} from "./saga/define.ts";
export type { Backoff } from "./saga/backoff.ts";
export { transaction } from "./store/sqlite/transaction.ts";
export type { SqliteTransaction, TransactionArguments } from "./store/sqlite/transaction.ts";
export type { TransactionalActivity } from "./saga/transactional.ts";

// Run sagas.
export { createRuntime } from "./runtime/runtime.ts";
export { openSqlite } from "./store/sqlite/open.ts";
export type { SqliteOptions } from "./store/sqlite/open.ts";
export type { Durability } from "./store/sqlite/connection.ts";
export type { Runtime, RuntimeOptions, SendOptions, StartOptions } from "./runtime/runtime.ts";
export type { JournalView } from "./runtime/runtime.ts";
export type { BulkFilter, BulkProgress } from "./runtime/operators/bulk.ts";
export type { ForkOptions } from "./runtime/decisions/fork.ts";
export type { OperationRequest } from "./runtime/operators/operation.ts";
export type { EmittedEvent, EmittedListener } from "./runtime/outward/emitted.ts";
export type { InstanceView } from "./runtime/readers/view.ts";
export type { Schedules } from "./runtime/schedules/schedules.ts";
export type { ScheduleOptions } from "./runtime/schedules/schedule-definition.ts";
export type { ScheduleView } from "./runtime/schedules/schedule-view.ts";
export type { FeedFilter, FeedView, FollowOptions, Follower } from "./runtime/readers/feed.ts";
export type { WaitOptions } from "./runtime/readers/wait-after.ts";
export type { Condition, Waited } from "./runtime/readers/waiters.ts";
export type { Telemetry, TelemetryEvent } from "./runtime/telemetry.ts";
export type { Phase } from "./saga/phase.ts";
export type { Store, StoreRemark } from "./store/store.ts";
export type { Clock } from "./clock.ts";
export type { Random } from "./random.ts";

// Put them behind HTTP.
export { httpLimits } from "./http/limits.ts";
export { sagaRoutes } from "./http/saga-routes.ts";
export { buildServer } from "./http/server.ts";

// Draw them.
export { chartFormats, drawChart } from "./draw/formats.ts";
export type { ChartFormat, DrawOptions } from "./draw/formats.ts";

// Tell what went wrong.
export { SagaError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
