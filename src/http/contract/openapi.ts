/**
 * The contract of the door: an OpenAPI 3.1 document, made of the table of routes and of what the sagas
 * declare. Where a route takes or gives what one saga says more exactly, it stands once more under that
 * saga's own path; OpenAPI takes a concrete path before a template.
 */
import { errorStatus } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Chart } from "../../saga/chart.ts";
import { errorMeanings, problemName, problemSchemas } from "./openapi-errors.ts";
import { exactName, exactNames, sagaSchemas } from "./openapi-sagas.ts";
import { id, ref, schemas, text } from "./openapi-schemas.ts";
import type { JsonSchema } from "./openapi-schemas.ts";
import { operationSchemas } from "./openapi-operations.ts";
import { scheduleSchemas } from "./openapi-schedules.ts";
import { searchSchemas } from "./openapi-search.ts";
import { pathParameters, routes } from "./openapi-table.ts";
import { idempotencyKey } from "./openapi-parts.ts";
import type { AnswerDescription, ParameterDescription, RouteDescription } from "./openapi-parts.ts";
import { PROBLEM_MEDIA_TYPE } from "../problem.ts";

/** Version of the contract: the package's. */
export const CONTRACT_VERSION = "0.1.0";

/** What routes of a kind may answer, beside the errors of their own. The documentation has the same rows. */
export const errorKinds: readonly ErrorKind[] = [
  {
    of: "every one",
    fits: () => true,
    errors: [
      "SAGA_REQUEST_INVALID",
      "SAGA_REQUEST_TIMEOUT",
      "SAGA_HEADERS_TOO_LARGE",
      "SAGA_INTERNAL",
    ],
  },
  {
    of: "with a name or an id in its path, or an `Idempotency-Key`",
    fits: ({ path, headers = [] }) => path.includes(":") || headers.includes(idempotencyKey),
    errors: ["SAGA_ID_INVALID"],
  },
  {
    of: "`POST` and `DELETE`",
    fits: ({ method }) => method !== "GET",
    errors: ["SAGA_BODY_TOO_LARGE", "SAGA_MEDIA_TYPE_UNSUPPORTED"],
  },
  {
    of: "about an instance",
    fits: ({ readsInstance }) => readsInstance === true,
    errors: ["SAGA_VERSION_UNKNOWN"],
  },
  {
    of: "that asks the store: about instances, schedules and streams, and a new bulk operation",
    fits: ({ store }) => store !== undefined,
    errors: ["SAGA_RUNTIME_CLOSED", "SAGA_STORE_BUSY", "SAGA_STORE_OUTCOME_UNKNOWN"],
  },
  {
    of: "that writes to it",
    fits: ({ store }) => store === "written" || store === "deleted",
    errors: ["SAGA_STORE_FULL"],
  },
  {
    of: "that changes what is there",
    fits: ({ store }) => store === "written",
    errors: ["SAGA_REVISION_CONFLICT"],
  },
];

interface ErrorKind {
  /** Ends the sentence "a route …". */
  readonly of: string;
  readonly fits: (route: RouteDescription) => boolean;
  readonly errors: readonly ErrorCode[];
}

/** All that a route may answer with, in the order of their statuses. */
export function errorsOf(route: RouteDescription): readonly ErrorCode[] {
  const ofKind = errorKinds.filter(({ fits }) => fits(route)).flatMap(({ errors }) => errors);
  const codes = new Set([...route.errors, ...ofKind]);
  return [...codes].toSorted((a, b) => errorStatus[a] - errorStatus[b]);
}

export interface ContractOptions {
  readonly charts: readonly Chart[];
  /** Where the routes are, such as `/api`; empty: at the root. */
  readonly prefix: string;
}

