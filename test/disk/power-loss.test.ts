/**
 * Power loss: a real process on the real store is recorded at its system calls, and the power is cut after each of
 * them, again and again, with any of the writes that nobody had asked to be durable yet.
 */
import { once } from "node:events";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Durability } from "../../src/index.ts";
import { seeded } from "../crash/seeded.ts";
import { folderOfTest } from "../fixtures/folder.ts";
import { damagesOf, judge, readContents } from "./claims.ts";
import type { Contents, Found } from "./claims.ts";
import { shimEnvironment, startOnShim, whyNoShim } from "./disk-shim.ts";
import { FailingDisk, survivals } from "./power-cut.ts";
import type { Image } from "./power-cut.ts";
import type { Said } from "./sagas-at-work.ts";
import { readTrace } from "./trace.ts";
import type { Operation } from "./trace.ts";

const SEED = Number(process.env["DISK_SEED"] ?? Date.now() % 1_000_000);
/** Fewer would not be worth the name; how many there are depends on what the seed lets survive. */
const IMAGES_MIN = 2_000;
const missing = whyNoShim();
if (missing !== null) console.warn(`power-loss.test.ts is skipped: ${missing}`);

test.skipIf(missing !== null)(
  `no power cut loses, damages or contradicts anything (DISK_SEED=${SEED})`,
  { timeout: 240_000 },
  async () => {
    const { operations, cuts } = await cutEverywhere("full");

    console.log(`full: ${summaryOf(operations, cuts)}`);
    expect(cuts.filter(({ problems }) => problems.length > 0).slice(0, 10)).toEqual([]);
    expect(cuts.length).toBeGreaterThanOrEqual(IMAGES_MIN);
  },
);

test.skipIf(missing !== null)(
  `with relaxed durability they do lose what was told, as it says (DISK_SEED=${SEED})`,
  { timeout: 240_000 },
  async () => {
    // Every fifth is enough to see it.
    const { operations, cuts } = await cutEverywhere("relaxed", 5);

    console.log(`relaxed: ${summaryOf(operations, cuts)}`);
    expect(cuts.filter(({ lost }) => lost > 0).length).toBeGreaterThan(cuts.length / 10);
  },
);

/** One image of the disk after a power cut, different from all others, and what is wrong with it. */
interface Cut {
  readonly lost: number;
  readonly problems: readonly string[];
}

/** Records a process, and cuts the power after every operation, or every `stride`th, in each way. */
async function cutEverywhere(
  durability: Durability,
  stride = 1,
): Promise<{ operations: readonly Operation[]; cuts: readonly Cut[] }> {
  const operations = await recorded(durability);
  const random = seeded(SEED);
  const examiner = new Examiner(folderOfTest());
  const disk = new FailingDisk();
  const told: Said[] = [];
  const cuts: Cut[] = [];
  for (const [index, operation] of operations.entries()) {
    disk.apply(operation);
    if (operation.kind === "say") told.push(...toSaid(operation.bytes));
    if (index % stride > 0) continue;
    for (const survival of survivals) {
      const found = await examiner.examine(disk.image(survival, random), told);
      if (found === null) continue;
      const where = `${survival} survives operation ${index}, ${operation.kind} ${operation.name}`;
      const problems = [...found.lost, ...found.corrupt, ...found.inconsistent];
      cuts.push({ lost: found.lost.length, problems: problems.map((text) => `${where}: ${text}`) });
    }
  }
  return { operations, cuts };
}

/** All that a process does to its disk, from the creation of its store to its end. */
async function recorded(durability: Durability): Promise<readonly Operation[]> {
  const folder = folderOfTest();
  const watched = join(folder, "disk");
  mkdirSync(watched);
  const trace = join(folder, "trace");
  const environment = shimEnvironment(watched, trace);
  const child = startOnShim("working-process.ts", [watched, durability], environment);
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
  return readTrace(trace);
}

/**
 * Looks at images. SQLite recovers each of them and checks all its pages; then the real store reads what it found,
 * once for each content, since many images lead to the same.
 */
class Examiner {
  readonly #path: string;
  readonly #seen = new Set<string>();
  readonly #contents = new Map<string, Contents>();

  constructor(folder: string) {
    this.#path = join(folder, "sagas.db");
  }

  /** Null if such an image was looked at before, and no more was told since. */
  async examine(image: Image, told: readonly Said[]): Promise<Found | null> {
    const print = printOf([...image].toSorted(byName), `${told.length}`);
    if (this.#seen.has(print)) return null;
    this.#seen.add(print);
    this.#put(image);
    const hasFile = image.has("sagas.db");
    const damages = hasFile ? damagesOf(this.#path) : [];
    const recovered = hasFile ? readFileSync(this.#path) : Buffer.alloc(0);
    const identity = image.get("sagas.db.id") ?? Buffer.alloc(0);
    const key = printOf(
      [
        ["db", recovered],
        ["id", identity],
      ],
      `${hasFile}`,
    );
    const contents = this.#contents.get(key) ?? (await readContents(this.#path));
    this.#contents.set(key, contents);
    const found = judge(contents, told);
    return { ...found, corrupt: [...damages, ...found.corrupt] };
  }

  #put(image: Image): void {
    const folder = dirname(this.#path);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, content] of image) writeFileSync(join(folder, name), content);
  }
}

function summaryOf(operations: readonly Operation[], cuts: readonly Cut[]): string {
  const losing = cuts.filter(({ lost }) => lost > 0);
  const most = Math.max(0, ...losing.map(({ lost }) => lost));
  return (
    `${operations.length} operations, ${cuts.length} different images after a power cut; ` +
    `${losing.length} lost something that was told, at most ${most} things`
  );
}

function toSaid(bytes: Buffer): readonly Said[] {
  const lines = bytes.toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Said);
}

function byName([a]: readonly [string, Buffer], [b]: readonly [string, Buffer]): number {
  return a < b ? -1 : 1;
}

function printOf(files: readonly (readonly [string, Buffer])[], facts: string): string {
  const hash = createHash("sha1").update(facts);
  for (const [name, content] of files) hash.update(`\n${name} ${content.length}\n`).update(content);
  return hash.digest("hex");
}
