/** A machines folder that a test may change: a copy of the order saga, within this project, so that it finds its packages. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

export function machinesAtHand(): string {
  const folder = copied();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same for a whole file of tests. */
export function machinesForFile(): string {
  const folder = copied();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function copied(): string {
  const folder = mkdtempSync(".machines-");
  for (const name of ["order", "calls"]) {
    cpSync(join("machines", name), join(folder, name), { recursive: true });
  }
  return folder;
}
