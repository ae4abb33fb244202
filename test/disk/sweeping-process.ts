/**
 * A process that works on one store after another, with one fault each: `sweeping-process.ts <folder> <faults>`,
 * where `faults` is the path of a JSON list. It answers with one line of JSON for each.
 */
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SagaError } from "../../src/errors.ts";
import { damagesOf, judge, readContents } from "./claims.ts";
import { setFault } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { openForWork } from "./opened-for-work.ts";
import { work } from "./sagas-at-work.ts";
import type { Said } from "./sagas-at-work.ts";

/** What came of one fault. */
export interface Outcome {
  readonly fault: Fault;
  /** Codes that callers were refused with, and how often; that of a store which did not open as well. */
  readonly codes: Readonly<Record<string, number>>;
  readonly isStopped: boolean;
  readonly problems: readonly string[];
}

const [folder = "", faultsPath = ""] = process.argv.slice(2);
const faults = JSON.parse(readFileSync(faultsPath, "utf8")) as readonly Fault[];
for (const [index, fault] of faults.entries()) {
  const outcome = await sweep(join(folder, `${index}.db`), fault);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}

async function sweep(path: string, fault: Fault): Promise<Outcome> {
  const told: Said[] = [];
  const codes: Record<string, number> = {};
  const problems: string[] = [];
  setFault(folder, fault);
  try {
    await work(openForWork(path, "full"), (said) => void told.push(said));
  } catch (error) {
    if (error instanceof SagaError) codes[error.code] = 1;
    else problems.push(`not told as what it is: ${String(error)}`);
  }
  setFault(folder, null);
  const refusals = told.filter((said) => said.is === "refused");
  for (const { code } of refusals) codes[code] = (codes[code] ?? 0) + 1;
  const found = judge(await readContents(path), told);
  problems.push(...found.lost, ...found.corrupt, ...found.inconsistent, ...damagesOf(path));
  const isStopped = told.some((said) => said.is === "stopped");
  return { fault, codes, isStopped, problems };
}
