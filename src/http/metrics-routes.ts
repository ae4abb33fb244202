/** Metrics: what is counted, for Prometheus to fetch; and each answer, counted. */
import type { FastifyInstance } from "fastify";
import type { Runtime, StoreRemark } from "../runtime/runtime.ts";

/** What is needed of `Metrics`. */
export interface ServerMetrics {
  readonly contentType: string;
  render(): Promise<string>;
  watch(watched: {
    readonly runtime: Runtime;
    readonly reasons: () => readonly StoreRemark[];
  }): void;
  answered(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly tookMs: number;
  }): void;
}

/** Counts the answers of all routes that are declared after it. */
export function countAnswers(app: FastifyInstance, metrics: ServerMetrics): void {
  app.addHook("onResponse", ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    // Paths that nobody declared are made by clients, as many as they like.
    const route = routeOptions.url ?? "none";
    metrics.answered({ method, route, status: statusCode, tookMs: elapsedTime });
    done();
  });
}

export async function metricsRoutes(
  app: FastifyInstance,
  { metrics }: { readonly metrics: ServerMetrics },
): Promise<void> {
  app.get("/metrics", { exposeHeadRoute: true }, async (_request, reply) => {
    void reply.header("cache-control", "no-store").type(metrics.contentType);
    return metrics.render();
  });
}
