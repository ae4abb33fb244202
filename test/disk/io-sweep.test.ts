/**
 * The I/O sweep: the disk fails, or the process dies, at one operation after another. Nothing that was told is
 * lost, nothing is there by half, and nothing is told as failed that is there.
 */
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { seeded } from "../crash/seeded.ts";
import { folderOfTest } from "../fixtures/folder.ts";
import { damagesOf, judge, readContents } from "./claims.ts";
import { shimEnvironment, startOnShim, whyNoShim } from "./disk-shim.ts";
import { setFault } from "./fault.ts";
import type { Fault, FaultKind } from "./fault.ts";
import type { Opening } from "./opening-process.ts";
import type { Said } from "./sagas-at-work.ts";
import type { Outcome } from "./sweeping-process.ts";

const SEED = Number(process.env["DISK_SEED"] ?? Date.now() % 1_000_000);
/** Every how many-th operation fails in its turn; 1 takes minutes. */
const STRIDE = Number(process.env["DISK_STRIDE"] ?? 80);
const KILL_STRIDE = Math.max(1, Number(process.env["DISK_STRIDE"] ?? 400));
/** A little more than the work has of each kind: those beyond its end change nothing, and show that it can end. */
const OPERATIONS = { writes: 1_100, growths: 350, syncs: 80 } as const;
const missing = whyNoShim();
if (missing !== null) console.warn(`io-sweep.test.ts is skipped: ${missing}`);

test.skipIf(missing !== null)(
  `a write or a sync that fails once or for ever loses nothing and is told as what it is (every ${STRIDE}th, DISK_SEED=${SEED})`,
  { timeout: 3_600_000 },
  async () => {
    const outcomes = await sweep([
      ...faultsOf("full", OPERATIONS.writes, STRIDE),
      ...faultsOf("no-growth", OPERATIONS.growths, STRIDE),
      ...faultsOf("eio-write", OPERATIONS.writes, STRIDE),
      ...faultsOf("eio-sync", OPERATIONS.syncs, Math.ceil(STRIDE / 8)),
    ]);

    console.log(`${outcomes.length} faults, and how often each was met by which code:`);
    console.table(countCodes(outcomes));
    expect(outcomes.filter(({ problems }) => problems.length > 0)).toEqual([]);
    // A disk that is full is known to have written nothing; one that fails leaves doubt, and ends the runtime.
    const codesAfter = (what: string): Set<string> =>
      new Set(
        outcomes.flatMap(({ fault, codes }) =>
          fault.what.includes(what) ? Object.keys(codes) : [],
        ),
      );
    expect(codesAfter("full")).toContain("SAGA_STORE_FULL");
    expect(codesAfter("full")).not.toContain("SAGA_STORE_OUTCOME_UNKNOWN");
    expect(codesAfter("eio")).toContain("SAGA_STORE_OUTCOME_UNKNOWN");
    expect(codesAfter("eio")).not.toContain("SAGA_STORE_FULL");
  },
);

test.skipIf(missing !== null)(
  `a process that dies in place of an operation, or in the middle of a write, leaves all that it told (DISK_SEED=${SEED})`,
  { timeout: 3_600_000 },
  async () => {
    const faults = [
      ...faultsOf("kill", OPERATIONS.writes, KILL_STRIDE),
      ...faultsOf("torn", OPERATIONS.writes, KILL_STRIDE),
    ].filter(({ often }) => often === "once");

    const found = await Promise.all(
      Array.from({ length: 2 }, async (_, half) => {
        const problems: string[] = [];
        for (const fault of faults.filter((_each, index) => index % 2 === half)) {
          problems.push(...(await die(fault)));
        }
        return problems;
      }),
    );

    console.log(`${faults.length} processes died`);
    expect(found.flat()).toEqual([]);
  },
);

test.skipIf(missing !== null)(
  "an opening that the disk had no room for is refused, wherever it was, and succeeds when there is room again",
  { timeout: 600_000 },
  async () => {
    const watched = join(folderOfTest(), "disk");
    mkdirSync(watched);

    const openings = (await answersOf("opening-process.ts", [watched], watched)) as Opening[];

    const refused = openings.filter(({ code }) => code !== null);
    console.log(`${openings.length} openings, ${refused.length} refused`);
    expect(openings.filter(({ problem }) => problem !== null)).toEqual([]);
    expect([...new Set(refused.map(({ code }) => code))]).toEqual(["SAGA_STORE_FULL"]);
    expect(openings.at(-1)).toMatchObject({ code: null });
    expect(refused.length).toBe(openings.length - 1);
  },
);

/** Runs the work in a process of its own until the fault kills it, and looks at what it left. */
async function die(fault: Fault): Promise<readonly string[]> {
  const folder = folderOfTest();
  setFault(folder, fault);
  const child = startOnShim("working-process.ts", [folder, "full"], shimEnvironment(folder));
  await once(child, "exit");
  const path = join(folder, "sagas.db");
  const found = judge(await readContents(path), readAcks(join(folder, "acks")));
  const problems = [...found.lost, ...found.corrupt, ...found.inconsistent, ...damagesOf(path)];
  return problems.map((problem) => `${fault.what} ${fault.nth}: ${problem}`);
}

function readAcks(path: string): readonly Said[] {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Said);
}

function faultsOf(what: FaultKind, count: number, stride: number): readonly Fault[] {
  const random = seeded(SEED);
  const faults: Fault[] = [];
  for (let from = 0; from < count; from += stride) {
    const nth = from + 1 + Math.floor(random() * stride);
    faults.push({ what, nth, often: "once" }, { what, nth, often: "ever" });
  }
  return faults;
}

async function sweep(faults: readonly Fault[]): Promise<readonly Outcome[]> {
  const folder = folderOfTest();
  const watched = join(folder, "disk");
  mkdirSync(watched);
  const list = join(folder, "faults.json");
  writeFileSync(list, JSON.stringify(faults));
  const outcomes = await answersOf("sweeping-process.ts", [watched, list], watched);
  expect(outcomes.length).toBe(faults.length);
  return outcomes as readonly Outcome[];
}

/** What a program on the shim, with its files in `watched`, says line by line. */
async function answersOf(
  program: string,
  args: readonly string[],
  watched: string,
): Promise<readonly unknown[]> {
  const child = startOnShim(program, args, shimEnvironment(watched));
  const ended = once(child, "close");
  const answers: unknown[] = [];
  if (child.stdout === null) throw new Error("the output of the process is not piped");
  for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line));
  await ended;
  return answers;
}

function countCodes(outcomes: readonly Outcome[]): object {
  const counts: Record<string, Record<string, number>> = {};
  for (const { fault, codes, isStopped } of outcomes) {
    const name = `${fault.what} ${fault.often}`;
    const count = (counts[name] ??= {});
    for (const code of isStopped ? [...Object.keys(codes), "stopped"] : Object.keys(codes)) {
      count[code] = (count[code] ?? 0) + 1;
    }
  }
  return counts;
}
