/**
 * What a path answers to methods that it does not have: 405 with those it has, where Fastify would say that
 * there is no such path.
 */
import { METHODS } from "node:http";
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";

/** Methods by path. */
export type MethodsByPath = Map<string, Set<string>>;

/** The methods of all routes that are added from now on. */
export function watchRoutes(app: FastifyInstance): MethodsByPath {
  const methods: MethodsByPath = new Map();
  app.addHook("onRoute", ({ method, url }) => {
    methods.set(url, new Set([...(methods.get(url) ?? []), ...[method].flat()]));
  });
  return methods;
}

/** Refuses all other methods of these paths; register it after their routes. */
export async function otherMethods(
  app: FastifyInstance,
  { methods }: { methods: MethodsByPath },
): Promise<void> {
  for (const [url, known] of methods) {
    const others = app.supportedMethods.filter(
      (method) => METHODS.includes(method) && !known.has(method),
    );
    const allow = [...known].toSorted().join(", ");
    app.route({
      method: others,
      url,
      exposeHeadRoute: false,
      // Tells it from a route that does something.
      config: { refuses: true },
      // Before the body is read: whatever it says, it is of no use.
      onRequest: async (request, reply) => {
        void reply.header("allow", allow);
        throw new SagaError(
          "SAGA_METHOD_NOT_ALLOWED",
          `this path takes ${allow}, not ${request.method}`,
        );
      },
      handler: () => undefined,
    });
  }
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route only refuses the methods that its path does not have. */
    refuses?: boolean;
  }
}
