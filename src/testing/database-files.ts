/**
 * Database files of tests: in memory where the system has a folder for that, and copied as they lie there, which
 * is what a process that dies leaves behind.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Linux keeps this folder in memory; what a test writes there is gone with the machine, which is soon enough. */
const MEMORY_FOLDER = "/dev/shm";
const FILE = "sagas.db";

/** A folder for database files, and all that was copied from them. */
export class DatabaseFolder {
  readonly #root: string;
  #count = 0;

  constructor() {
    const parent = existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir();
    this.#root = mkdtempSync(join(parent, "sagachart-"));
  }

  /** A path for a new database; with `from` it is what lies there now. */
  path(from?: string): string {
    this.#count += 1;
    const folder = join(this.#root, String(this.#count));
    mkdirSync(folder);
    if (from !== undefined) copyFiles(join(from, ".."), folder);
    return join(folder, FILE);
  }

  remove(path: string): void {
    rmSync(join(path, ".."), { recursive: true, force: true });
  }

  removeAll(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

// The lock belongs to the owner that has died, and the shared memory beside the file to its process. Copying drops
// the locks that this process has on the file (POSIX), which nobody else is there to notice.
function copyFiles(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.endsWith(".lock") || name.endsWith("-shm")) continue;
    copyFileSync(join(from, name), join(to, name));
  }
}
