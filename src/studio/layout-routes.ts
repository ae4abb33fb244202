/**
 * Charts and their layouts for the Studio: of a saga with some of its states folded, and of a draft that nobody
 * has saved.
 */
import type { FastifyInstance } from "fastify";
import { SagaError } from "../errors.ts";
import { readObject } from "../http/json-body.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Chart } from "../saga/chart.ts";
import type { DrawnChart } from "./layout-desk.ts";
import type { Layouts } from "./layouts.ts";

export type { DrawnChart } from "./layout-desk.ts";

interface SagaRequest {
  Params: { saga: string };
}

// What reads and folds charts is loaded by the first page that shows one: it is a good part of a start.
const openDesk = () => import("./layout-desk.ts");

export function layoutRoutes(
  app: FastifyInstance,
  { runtime, layouts }: { runtime: Runtime; layouts: Layouts },
): void {
  const chartOf = (saga: string, query: unknown): Chart => {
    return runtime.saga(saga, readVersion(parametersOf(query)["version"]));
  };

  app.get<SagaRequest>("/studio/api/charts/:saga", async ({ params, query }) => {
    const chart = chartOf(params.saga, query);
    const { name, version } = chart.saga;
    return { saga: name, version, model: (await openDesk()).modelOf(chart) };
  });

  app.get<SagaRequest>(
    "/studio/api/layouts/:saga",
    async ({ params, query }): Promise<DrawnChart> => {
      const { folded, direction } = parametersOf(query);
      const chart = chartOf(params.saga, query);
      const { draw, modelOf } = await openDesk();
      return draw(layouts, modelOf(chart), { folded, direction });
    },
  );

  app.post("/studio/api/layouts", async ({ body }): Promise<DrawnChart> => {
    const names = ["model", "folded", "direction", "near"] as const;
    const { model, folded, direction, near } = readObject(body, [...names]);
    return (await openDesk()).drawDraft(layouts, model, { folded, direction, near });
  });
}

function readVersion(version: unknown): number | undefined {
  if (version === undefined) return undefined;
  if (typeof version === "string" && /^[1-9][0-9]{0,9}$/.test(version)) return Number(version);
  throw invalid("version is no positive integer");
}

const known = new Set(["version", "folded", "direction"]);

function parametersOf(query: unknown): Readonly<Record<string, unknown>> {
  const parameters = query as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(parameters).find((name) => !known.has(name));
  if (unknown === undefined) return parameters;
  throw invalid(`${JSON.stringify(unknown)} is no parameter here; known: ${[...known].join(", ")}`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}