/** The document. */
export function toOpenApi({ charts, prefix }: ContractOptions): JsonSchema {
  const operations = [
    ...charts.flatMap((chart) => routes.filter(isExact).map((route) => toExact(route, chart))),
    ...routes.map((route) => toOperation(route, route.path)),
  ];
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { path, method, operation } of operations) {
    paths[path] = { ...paths[path], [method]: operation };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Sagachart",
      version: CONTRACT_VERSION,
      description: "Durable sagas that are XState v5 statecharts. Errors are problems (RFC 9457).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: prefix === "" ? "/" : prefix }],
    tags: [
      ...charts.map(({ saga }) => ({
        name: sagaTag(saga.name),
        description: `Saga ${saga.name}.`,
      })),
      ...[...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
    ],
    paths,
    components: {
      schemas: {
        ...schemas,
        ...searchSchemas,
        ...scheduleSchemas,
        ...operationSchemas,
        ...Object.assign({}, ...charts.map(sagaSchemas)),
        ...problemSchemas(),
      },
    },
  };
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: JsonSchema;
}

function isExact(route: RouteDescription): boolean {
  const told = JSON.stringify([route.body ?? null, route.answers]);
  const names = exactNames.map((name) => `"${ref(name)["$ref"] as string}"`);
  return route.path.startsWith("/sagas/:saga/") && names.some((name) => told.includes(name));
}

/** The route as one saga says it: its name in the path, its schemas in place of those of any saga. */
function toExact(route: RouteDescription, { saga }: Chart): Operation {
  const { operation, ...rest } = toOperation(route, route.path.replace(":saga", saga.name));
  const exact = exactNames.reduce(
    (told, name) =>
      told.replaceAll(
        JSON.stringify(ref(name)["$ref"]),
        JSON.stringify(ref(exactName(saga.name, name))["$ref"]),
      ),
    JSON.stringify(operation),
  );
  const operationId = `${saga.name}_${route.operationId}`;
  return {
    ...rest,
    operation: { ...(JSON.parse(exact) as JsonSchema), operationId, tags: [sagaTag(saga.name)] },
  };
}

function sagaTag(saga: string): string {
  return `saga ${saga}`;
}

function toOperation(route: RouteDescription, path: string): Operation {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const parameters = [
    ...names.map((name) => ({
      name,
      in: "path",
      required: true,
      description: pathParameters[name] ?? "",
      schema: name === "saga" ? text : id,
    })),
    ...(route.query ?? []).map((parameter) => toParameter("query", parameter)),
    ...(route.headers ?? []).map((parameter) => toParameter("header", parameter)),
  ];
  const operation = {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.group],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: { required: true, content: { "application/json": { schema: route.body } } },
    }),
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
  return {
    path: path.replaceAll(/:(\w+)/g, "{$1}"),
    method: route.method.toLowerCase(),
    operation,
  };
}

function toParameter(place: "query" | "header", parameter: ParameterDescription): JsonSchema {
  return { ...parameter, in: place, required: false };
}

function answersOf({ answers }: RouteDescription): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(answers.map((answer) => [answer.status, toAnswer(answer)]));
}

function toAnswer({
  description,
  headers = {},
  otherMediaTypes = [],
  ...answer
}: AnswerDescription): JsonSchema {
  const { mediaType = answer.schema && "application/json", schema = text } = answer;
  const others = Object.fromEntries(otherMediaTypes.map((name) => [name, { schema: text }]));
  const told = Object.entries(headers).map(([name, says]) => [
    name,
    { description: says, schema: text },
  ]);
  return {
    description,
    ...(told.length > 0 && { headers: Object.fromEntries(told) as JsonSchema }),
    ...(mediaType !== undefined && { content: { [mediaType]: { schema }, ...others } }),
  };
}

function problemsOf(route: RouteDescription): Readonly<Record<string, JsonSchema>> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    byStatus.set(errorStatus[code], [...(byStatus.get(errorStatus[code]) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, toProblems(codes)]));
}

function toProblems(codes: readonly ErrorCode[]): JsonSchema {
  const refs = codes.map((code) => ref(problemName(code)));
  const mapping = Object.fromEntries(codes.map((code, index) => [code, refs[index]?.["$ref"]]));
  const schema =
    refs.length === 1 ? refs[0] : { oneOf: refs, discriminator: { propertyName: "code", mapping } };
  return {
    description: codes.map((code) => `${code}: ${errorMeanings[code]}`).join(" "),
    content: { [PROBLEM_MEDIA_TYPE]: { schema } },
  } as JsonSchema;
}
