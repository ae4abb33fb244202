/** Charts in the formats of `src/draw`: which one a request asks for, and each drawn once. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import { chartFormats, drawChart, isChartFormat } from "../draw/formats.ts";
import type { ChartFormat } from "../draw/formats.ts";
import { SagaError } from "../errors.ts";
import type { Chart } from "../saga/chart.ts";
import { isObject } from "./json-body.ts";
import { withLayoutThread } from "./layout-thread.ts";
import { httpLimits } from "./limits.ts";

/**
 * The format that a request asks for, by `?format=` or else by `Accept`; null: the saga itself.
 *
 * @throws {SagaError} SAGA_REQUEST_INVALID if there is no such format.
 */
export function askedFormat(query: unknown, { accept }: IncomingHttpHeaders): ChartFormat | null {
  const { format } = isObject(query) ? query : {};
  if (format === undefined) return acceptedFormat(accept ?? "");
  if (typeof format === "string" && isChartFormat(format)) return format;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    `format is none of ${Object.keys(chartFormats).join(", ")}; give one of these, once`,
  );
}

/** The best of what is accepted (RFC 9110, 12.5.1); JSON in any shape is the saga itself. */
function acceptedFormat(accept: string): ChartFormat | null {
  const ranges = accept
    .split(",")
    .map((range) => {
      const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { name, quality: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { name } of ranges) {
    if (name === "*/*" || name === "application/*" || name === "application/json") return null;
    const format = Object.entries(chartFormats).find(([, mediaType]) => mediaType === name)?.[0];
    if (format !== undefined && isChartFormat(format)) return format;
  }
  return null;
}

/** Answers with a drawing. It may be looked at, and can load, run and frame nothing. */
export function sendDrawing(reply: FastifyReply, format: ChartFormat, text: string): FastifyReply {
  return reply
    .header("content-type", `${chartFormats[format]}; charset=utf-8`)
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
    .header("x-content-type-options", "nosniff")
    .serializer((plain: string) => plain)
    .send(text);
}

// A chart does not change, and a picture takes a while.
const drawn = new WeakMap<Chart, Map<ChartFormat, Promise<string>>>();
let lastDrawing: Promise<unknown> = Promise.resolve();

/** The chart of a saga as text. */
export function drawingOf(chart: Chart, format: ChartFormat): Promise<string> {
  const known = drawn.get(chart) ?? new Map<ChartFormat, Promise<string>>();
  drawn.set(chart, known);
  const found = known.get(format);
  if (found !== undefined) return found;
  const drawing = draw(chart, format);
  known.set(format, drawing);
  // What failed once may succeed the next time.
  drawing.catch(() => known.delete(format));
  return drawing;
}

function draw({ saga }: Chart, format: ChartFormat): Promise<string> {
  const { machine, name, version } = saga;
  if (format !== "svg") return drawChart(machine, format);
  // One after the other: each takes a thread and its memory.
  const drawing = lastDrawing.then(() =>
    withLayoutThread((engine) =>
      drawChart(machine, format, {
        engine,
        title: `Saga ${name}, version ${version}`,
        signal: AbortSignal.timeout(httpLimits.drawingMsMax),
      }),
    ),
  );
  lastDrawing = drawing.catch(() => undefined);
  return drawing;
}
