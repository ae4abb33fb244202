/**
 * The files of charts on disk: `<machines>/<saga>/chart.ts` and nothing else. A path is followed to where it
 * really leads before it is read or written; what leads out of the machines folder, or through a link, is refused.
 */
import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, lstat, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { SagaError } from "../errors.ts";

export interface ChartFile {
  readonly saga: string;
  /** Absolute. */
  readonly path: string;
  /** The folder of the saga, absolute. */
  readonly folder: string;
  /** Relative to the folder of the project, for people. */
  readonly shownPath: string;
}

export interface ChartText {
  readonly text: string;
  /** Of the bytes; what `If-Match` compares. */
  readonly sha: string;
}

/** A hand-written chart of a thousand lines has 40 kB. */
const BYTES_MAX = 1_000_000;

const FOLDER_NAME = /^[A-Za-z0-9_][\w.-]{0,199}$/;

/** @throws {SagaError} SAGA_SOURCE_NOT_FOUND if there is no such chart, or not one that may be edited. */
export async function findChart(machinesPath: string, saga: string): Promise<ChartFile> {
  if (!FOLDER_NAME.test(saga)) throw notFound(saga, "its name is none of a folder");
  const root = await real(resolve(machinesPath), saga);
  const folder = join(root, saga);
  const path = join(folder, "chart.ts");
  // Neither it nor its folder is a link, so it is where it seems to be: inside.
  if ((await real(path, saga)) !== path) throw notFound(saga, "it is a link");
  const info = await lstat(path);
  if (!info.isFile()) throw notFound(saga, "chart.ts is no file");
  const shownPath = relative(process.cwd(), path);
  return { saga, path, folder, shownPath: shownPath.startsWith("..") ? path : shownPath };
}

async function real(path: string, saga: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    throw notFound(saga, "there is no file chart.ts in its folder");
  }
}

function notFound(saga: string, why: string): SagaError {
  return new SagaError(
    "SAGA_SOURCE_NOT_FOUND",
    `the chart of ${JSON.stringify(saga.slice(0, 100))} cannot be edited: ${why}`,
  );
}

export async function readChart({ path, shownPath }: ChartFile): Promise<ChartText> {
  const { size } = await stat(path);
  if (size > BYTES_MAX) {
    throw new SagaError("SAGA_SOURCE_INVALID", `${shownPath} is larger than ${BYTES_MAX} bytes`);
  }
  const bytes = await readFile(path);
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) {
    throw new SagaError("SAGA_SOURCE_INVALID", `${shownPath} is no UTF-8`);
  }
  return { text, sha: shaOf(bytes) };
}

export function shaOf(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Writes a chart at once or not at all: into a file beside it, which then takes its place.
 *
 * @throws {SagaError} SAGA_SOURCE_CHANGED if it is no more what it was, SAGA_SOURCE_NOT_WRITTEN if it cannot be.
 */
export async function writeChart(file: ChartFile, text: string, sha: string): Promise<ChartText> {
  const temporary = join(file.folder, `.chart-${randomUUID()}.tmp`);
  try {
    await access(file.path, constants.W_OK);
    const { mode } = await stat(file.path);
    // Not where somebody has put a link meanwhile.
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    // As late as can be, so that what another editor wrote meanwhile is not lost.
    await assertUnchanged(file, sha);
    await rename(temporary, file.path);
  } catch (cause) {
    await rm(temporary, { force: true });
    if (cause instanceof SagaError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SagaError("SAGA_SOURCE_NOT_WRITTEN", `${file.shownPath} cannot be written: ${why}`, {
      cause,
    });
  }
  return { text, sha: shaOf(text) };
}

/** @throws {SagaError} SAGA_SOURCE_CHANGED with what it is now in `sha`. */
async function assertUnchanged(file: ChartFile, sha: string): Promise<void> {
  const now = await readChart(file);
  if (now.sha === sha) return;
  throw new SagaError("SAGA_SOURCE_CHANGED", `${file.shownPath} was changed on disk meanwhile`, {
    details: { sha: now.sha },
  });
}
