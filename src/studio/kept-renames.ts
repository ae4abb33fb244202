/**
 * What was renamed and moved since a version of a saga: kept in `renames.json` beside its chart, by the version whose
 * instances stand under the names before. A comparison begins with it, so whoever moves instances need not guess.
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Operation } from "../edit/operation.ts";
import { pathAfter, renamesOf } from "../edit/renames.ts";
import type { Rename } from "../edit/renames.ts";
import { SagaError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";

const FILE = "renames.json";

/** By version, dotted paths of states before to those after. */
type Kept = Readonly<Record<string, Readonly<Record<string, string>>>>;

const KeptSchema = z.record(z.string().regex(/^[1-9]\d*$/), z.record(z.string(), z.string()));

/** The newest version of a saga that runs here; null: none does, so nothing stands under its names. */
export function runningVersion(runtime: Runtime, saga: string): number | null {
  const versions = runtime
    .sagas()
    .flatMap((chart) => (chart.saga.name === saga ? [chart.saga.version] : []));
  return versions.length === 0 ? null : Math.max(...versions);
}

export class KeptRenames {
  readonly #path: string;

  /** @param folder Of the saga, absolute. */
  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /**
   * All renames, with those of operations on the chart whose last version that ran is this one; null: nothing changes.
   *
   * @throws {SagaError} SAGA_SOURCE_INVALID if what is kept cannot be read.
   */
  after(version: number | null, operations: readonly Operation[]): Kept | null {
    if (version === null || renamesOf(operations).length === 0) return null;
    const kept = this.#read();
    const renames = renamesOf(operations, listOf(kept[version]));
    return { ...kept, [version]: Object.fromEntries(renames.map(({ from, to }) => [from, to])) };
  }

  /** From the states of a version to those of the file as it is now. */
  since(version: number): Readonly<Record<string, string>> {
    const maps = Object.entries(this.#read())
      .filter(([since]) => Number(since) >= version)
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([, map]) => listOf(map));
    const froms = new Set(maps.flatMap((map) => map.map(({ from }) => from)));
    return Object.fromEntries(
      [...froms].map((from) => [from, maps.reduce((path, map) => pathAfter(map, path), from)]),
    );
  }

  write(kept: Kept | null): void {
    if (kept === null) return;
    const entries = Object.entries(kept).filter(([, map]) => Object.keys(map).length > 0);
    if (entries.length === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    const temporary = `${this.#path}.tmp`;
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, {
      flag: "wx",
    });
    renameSync(temporary, this.#path);
  }

  #read(): Kept {
    const info = lstatSync(this.#path, { throwIfNoEntry: false });
    if (info === undefined) return {};
    try {
      if (!info.isFile()) throw new Error("it is no file");
      return KeptSchema.parse(JSON.parse(readFileSync(this.#path, "utf8")));
    } catch (cause) {
      throw new SagaError(
        "SAGA_SOURCE_INVALID",
        `${this.#path} is no map of renames by version; mend it, or move it away`,
        { cause },
      );
    }
  }
}

function listOf(map: Readonly<Record<string, string>> = {}): readonly Rename[] {
  return Object.entries(map).map(([from, to]) => ({ from, to }));
}
