/** The routes of import and comparison for the Studio. */
import type { FastifyInstance } from "fastify";
import type { ExchangeOptions } from "./exchange-desk.ts";

// The parsers of other formats would be a good part of a start, and hardly any server ever reads one.
const openDesk = () => import("./exchange-desk.ts");

export function exchangeRoutes(app: FastifyInstance, options: ExchangeOptions): void {
  app.post("/studio/api/imports", async (request, reply) => {
    const { importChart } = await openDesk();
    const { answer, isWritten } = importChart(options, request);
    return isWritten ? reply.code(201).send(answer) : answer;
  });

  app.post("/studio/api/comparisons", async ({ body }) => {
    const { compare } = await openDesk();
    return compare(options, body);
  });
}
