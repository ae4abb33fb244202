/**
 * The ballast: a file beside the database that takes up space for nobody, until an operator deletes it.
 *
 * On a full disk nothing can be deleted from a database, or copied into it from its WAL: that takes space first. So
 * some is set aside while there is enough.
 */
import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** So many times its size must be free, so that the ballast is not what fills the disk. */
const ROOM_FACTOR = 4;
const CHUNK_BYTES = 1024 * 1024;

/** `there`: it was; `made`: now; `no-room`: there is too little space for it; `unwanted`: of no size. */
export type Ballast = "there" | "made" | "no-room" | "unwanted";

/** Makes the ballast of a database, unless there is one of any size. */
export async function keepBallast(databasePath: string, bytes: number): Promise<Ballast> {
  if (bytes === 0) return "unwanted";
  const path = ballastPath(databasePath);
  if ((await stat(path).catch(nullIfMissing)) !== null) return "there";
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < ROOM_FACTOR * bytes) return "no-room";
  const part = `${path}.part`;
  try {
    await fill(part, bytes);
    await rename(part, path);
    return "made";
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

export function ballastPath(databasePath: string): string {
  return `${databasePath}.ballast`;
}

async function fill(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    // Not zeros, which some file systems do not store.
    const chunk = Buffer.alloc(CHUNK_BYTES, "ballast: delete this file when the disk is full. ");
    for (let left = bytes; left > 0; left -= chunk.length) {
      await file.write(chunk, 0, Math.min(left, chunk.length));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
