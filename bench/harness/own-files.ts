/** Files in a folder of their own: whatever a store lays beside its file goes with it. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Gives `work` the path of a file that is not there yet, and deletes what is there afterwards. */
export async function withNewFile<Result>(
  within: string,
  work: (path: string) => Promise<Result> | Result,
): Promise<Result> {
  const folder = mkdtempSync(join(within, "own-"));
  try {
    return await work(join(folder, "own.db"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives `work` a fresh copy of a database file that is closed, and deletes it afterwards. */
export async function withCopy<Result>(
  file: { readonly path: string; readonly within: string },
  work: (copyPath: string) => Promise<Result>,
): Promise<Result> {
  return withNewFile(file.within, async (path) => {
    copyFileSync(file.path, path);
    return work(path);
  });
}
