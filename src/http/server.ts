/**
 * Our own server: the routes behind limits on everything that a client could make too large or too slow.
 * It listens to nothing until it is told to, and knows no configuration.
 */
import { randomUUID } from "node:crypto";
import { fastify, LogController } from "fastify";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import type { Runtime, StoreRemark } from "../runtime/runtime.ts";
import { studioRoutes } from "../studio/studio-routes.ts";
import type { StudioOptions } from "../studio/studio-routes.ts";
import { answerConnectionError } from "./connection-errors.ts";
import { contractRoutes } from "./contract/docs-page-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { httpLimits } from "./limits.ts";
import { countAnswers, metricsRoutes } from "./metrics-routes.ts";
import type { ServerMetrics } from "./metrics-routes.ts";
import { refuseOtherMethods } from "./other-methods.ts";
import { answerAnyError } from "./problem.ts";
import { sagaRoutes } from "./saga-routes.ts";
import { schemaCompilers } from "./schema-compilers.ts";

export interface ServerOptions {
  readonly runtime: Runtime;
  /** Without one nothing is logged. At level `debug` or below, each request is. */
  readonly logger?: FastifyBaseLogger;
  /** The folder of the sagas, for what the Studio does with their files. */
  readonly machines?: StudioOptions["machines"];
  /** What there is against sending it something, beside what the runtime knows: `/health/ready` tells it. */
  readonly reasons?: () => readonly StoreRemark[];
  /** What `GET /metrics` shows. The same should hear the runtime's telemetry. By default there is none. */
  readonly metrics?: ServerMetrics;
}

/** The server with its routes; the runtime stays the caller's, to close after it. */
export function buildServer({
  runtime,
  logger,
  machines,
  reasons = () => [],
  metrics,
}: ServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: httpLimits.bodyBytesMax,
    connectionTimeout: httpLimits.connectionTimeoutMs,
    keepAliveTimeout: httpLimits.keepAliveTimeoutMs,
    requestTimeout: httpLimits.requestTimeoutMs,
    routerOptions: { maxParamLength: httpLimits.paramLengthMax },
    http: {
      maxHeaderSize: httpLimits.headerBytesMax,
      headersTimeout: httpLimits.headersTimeoutMs,
      requestTimeout: httpLimits.requestTimeoutMs,
      connectionsCheckingInterval: httpLimits.timeoutCheckMs,
    },
    // While it closes, requests on open connections are still answered, and by us.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: !isVerbose(logger) }),
    clientErrorHandler: answerConnectionError,
    frameworkErrors: answerAnyError,
    schemaController: { compilersFactory: schemaCompilers },
    ...(logger !== undefined && { loggerInstance: logger }),
  });

  app.removeAllContentTypeParsers();
  app.setErrorHandler(answerAnyError);
  app.setNotFoundHandler((request) => {
    throw new SagaError("SAGA_ROUTE_NOT_FOUND", `there is nothing at ${pathOf(request.url)}`);
  });

  refuseOtherMethods(app);
  if (metrics !== undefined) {
    metrics.watch({ runtime, reasons });
    countAnswers(app, metrics);
    void app.register(metricsRoutes, { metrics });
  }
  void app.register(sagaRoutes, { runtime });
  void app.register(healthRoutes, { runtime, reasons });
  void app.register(contractRoutes, { runtime });
  void app.register(studioRoutes, { runtime, machines });
  return app;
}

function isVerbose(logger: FastifyBaseLogger | undefined): boolean {
  return logger?.level === "debug" || logger?.level === "trace";
}

const SHOWN_LENGTH_MAX = 100;

// A query may carry what is nobody's business.
function pathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  return JSON.stringify(path.slice(0, SHOWN_LENGTH_MAX));
}
