/**
 * The fence before each transaction: a process that has lost its file must not write to it any more.
 *
 * It was paused so long that somebody broke its lock and opened the file; or the file was exchanged under it, and
 * what it writes would be gone with the last descriptor.
 */
import { statSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { SagaError } from "../../errors.ts";

export type Fence = () => void;

/** `file` is null if there is none. The fence throws SAGA_STORE_TAKEN; it is called inside the transaction. */
export function createFence(client: Database, file: string | null, epoch: number): Fence {
  const readEpoch = client.prepare<[], number>("SELECT epoch FROM meta WHERE id = 1").pluck();
  const place = placeOf(file);
  return () => {
    if (placeOf(file) !== place) throw taken(client.name, "another file lies there, or none");
    const found = readEpoch.get();
    if (found !== epoch) {
      throw taken(client.name, `opening ${found ?? "none"} has it, and this is ${epoch}`);
    }
  };
}

/** Which file lies under a name. `stat` opens nothing, so it drops no locks. */
function placeOf(file: string | null): string | null {
  if (file === null) return null;
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

function taken(name: string, why: string): SagaError {
  return new SagaError(
    "SAGA_STORE_TAKEN",
    `"${name}" is not this process's any more (${why}); nothing was written, and nothing will be until it is opened again`,
  );
}
