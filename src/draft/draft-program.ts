/**
 * The program that loads drafts, in a process of its own: a draft is code, and what it does while it is loaded it
 * does here, under a limit of time and memory that the process around it keeps.
 *
 * It reads the saga around the chart from the disk, with the draft in the place of the chart.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createJiti } from "jiti";
import type { AnyStateMachine } from "xstate";
import { check, renderReport } from "../check/check.ts";
import type { CheckOptions } from "../check/check.ts";
import { toChartModel } from "../draw/model.ts";
import { factsOf } from "../edit/facts.ts";
import type { AnySaga } from "../saga/define.ts";
import { isSource } from "../package.ts";
import { lint } from "../saga/lint.ts";
import type { CheckAnswer, DraftRequest, LoadAnswer, SagaFindings } from "./draft-message.ts";

/** Where this package is read from source, its own modules are those that run here already. */
const ownModules = isSource ? await sourceModules() : {};

async function sourceModules(): Promise<Readonly<Record<string, unknown>>> {
  const [index, checks] = await Promise.all([import("../index.ts"), import("../check/check.ts")]);
  return {
    "../../src/index.ts": index,
    "../../src/check/check.ts": checks,
    sagachart: index,
    "sagachart/check": checks,
  };
}

/** A check may look at so many configurations in each world; a whole one is for the command line. */
const CONFIGURATIONS_MAX = 20_000;

process.on("message", (request: DraftRequest) => {
  void answer(request).then(
    (value) => process.send?.({ id: request.id, value }),
    (error: unknown) => process.send?.({ id: request.id, error: messageOf(error) }),
  );
});
process.send?.({ isReady: true });
// Nobody waits for an answer any more.
process.on("disconnect", () => process.exit(0));

async function answer(request: DraftRequest): Promise<LoadAnswer | CheckAnswer> {
  const loaded = await loadChart(request);
  if (request.kind === "check") return checkSaga(request, await sagaWith(request, loaded));
  const machine = machineIn(loaded);
  return {
    model: toChartModel(machine),
    facts: factsOf(machine),
    findings: await findingsOf(request, loaded),
  };
}

async function loadChart({ text, file }: DraftRequest): Promise<object> {
  const jiti = createJiti(file, { virtualModules: { ...ownModules }, moduleCache: false });
  return jiti.evalModule(text, {
    filename: file,
    id: file,
    ext: ".ts",
    async: true,
    forceTranspile: true,
  }) as Promise<object>;
}

function machineIn(module: object): AnyStateMachine {
  const machine = Object.values(module).find(
    (value): value is AnyStateMachine =>
      typeof value === "object" && value !== null && "getStateNodeById" in value,
  );
  if (machine === undefined) throw new Error("the file exports no machine");
  return machine;
}

/** The saga as it would be registered; null: what stands around the chart does not load. */
async function sagaWith({ folder, saga }: DraftRequest, chart: object): Promise<AnySaga> {
  const entry = ["index.ts", "index.js", "index.mjs"]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  if (entry === undefined) throw new Error("there is no index.ts beside the chart");
  const jiti = createJiti(entry, {
    virtualModules: { ...ownModules, "./chart.ts": chart, "./chart.js": chart, "./chart": chart },
    moduleCache: false,
  });
  const module = await jiti.import<object>(entry);
  const sagas = Object.values(module).filter(isSaga);
  const found = sagas.find(({ name }) => name === saga) ?? sagas[0];
  if (found === undefined) throw new Error("index.ts exports no saga");
  return found;
}

function isSaga(value: unknown): value is AnySaga {
  return typeof value === "object" && value !== null && "machine" in value && "activities" in value;
}

async function findingsOf(request: DraftRequest, chart: object): Promise<SagaFindings> {
  try {
    const saga = await sagaWith(request, chart);
    return { problem: null, findings: lint(saga) };
  } catch (error) {
    return { problem: messageOf(error), findings: [] };
  }
}

async function checkSaga({ folder }: DraftRequest, saga: AnySaga): Promise<CheckAnswer> {
  const path = join(folder, "samples.ts");
  if (!existsSync(path)) return { isOk: null, lines: ["there is no samples.ts beside the chart"] };
  const jiti = createJiti(path, { virtualModules: { ...ownModules }, moduleCache: false });
  const { samples, checkOptions = {} } = await jiti.import<{
    samples: CheckOptions["samples"];
    checkOptions?: Omit<CheckOptions, "samples">;
  }>(path);
  const options = { ...checkOptions, samples, configurationsMax: CONFIGURATIONS_MAX };
  const report = check(saga, options);
  return { isOk: report.ok, lines: renderReport(report) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
