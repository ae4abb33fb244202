/** The Studio as a plugin: the web app, and what it asks of the server beside the public API. */
import type { FastifyInstance } from "fastify";
import { useJsonBodies } from "../http/json-body.ts";
import { useProblems } from "../http/saga-routes.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Workshop } from "../workshop/workshop.ts";
import { editRoutes } from "./edit-routes.ts";
import { exchangeRoutes } from "./exchange-routes.ts";
import { layoutRoutes } from "./layout-routes.ts";
import { Layouts } from "./layouts.ts";
import { SagaFolder } from "./saga-folder.ts";
import type { SagaFolderOptions } from "./saga-folder.ts";
import { simulateRoutes } from "./simulate-routes.ts";
import { summaryRoutes } from "./summary-routes.ts";
import { trailRoutes } from "./trail-routes.ts";
import { Trails } from "./trails.ts";
import { webRoutes } from "./web-routes.ts";

export interface StudioOptions {
  readonly runtime: Runtime;
  /** Where the sagas come from; without it they can be looked at, and not simulated. */
  readonly machines?: SagaFolderOptions | undefined;
}

export async function studioRoutes(
  app: FastifyInstance,
  { runtime, machines }: StudioOptions,
): Promise<void> {
  const layouts = new Layouts();
  const folder = machines === undefined ? null : new SagaFolder(machines);
  const workshop = machines === undefined ? null : new Workshop(machines);
  app.addHook("onClose", async () => {
    layouts.close();
    await workshop?.close();
  });
  webRoutes(app, () => layouts.warm());
  await app.register(async (api) => {
    useJsonBodies(api);
    useProblems(api);
    summaryRoutes(api, { runtime, folder });
    layoutRoutes(api, { runtime, layouts });
    simulateRoutes(api, { runtime, workshop, folder });
    exchangeRoutes(api, { runtime, workshop, folder });
    editRoutes(api, { runtime, folder });
    trailRoutes(api, { runtime, trails: new Trails(runtime) });
  });
}
