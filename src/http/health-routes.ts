/** Health: whether the process lives, and whether it should be sent requests. Neither asks the store. */
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import type { Runtime, StoreRemark } from "../runtime/runtime.ts";
import { sendProblem } from "./problem.ts";
import { useProblems } from "./saga-routes.ts";

export interface HealthOptions {
  readonly runtime: Runtime;
  /** What else there is against sending it something, beside what the runtime knows. */
  readonly reasons?: () => readonly StoreRemark[];
}

export async function healthRoutes(
  app: FastifyInstance,
  { runtime, reasons: more = () => [] }: HealthOptions,
): Promise<void> {
  useProblems(app);

  app.get("/health/live", { exposeHeadRoute: true }, async () => ({ status: "live" }));
  app.get("/health/ready", { exposeHeadRoute: true }, async (request, reply) => {
    const reasons = [...runtime.unreadiness(), ...more()];
    if (reasons.length === 0) return { status: "ready", warnings: runtime.warnings() };
    const text = reasons.map((reason) => reason.text).join("; ");
    // Not thrown: a probe asks every second, and the log would tell it as often.
    return sendProblem(
      new SagaError("SAGA_NOT_READY", text, { details: { reasons } }),
      request,
      reply,
    );
  });
}
