/**
 * The folder of the sagas, for what the Studio writes anew: a test, an imported saga. It writes nothing over what is
 * there, and nothing outside: the real path of the nearest folder that exists must be inside the real machines folder.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { SagaError } from "../errors.ts";

export interface SagaFolderOptions {
  readonly machinesPath: string;
  /** Whether anything may be written: while one writes sagas, not in production. */
  readonly isWritable: boolean;
}

export class SagaFolder {
  readonly #root: string;
  readonly machinesPath: string;
  readonly isWritable: boolean;

  constructor({ machinesPath, isWritable }: SagaFolderOptions) {
    this.machinesPath = machinesPath;
    this.#root = resolve(machinesPath);
    this.isWritable = isWritable;
  }

  /** Whether the path is inside the folder, links followed. */
  holds(path: string): boolean {
    let nearest = resolve(path);
    while (!existsSync(nearest)) nearest = dirname(nearest);
    return existsSync(this.#root) && isInside(realpathSync(nearest), realpathSync(this.#root));
  }

  /** Whether a folder of that name is there. */
  has(name: string): boolean {
    // Also what leads nowhere.
    return lstatSync(join(this.#root, name), { throwIfNoEntry: false }) !== undefined;
  }

  /** Names of the folders that have a chart. */
  charts(): readonly string[] {
    if (!existsSync(this.#root)) return [];
    return readdirSync(this.#root, { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && existsSync(join(this.#root, entry.name, "chart.ts")),
      )
      .map(({ name }) => name);
  }

  /** The folder of a saga, absolute. */
  folderOf(saga: string): string {
    return join(this.#root, saga);
  }

  /**
   * Writes a new file under the first of its names that is free, and tells the path.
   *
   * @throws {SagaError} SAGA_FILE_REFUSED if nothing may be written, or not there.
   */
  writeFree(path: string, text: string): string {
    const [, stem = path, rest = ""] = /^(.*?)((?:\.simulated)?\.test\.ts)$/.exec(path) ?? [];
    for (let count = 1; count <= NAMES_MAX; count += 1) {
      const free = count === 1 ? path : `${stem}-${count}${rest}`;
      if (!existsSync(resolve(free))) {
        this.writeNew([{ path: free, text }]);
        return free;
      }
    }
    throw refused(`there are ${NAMES_MAX} tests of this name already; move some away`);
  }

  /**
   * Writes new files, all of them or none.
   *
   * @throws {SagaError} SAGA_FILE_REFUSED if nothing may be written, or not there, or one of them exists.
   */
  writeNew(files: readonly { readonly path: string; readonly text: string }[]): void {
    if (!this.isWritable) throw refused("this server writes no files: it runs in production");
    for (const { path } of files) {
      if (!this.holds(path)) throw refused(`${path} is not inside ${this.machinesPath}`);
      if (existsSync(resolve(path))) throw refused(`${path} is there already; use another name`);
    }
    for (const { path, text } of files) {
      mkdirSync(dirname(resolve(path)), { recursive: true });
      // Fails if somebody else was faster.
      writeFileSync(resolve(path), text, { flag: "wx" });
    }
  }
}

/** Tests of the same name that are told apart by a number. */
const NAMES_MAX = 100;

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function refused(why: string): SagaError {
  return new SagaError("SAGA_FILE_REFUSED", why);
}
