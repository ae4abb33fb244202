/**
 * The contract as pages for people, from the same table as `/openapi.json`. They are plain HTML: no script, and
 * nothing from anywhere else.
 */
import { escapeXml } from "../../draw/xml.ts";
import { errorStatus } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import { eventVerdicts } from "../../saga/accepts.ts";
import type { Chart } from "../../saga/chart.ts";
import { style } from "./docs-page-style.ts";
import { toJsonSchema } from "../json-schema.ts";
import { CONTRACT_VERSION, errorsOf } from "./openapi.ts";
import type { ContractOptions } from "./openapi.ts";
import { errorCodes, errorMeanings } from "./openapi-errors.ts";
import type { AnswerDescription, ParameterDescription, RouteDescription } from "./openapi-parts.ts";
import { pathParameters, routes } from "./openapi-table.ts";

/** The page of all routes, sagas and shapes. `shapes` are the schemas of the contract, by name. */
export function toDocsPage(
  { charts, prefix }: ContractOptions,
  shapes: Readonly<Record<string, unknown>>,
): string {
  const groups = [...new Set(routes.map(({ group }) => group))];
  const links = [
    ...groups.map((group) => link(`#${group}`, group)),
    link("#your-sagas", "your sagas"),
    link("#shapes", "shapes"),
    link(`${prefix}/docs/errors`, "errors"),
    link(`${prefix}/openapi.json`, "openapi.json"),
  ];
  return toPage("Sagachart", [
    `<header><h1>Sagachart <span class="none">${CONTRACT_VERSION}</span></h1>`,
    `<p>JSON in UTF-8, both ways. Errors are problems (RFC 9457) with a code each.</p>`,
    `<nav>${links.join("")}</nav></header><main>`,
    ...groups.map((group) => toGroup(group, prefix)),
    `<section id="your-sagas"><h2>Your sagas</h2>${charts.map(toSaga).join("") || none}</section>`,
    `<section id="shapes"><h2>Shapes</h2>`,
    ...Object.entries(shapes)
      .filter(([name]) => !name.startsWith("Problem."))
      .map(([name, schema]) => toDetails(`<code>${escapeXml(name)}</code>`, json(schema))),
    `</section></main>`,
  ]);
}

/** The page of all error codes. Each has the anchor that the `type` of its problems points at. */
export function toErrorsPage(prefix: string): string {
  return toPage("Errors of Sagachart", [
    `<header><h1>Errors</h1><nav>${link(`${prefix}/docs`, "all routes")}</nav>`,
    `<p>A code keeps its meaning; the text beside it may change. Answers of status 429, 503 and 507 carry`,
    ` <code>Retry-After</code>: send the same request again, with the same <code>Idempotency-Key</code>.</p>`,
    `</header><main>`,
    ...errorCodes.map(
      (code) =>
        `<section class="error" id="${anchorOf(code)}"><h2><code>${code}</code></h2>` +
        `<p><span class="none">${errorStatus[code]}</span> ${escapeXml(errorMeanings[code])}</p></section>`,
    ),
    `</main>`,
  ]);
}

function toPage(title: string, body: readonly string[]): string {
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escapeXml(title)}</title><style>${style}</style></head><body>`,
    ...body,
    `</body></html>`,
  ].join("\n");
}

function toGroup(group: string, prefix: string): string {
  const own = routes.filter((route) => route.group === group);
  return `<section id="${group}"><h2>${group}</h2>${own.map((route) => toRoute(route, prefix)).join("")}</section>`;
}

function toRoute(route: RouteDescription, prefix: string): string {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const inPath = names.map((name) => ({
    name,
    description: pathParameters[name] ?? "",
    schema: {},
  }));
  const head =
    `<code><span class="method">${route.method}</span>${escapeXml(prefix + route.path)}</code>` +
    `<span class="says">${escapeXml(route.summary)}</span>`;
  return toDetails(
    head,
    [
      toParameters("Path", inPath),
      toParameters("Query", route.query ?? []),
      toParameters("Headers", route.headers ?? []),
      route.body === undefined ? "" : `<h3>Body</h3>${json(route.body)}`,
      `<h3>Answers</h3><dl>${route.answers.map(toAnswer).join("")}</dl>`,
      `<h3>Errors</h3><nav>${errorsOf(route)
        .map((code) =>
          link(`${prefix}/docs/errors#${anchorOf(code)}`, `${errorStatus[code]} ${code}`),
        )
        .join("")}</nav>`,
    ].join(""),
  );
}

function toParameters(title: string, parameters: readonly ParameterDescription[]): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(
    ({ name, description }) =>
      `<dt><code>${escapeXml(name)}</code></dt><dd>${escapeXml(description)}</dd>`,
  );
  return `<h3>${title}</h3><dl>${rows.join("")}</dl>`;
}

function toAnswer({ status, description, schema }: AnswerDescription): string {
  const shape = schema === undefined ? "" : json(schema);
  return `<dt><code>${status}</code></dt><dd>${escapeXml(description)}${shape}</dd>`;
}

function toSaga(chart: Chart): string {
  const { saga } = chart;
  const events = eventVerdicts(chart).map(({ type, states }) => {
    const rows = states.map(
      ({ state, verdict }) => `<dt><code>${escapeXml(state)}</code></dt><dd>${verdict}</dd>`,
    );
    return toDetails(
      `<code>${escapeXml(type)}</code>`,
      `<h3>Payload</h3>${json(toJsonSchema(saga.events[type]))}<h3>States</h3><dl>${rows.join("")}</dl>`,
    );
  });
  return toDetails(
    `<code>${escapeXml(saga.name)}</code> <span class="none">version ${saga.version}</span>`,
    `<h3>Input</h3>${json(toJsonSchema(saga.input))}<h3>Events</h3>${events.join("") || none}`,
  );
}

const none = `<p class="none">None.</p>`;

function toDetails(head: string, body: string): string {
  return `<details><summary>${head}</summary><div>${body}</div></details>`;
}

function json(value: unknown): string {
  return `<pre tabindex="0">${escapeXml(JSON.stringify(value, null, 2))}</pre>`;
}

function link(href: string, text: string): string {
  return `<a href="${escapeXml(href)}">${escapeXml(text)}</a>`;
}

/** As in the `type` of a problem. */
function anchorOf(code: ErrorCode): string {
  return code.toLowerCase();
}
