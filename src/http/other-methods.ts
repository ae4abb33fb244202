/**
 * What a path answers to methods that it does not have: 405 with those it has, where Fastify would say that
 * there is no such path.
 *
 * It is found out when no route takes a request. A route for each method that a path does not have would be four of
 * five routes, and a twentieth of a start.
 */
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";

/** A path with the methods that it has. */
interface Path {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Refuses all other methods of the paths that are declared from now on. */
export function refuseOtherMethods(app: FastifyInstance): void {
  const paths = new Map<string, Path>();
  app.addHook("onRoute", ({ method, url }) => {
    const path = paths.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) path.methods.add(one);
    paths.set(url, path);
  });
  // Before the body is read: whatever it says, it is of no use.
  app.addHook("onRequest", (request, reply, done) => {
    if (!request.is404) return done();
    const [asked = ""] = request.url.split("?", 1);
    const matching = [...paths.values()].filter(({ pattern }) => pattern.test(asked));
    if (matching.length === 0) return done();
    const allow = [...new Set(matching.flatMap(({ methods }) => [...methods]))]
      .toSorted()
      .join(", ");
    void reply.header("allow", allow);
    done(
      new SagaError("SAGA_METHOD_NOT_ALLOWED", `this path takes ${allow}, not ${request.method}`),
    );
  });
}

/** The paths of a route as Fastify writes it, with `:name` for a part and `*` for all that follows. */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/:[a-zA-Z_]+/g, "[^/]+")
    .replaceAll("*", ".*");
  return new RegExp(`^${source}$`);
}
