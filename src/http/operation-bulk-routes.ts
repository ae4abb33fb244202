/** The routes of bulk operations: one operation on all instances that a filter finds. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SagaError } from "../errors.ts";
import type { BulkFilter, BulkProgress } from "../runtime/operators/bulk.ts";
import type { OperationRequest } from "../runtime/operators/operation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { isObject, readObject } from "./json-body.ts";
import { toIso } from "./render.ts";
import { readSearch } from "./search-query.ts";

type BulkRequest = FastifyRequest<{ Params: { bulkId: string } }>;

export function bulkRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.post("/operations", (request, reply) => startBulk(runtime, request, reply));
  app.get("/operations/:bulkId", { exposeHeadRoute: true }, async ({ params }: BulkRequest) =>
    renderBulk(runtime.bulks.get(params.bulkId)),
  );
  app.delete("/operations/:bulkId", async ({ params }: BulkRequest) =>
    renderBulk(runtime.bulks.abort(params.bulkId)),
  );
}

async function startBulk(
  runtime: Runtime,
  { body, server }: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const known = ["filter", "operation", "reason", "by", "force", "dryRun"];
  const { filter, dryRun = false, ...asked } = readObject(body, known);
  if (typeof dryRun !== "boolean") throw invalid("dryRun is no boolean");
  // Checked by the runtime, member by member.
  const request = asked as unknown as OperationRequest;
  const query = readFilter(filter);
  if (dryRun) {
    const { matched, first } = await runtime.bulks.dryRun(query, request);
    return { matched, first: first.map(({ saga, instanceId }) => ({ saga, id: instanceId })) };
  }
  const bulk = await runtime.bulks.start(query, request);
  void reply.code(202).header("location", `${server.prefix}/operations/${bulk.id}`);
  return renderBulk(bulk);
}

// Members as the parameters of a search; without one, all instances would be meant by a slip.
function readFilter(filter: unknown): BulkFilter {
  if (!isObject(filter) || Object.keys(filter).length === 0) {
    throw invalid("filter is no object with at least one of the parameters of a search");
  }
  if ("limit" in filter || "cursor" in filter) throw invalid("a filter has no limit and no cursor");
  const { version, suspended, quarantined } = filter;
  // In a query all values are texts.
  const { limit: _, ...query } = readSearch({
    ...filter,
    ...(typeof version === "number" && { version: String(version) }),
    ...(typeof suspended === "boolean" && { suspended: String(suspended) }),
    ...(typeof quarantined === "boolean" && { quarantined: String(quarantined) }),
  });
  return query;
}

export interface RenderedBulk extends Omit<BulkProgress, "createdAtMs"> {
  readonly createdAt: string;
}

function renderBulk({ createdAtMs, ...bulk }: BulkProgress): RenderedBulk {
  return { ...bulk, createdAt: toIso(createdAtMs) };
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
