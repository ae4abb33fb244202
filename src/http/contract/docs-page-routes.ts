/**
 * The contract for programs and for people: `/openapi.json`, and pages that show it. What it is made of is loaded
 * when somebody asks for it first.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Runtime } from "../../runtime/runtime.ts";
import { contentSecurityPolicy } from "./docs-page-style.ts";
import { useProblems } from "../saga-routes.ts";

export async function contractRoutes(
  app: FastifyInstance,
  { runtime }: { runtime: Runtime },
): Promise<void> {
  useProblems(app);
  const options = { charts: runtime.sagas(), prefix: app.prefix };
  // The sagas of a runtime do not change, and what is made of them is large.
  const contract = once(async () => (await import("./openapi.ts")).toOpenApi(options));
  const docs = once(async () => {
    const { toDocsPage } = await import("./docs-page.ts");
    const { components } = (await contract()) as {
      components: { schemas: Record<string, unknown> };
    };
    return toDocsPage(options, components.schemas);
  });

  app.get("/openapi.json", { exposeHeadRoute: true }, async () => contract());
  app.get("/docs", { exposeHeadRoute: true }, async (_, reply) => sendPage(reply, await docs()));
  app.get("/docs/errors", { exposeHeadRoute: true }, async (_, reply) => {
    const { toErrorsPage } = await import("./docs-page.ts");
    return sendPage(reply, toErrorsPage(app.prefix));
  });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .headers({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    })
    .send(page);
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null;
  return () => (made ??= { result: make() }).result;
}
