/** The routes over all sagas: find instances, count them, and tell how long they stay in their states. */
import type { FastifyInstance } from "fastify";
import type { Runtime } from "../runtime/runtime.ts";
import type { FoundInstance } from "../runtime/readers/search.ts";
import { renderQuarantine, renderSuspension } from "./render-instance.ts";
import type { RenderedQuarantine, RenderedSuspension } from "./render-instance.ts";
import { toIso } from "./render.ts";
import { encodeCursor } from "./search-cursor.ts";
import { readCounts, readDwell, readSearch } from "./search-query.ts";

export function searchRoutes(app: FastifyInstance, runtime: Runtime): void {
  const options = { exposeHeadRoute: true };
  app.get("/instances", options, async ({ query }) => {
    const { items, next } = await runtime.search(readSearch(query));
    return { items: items.map(renderFound), next: next && encodeCursor(next) };
  });
  app.get("/instances/counts", options, async ({ query }) => ({
    counts: await runtime.counts(readCounts(query)),
  }));
  app.get("/instances/dwell", options, async ({ query }) => ({
    states: await runtime.dwell(readDwell(query)),
  }));
}

/** An instance of a search, with times in ISO 8601. */
export interface RenderedFound {
  readonly saga: string;
  readonly version: number;
  readonly id: string;
  readonly revision: number;
  readonly phase: string;
  readonly state: string;
  readonly tags: readonly string[];
  readonly error: string | null;
  readonly waitsFor: FoundInstance["waitsFor"];
  readonly suspended: RenderedSuspension | null;
  readonly quarantined: RenderedQuarantine | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

function renderFound(found: FoundInstance): RenderedFound {
  return {
    saga: found.saga,
    version: found.version,
    id: found.id,
    revision: found.revision,
    phase: found.phase,
    state: found.state,
    tags: found.tags,
    error: found.error,
    waitsFor: found.waitsFor,
    suspended: renderSuspension(found.suspended),
    quarantined: renderQuarantine(found.quarantined),
    attributes: found.attributes,
    correlationId: found.correlationId,
    createdAt: toIso(found.createdAtMs),
    updatedAt: toIso(found.updatedAtMs),
  };
}
