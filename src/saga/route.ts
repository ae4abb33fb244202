/**
 * Routes: a state that draws `route`, and has an id, can be gone to from every state, by XState's own event
 * `{ type: "xstate.route", to: "#id" }`. It is the one event of XState's that comes in from outside: what it may
 * say is known from the chart, and so it has a schema like any other.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { stateNodes } from "./chart.ts";

export const ROUTE = "xstate.route";

/** A state that can be gone to. */
export interface Route {
  readonly to: string;
  /** The author's own; undefined: always. */
  readonly guard: unknown;
}

/** In document order. */
export function routesOf(machine: AnyStateMachine): readonly Route[] {
  return stateNodes(machine).flatMap((node) => {
    const route = drawnRoute(node);
    // XState leaves out the root, and states without an id of their own.
    if (route === undefined || node.parent === undefined || !hasOwnId(node)) return [];
    return [{ to: `#${node.id}`, guard: route.guard }];
  });
}

/** What a state says of its route; undefined if it is none. */
export function drawnRoute(node: AnyStateNode): { readonly guard?: unknown } | undefined {
  return (node.config as { route?: { readonly guard?: unknown } }).route;
}

export function hasOwnId(node: AnyStateNode): boolean {
  return typeof node.config.id === "string" && node.config.id !== "";
}

/** The schemas of a saga's events, with that of its routes, if its chart has some. */
export function withRoutes(
  events: Readonly<Record<string, StandardSchemaV1>>,
  machine: AnyStateMachine,
): Readonly<Record<string, StandardSchemaV1>> {
  const schema = routeSchema(machine);
  return schema === null ? events : { ...events, [ROUTE]: schema };
}

/** The schema of the event, without its type; null if the chart has no routes. */
function routeSchema(machine: AnyStateMachine): RouteSchema | null {
  const places = routesOf(machine).map(({ to }) => to);
  if (places.length === 0) return null;
  const toJson = (): Record<string, unknown> => ({
    type: "object",
    properties: { to: { type: "string", enum: places } },
    required: ["to"],
    additionalProperties: false,
  });
  const validate = (value: unknown): StandardSchemaV1.Result<RoutePayload> => {
    const { to, ...others } = Object(value) as { to?: unknown };
    const [other] = Object.keys(others);
    if (other !== undefined) return refused(other, "there is no such member");
    if (typeof to === "string" && places.includes(to)) return { value: { to } };
    return refused("to", `give one of ${places.join(", ")}`);
  };
  return {
    "~standard": {
      version: 1,
      vendor: "sagachart",
      validate,
      jsonSchema: { input: toJson, output: toJson },
    },
  };
}

interface RoutePayload {
  readonly to: string;
}

interface RouteSchema {
  readonly "~standard": StandardSchemaV1.Props<unknown, RoutePayload> &
    StandardJSONSchemaV1.Props<unknown, RoutePayload>;
}

function refused(member: string, message: string): StandardSchemaV1.FailureResult {
  return { issues: [{ path: [member], message }] };
}
