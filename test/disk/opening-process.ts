/**
 * A process that opens one new store after another on a disk that is full for its n-th growth, n = 1, 2, 3 …
 * until an opening needs no more: `opening-process.ts <folder>`. It answers with one line of JSON for each.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqlite, SagaError } from "../../src/index.ts";
import { setFault } from "./fault.ts";

/** What came of one opening. */
export interface Opening {
  readonly nth: number;
  /** The code that it was refused with; null if the store opened. */
  readonly code: string | null;
  /** What was wrong when there was room again; null if the store opened as it should. */
  readonly problem: string | null;
}

const [folder = ""] = process.argv.slice(2);
for (let nth = 1; ; nth += 1) {
  const path = join(folder, `${nth}.db`);
  setFault(folder, { what: "no-growth", nth, often: "once" });
  const code = await refusalOf(path);
  // The first growth after the opening is ours.
  const isBeyond = !hasRoom();
  setFault(folder, null);
  const problem = await refusalOf(path);
  process.stdout.write(`${JSON.stringify({ nth, code, problem } satisfies Opening)}\n`);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  if (isBeyond) break;
}

async function refusalOf(path: string): Promise<string | null> {
  try {
    await openSqlite(path).close();
    return null;
  } catch (error) {
    return error instanceof SagaError ? error.code : String(error);
  }
}

function hasRoom(): boolean {
  try {
    writeFileSync(join(folder, "room"), "some");
    return true;
  } catch {
    return false;
  }
}
