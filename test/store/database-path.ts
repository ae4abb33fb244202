/** Paths of databases that are removed when their test is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A path in a folder of its own; there is no file yet. */
export function freshDatabasePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "sagas.db");
}
