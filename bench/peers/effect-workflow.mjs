/** @effect/workflow on a single SQL-backed runner over SQLite, as its documentation lays it out. */
import { join } from "node:path";
import { ClusterWorkflowEngine, SingleRunner } from "@effect/cluster";
import { SqlClient } from "@effect/sql";
import { SqliteClient } from "@effect/sql-sqlite-node";
import { Activity, Workflow } from "@effect/workflow";
import { Effect, Layer, Logger, LogLevel, ManagedRuntime, Schema } from "effect";
import { LEVELS, order, runPeer } from "./run.mjs";

const Order = Workflow.make({
  name: "order",
  success: Schema.Void,
  payload: { id: Schema.String, amountCents: Schema.Number },
  idempotencyKey: ({ id }) => id,
});

const Result = Schema.Struct({ id: Schema.String });
const step = (name) =>
  Activity.make({ name, success: Result, execute: Effect.succeed({ id: `${name}-1` }) });

const OrderLive = Order.toLayer(() =>
  Effect.gen(function* () {
    yield* step("reserve");
    yield* step("charge");
    yield* step("ship");
    yield* step("notify");
  }),
);

await runPeer(async ({ folder }) => {
  const sqlite = SqliteClient.layer({ filename: join(folder, "effect.db") });
  // The driver opens WAL files with NORMAL, which loses acknowledged commits when the power fails.
  const durable = Layer.effectDiscard(
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql`PRAGMA synchronous = FULL`),
  ).pipe(Layer.provideMerge(sqlite));
  const runtime = ManagedRuntime.make(
    OrderLive.pipe(
      Layer.provideMerge(ClusterWorkflowEngine.layer),
      Layer.provideMerge(SingleRunner.layer({ runnerStorage: "memory" })),
      Layer.provideMerge(durable),
      Layer.provide(Logger.minimumLogLevel(LogLevel.Error)),
    ),
  );
  const [row] = await runtime.runPromise(
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql`PRAGMA synchronous`),
  );
  return {
    settings: `synchronous=${LEVELS[row.synchronous]}`,
    run: (id) => runtime.runPromise(Order.execute({ id, amountCents: order.amountCents })),
  };
});
