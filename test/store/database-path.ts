/** Paths of databases that are removed when their test is over. */
import { join } from "node:path";
import { folderOfTest } from "../fixtures/folder.ts";

/** A path in a folder of its own; there is no file yet. */
export function freshDatabasePath(): string {
  return join(folderOfTest(), "sagas.db");
}
