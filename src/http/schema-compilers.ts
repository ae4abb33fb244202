/**
 * Compilers of schemas, loaded with the first route that has one. Our routes have none: they check what comes by
 * themselves and answer with JSON that is made. Whoever adds routes to our server may have some, and gets Fastify's
 * own compilers as always, but for names of headers in a schema, which have to be in lower case.
 */
import { createRequire } from "node:module";
import type { FastifyServerOptions } from "fastify";

type Factories = NonNullable<
  NonNullable<FastifyServerOptions["schemaController"]>["compilersFactory"]
>;

/** Fastify would load both at each start, which is a tenth of its time. */
export const schemaCompilers = {
  buildValidator: ofFastify("@fastify/ajv-compiler"),
  buildSerializer: ofFastify("@fastify/fast-json-stringify-compiler"),
} as Factories;

/** What a package that Fastify depends on makes, in the version that it depends on. */
function ofFastify(name: string): (...schemas: unknown[]) => unknown {
  return (...schemas) => {
    const fastify = createRequire(import.meta.url).resolve("fastify");
    const { default: makeFactory } = createRequire(fastify)(name) as {
      default: () => (...schemas: unknown[]) => unknown;
    };
    return makeFactory()(...schemas);
  };
}
