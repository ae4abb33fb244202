/**
 * Import and comparison behind their routes. What is imported is read, drawn and linted, and none of it ever runs here.
 * It is loaded when somebody asks for the first time.
 */
import type { FastifyRequest } from "fastify";
import { layoutFor } from "../cli/new/write-files.ts";
import { compareCharts, fatesOf } from "../compare/compare.ts";
import type { Renames } from "../compare/match-states.ts";
import { toChartModel } from "../draw/model.ts";
import type { ChartModel } from "../draw/model.ts";
import { SagaError } from "../errors.ts";
import { draftMachine, lintDraft } from "../exchange/draft.ts";
import { detectFormat, readChart, readFormat, sagaName } from "../exchange/exchange.ts";
import type { ReadChart } from "../exchange/exchange.ts";
import { sagaFiles } from "../exchange/write-saga.ts";
import { isObject, readObject } from "../http/json-body.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Workshop } from "../workshop/workshop.ts";
import { assertMayEdit } from "./may-edit.ts";
import { KeptRenames } from "./kept-renames.ts";
import type { SagaFolder } from "./saga-folder.ts";

export interface ExchangeOptions {
  readonly runtime: Runtime;
  readonly workshop: Workshop | null;
  readonly folder: SagaFolder | null;
}

/** Renames that a reader may give. */
const RENAMES_MAX = 500;

/** What a text is, as files of ours; written if that is asked for. @throws {SagaError} SAGA_IMPORT_INVALID */
export function importChart(
  { folder, runtime }: ExchangeOptions,
  request: FastifyRequest,
): { readonly answer: object; readonly isWritten: boolean } {
  const { source, format, name, write } = readObject(request.body, [
    "source",
    "format",
    "name",
    "write",
  ]);
  const chart = readSource(source, format);
  const wished = name === undefined ? chart.name : sagaName(readText(name, "name"));
  const machine = draftMachine(chart.config);
  const findings = lintDraft(wished, machine);
  const layout = layoutFor(process.cwd(), folder?.machinesPath ?? "machines", wished);
  // What lint refuses would keep the server from starting: then only the chart is written.
  const files = sagaFiles({ ...chart, name: wished }, layout).filter(
    ({ path }) => findings.length === 0 || path.endsWith("/chart.ts"),
  );
  const isTaken = folder?.has(wished) === true || hasSaga(runtime, wished);
  const answer = {
    format: chart.format,
    name: wished,
    losses: chart.losses,
    findings,
    model: toChartModel(machine),
    files,
    isTaken,
    isWritable: folder?.isWritable === true,
  };
  if (write !== true) return { answer, isWritten: false };
  if (folder === null) throw notHere();
  assertMayEdit(request, folder.isWritable);
  if (isTaken) {
    throw new SagaError(
      "SAGA_FILE_REFUSED",
      `there is a saga "${wished}" already; give another name`,
    );
  }
  folder.writeNew(files);
  return { answer, isWritten: true };
}

/** Two charts, what is different in them, and what becomes of the instances of the first. */
export async function compare(options: ExchangeOptions, body: unknown): Promise<object> {
  const { folder, runtime } = options;
  const given = readObject(body, ["before", "after", "renames"]);
  const [before, after] = await Promise.all([
    sideOf(options, given["before"], "before"),
    sideOf(options, given["after"], "after"),
  ]);
  // What was renamed here is known; what a reader says of it goes before.
  const known =
    folder !== null && after.isFile && before.version !== null && before.saga === after.saga
      ? new KeptRenames(folder.folderOf(before.saga ?? "")).since(before.version)
      : {};
  const renames = { ...known, ...readRenames(given["renames"]) };
  const diff = compareCharts(before.model, after.model, renames);
  const counts = before.saga === null ? [] : await runtime.counts({ saga: before.saga });
  const fates = fatesOf(
    diff,
    counts.filter(({ version }) => before.version === null || version === before.version),
  );
  return { before, after, diff, fates };
}

function readSource(source: unknown, format: unknown): ReadChart {
  const text = readText(source, "source");
  const detected = format === undefined ? detectFormat(text) : readFormat(format);
  if (detected === null) {
    throw new SagaError(
      "SAGA_IMPORT_INVALID",
      "it is none of XState's JSON, SCXML, a Mermaid state diagram, or TypeScript with createMachine",
    );
  }
  return readChart(text, detected);
}

/** One side of a comparison: a saga as it is registered or as its file is now, or a text. */
interface Side {
  readonly label: string;
  readonly saga: string | null;
  readonly version: number | null;
  readonly model: ChartModel;
  /** As its file is now, and not as it is registered. */
  readonly isFile: boolean;
}

async function sideOf(
  { runtime, workshop }: ExchangeOptions,
  given: unknown,
  which: string,
): Promise<Side> {
  if (!isObject(given)) throw invalid(`${which} is no object`);
  const { saga, version, file, source, format } = given;
  if (source !== undefined) {
    const chart = readSource(source, format);
    const model = toChartModel(draftMachine(chart.config));
    return { label: `${chart.name}, pasted`, saga: null, version: null, model, isFile: false };
  }
  const name = readText(saga, `${which}.saga`);
  if (version !== undefined && typeof version !== "number") {
    throw invalid(`${which}.version is no number`);
  }
  const chart = runtime.saga(name, version);
  if (file !== true) {
    const own = chart.saga.version;
    return {
      label: `${name}, version ${own}`,
      saga: name,
      version: own,
      model: toChartModel(chart.saga.machine),
      isFile: false,
    };
  }
  if (workshop === null) throw notHere();
  const answer = (await workshop.ask({ kind: "chart", saga: name })) as {
    version: number;
    model: ChartModel;
  };
  return { label: `${name}, as its file is now`, saga: name, ...answer, isFile: true };
}

function readRenames(given: unknown): Renames {
  if (given === undefined) return {};
  if (!isObject(given)) throw invalid("renames is no object");
  const entries = Object.entries(given);
  if (entries.length > RENAMES_MAX) throw invalid(`there are more than ${RENAMES_MAX} renames`);
  if (entries.every(([, to]) => to === null || typeof to === "string")) return given as Renames;
  throw invalid("renames has something else than a path or null");
}

function readText(value: unknown, which: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${which} is no text`);
}

function hasSaga(runtime: Runtime, name: string): boolean {
  return runtime.sagas().some(({ saga }) => saga.name === name);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_REQUEST_INVALID", message);
}

function notHere(): SagaError {
  return new SagaError(
    "SAGA_OPERATION_NOT_POSSIBLE",
    "this server does not know the folder of its sagas; start it by sagachart dev or sagachart start",
  );
}
