/** What the list of sagas tells of each beside the public API: where its chart is written, and how long its instances take. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Runtime } from "../runtime/runtime.ts";
import { drawnEndPhases } from "../saga/phase.ts";
import type { SagaFolder } from "./saga-folder.ts";

export interface SagaSummary {
  readonly name: string;
  /** Its chart, from where the server was started; null if it is not in the machines folder. */
  readonly path: string | null;
  /** Half of the newest instances that have ended took no longer, ms; null if none has ended. */
  readonly p50Ms: number | null;
}

/** Ended instances of a saga that are looked at: enough for a median, and one page of a search. */
const INSTANCES_MAX = 100;

export function summaryRoutes(
  app: FastifyInstance,
  { runtime, folder }: { runtime: Runtime; folder: SagaFolder | null },
): void {
  app.get("/studio/api/sagas", async (): Promise<{ sagas: readonly SagaSummary[] }> => {
    const names = runtime.sagas().map(({ saga }) => saga.name);
    const sagas = names.map(async (name) => ({
      name,
      path: pathOf(name, folder),
      p50Ms: await medianOf(name, runtime),
    }));
    return { sagas: await Promise.all(sagas) };
  });
}

function pathOf(saga: string, folder: SagaFolder | null): string | null {
  if (folder === null) return null;
  const path = join(folder.folderOf(saga), "chart.ts");
  return existsSync(path) ? relative(process.cwd(), path) : null;
}

async function medianOf(saga: string, runtime: Runtime): Promise<number | null> {
  const { items } = await runtime.search({ saga, phases: drawnEndPhases, limit: INSTANCES_MAX });
  const tookMs = items
    .map(({ createdAtMs, updatedAtMs }) => updatedAtMs - createdAtMs)
    .toSorted((a, b) => a - b);
  return tookMs[(tookMs.length - 1) >> 1] ?? null;
}
