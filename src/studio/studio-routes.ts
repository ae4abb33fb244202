/** The Studio as a plugin: the web app, and what it asks of the server beside the public API. */
import type { FastifyInstance } from "fastify";
import { useJsonBodies } from "../http/json-body.ts";
import { useProblems } from "../http/saga-routes.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { layoutRoutes } from "./layout-routes.ts";
import { Layouts } from "./layouts.ts";
import { webRoutes } from "./web-routes.ts";

export async function studioRoutes(
  app: FastifyInstance,
  { runtime }: { runtime: Runtime },
): Promise<void> {
  const layouts = new Layouts();
  app.addHook("onClose", async () => layouts.close());
  webRoutes(app, () => layouts.warm());
  await app.register(async (api) => {
    useJsonBodies(api);
    useProblems(api);
    layoutRoutes(api, { runtime, layouts });
  });
}
