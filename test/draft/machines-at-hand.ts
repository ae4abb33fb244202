/** A machines folder that a test may change: a copy of the order saga, within this project, so that it finds its packages. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export function machinesAtHand(): string {
  const folder = mkdtempSync(join("test", "draft", ".machines-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["order", "calls"]) {
    cpSync(join("machines", name), join(folder, name), { recursive: true });
  }
  return folder;
}
