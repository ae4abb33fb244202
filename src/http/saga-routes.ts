/**
 * The routes of sagas and their instances, as a plugin for any Fastify app. It is encapsulated: its JSON
 * parser and its error handler are its own, and change nothing around it.
 *
 * @example
 * await app.register(sagaRoutes, { prefix: "/api", runtime });
 */
import type { FastifyInstance } from "fastify";
import type { Runtime } from "../runtime/runtime.ts";
import { askedFormat, drawingOf, sendDrawing } from "./drawings.ts";
import { instanceRoutes } from "./instance-routes.ts";
import { useJsonBodies } from "./json-body.ts";
import { httpLimits } from "./limits.ts";
import { bulkRoutes } from "./operation-bulk-routes.ts";
import { operationRoutes } from "./operation-routes.ts";
import { answerError } from "./problem.ts";
import { streamRoutes } from "./stream-routes.ts";
import { renderSaga, renderSagaEvents, renderSagaWithChart } from "./render-saga.ts";
import { searchRoutes } from "./search-routes.ts";
import { scheduleRoutes } from "./schedule-routes.ts";

export interface SagaRoutesOptions {
  readonly runtime: Runtime;
}

/**
 * An app of your own needs `routerOptions: { maxParamLength: httpLimits.paramLengthMax }`, or Fastify finds
 * no instance whose id is longer than 100 characters. The other limits of a connection are the app's too.
 */
export async function sagaRoutes(
  app: FastifyInstance,
  { runtime }: SagaRoutesOptions,
): Promise<void> {
  warnOfShortParams(app);
  useJsonBodies(app);
  useProblems(app);

  app.get("/sagas", { exposeHeadRoute: true }, async () => ({
    sagas: runtime.sagas().map(renderSaga),
  }));
  app.get<{ Params: { saga: string } }>(
    "/sagas/:saga",
    { exposeHeadRoute: true },
    async ({ params, query, headers }, reply) => {
      const chart = runtime.saga(params.saga);
      const format = askedFormat(query, headers);
      void reply.header("vary", "accept");
      if (format === null) return renderSagaWithChart(chart);
      return sendDrawing(reply, format, await drawingOf(chart, format));
    },
  );
  app.get<{ Params: { saga: string } }>(
    "/sagas/:saga/events",
    { exposeHeadRoute: true },
    async ({ params }) => renderSagaEvents(runtime.saga(params.saga)),
  );
  instanceRoutes(app, runtime);
  searchRoutes(app, runtime);
  scheduleRoutes(app, runtime);
  operationRoutes(app, runtime);
  bulkRoutes(app, runtime);
  streamRoutes(app, runtime);
}

/** Errors are problems here, and no answer is kept by anybody on the way: the next one may differ. */
export function useProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.addHook("onRequest", (_, reply, done) => {
    void reply.header("cache-control", "no-store");
    done();
  });
  // The answers are rendered to plain JSON already.
  app.setReplySerializer((payload) => JSON.stringify(payload));
}

function warnOfShortParams(app: FastifyInstance): void {
  const { maxParamLength } = app.initialConfig.routerOptions ?? {};
  if (maxParamLength === undefined || maxParamLength >= httpLimits.paramLengthMax) return;
  app.log.warn(
    { maxParamLength },
    `this app finds no instance with a long id; give Fastify routerOptions: { maxParamLength: ${httpLimits.paramLengthMax} }`,
  );
}
