/** Health: whether the process lives, and whether it should be sent requests. Neither asks the store. */
import type { FastifyInstance } from "fastify";
import type { Runtime } from "../runtime/runtime.ts";
import { sendProblem } from "./problem.ts";
import { useProblems } from "./saga-routes.ts";

export async function healthRoutes(
  app: FastifyInstance,
  { runtime }: { runtime: Runtime },
): Promise<void> {
  useProblems(app);

  app.get("/health/live", { exposeHeadRoute: true }, async () => ({ status: "live" }));
  app.get("/health/ready", { exposeHeadRoute: true }, async (request, reply) => {
    const error = runtime.health();
    // Not thrown: a probe asks every second, and the log would tell it as often.
    if (error !== null) return sendProblem(error, request, reply);
    return { status: "ready", warnings: runtime.warnings() };
  });
}
