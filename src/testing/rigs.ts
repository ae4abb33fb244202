/** The rigs of one saga: they share its folder of files, and the saga with an exchangeable world behind it. */
import type { Samples } from "../check/samples.ts";
import type { AnySaga } from "../saga/define.ts";
import { openSqlite } from "../store/sqlite/open.ts";
import type { Store } from "../store/store.ts";
import { DatabaseFolder } from "./database-files.ts";
import { settingOf } from "./position.ts";
import type { Setting } from "./position.ts";
import { Rig } from "./rig.ts";
import type { Remains } from "./rig.ts";
import { sagaBehind } from "./world.ts";
import type { World } from "./world.ts";

export interface RigOptions {
  readonly samples: Samples;
  /** Opens a store on a file. Default: `openSqlite`. */
  readonly open?: (path: string) => Store;
}

/** Instances that follow each other in one file, so that it stays small. */
const INSTANCES_MAX = 50;

export class Rigs {
  readonly setting: Setting;
  readonly #saga: AnySaga;
  readonly #open: (path: string) => Store;
  readonly #folder = new DatabaseFolder();
  readonly #rigs = new Set<Rig>();
  #world: World | null = null;
  #empty: string | null = null;
  #shared: { readonly rig: Rig; instances: number } | null = null;

  /** @throws {SagaError} SAGA_CHART_INVALID */
  constructor(saga: AnySaga, { samples, open = openSqlite }: RigOptions) {
    this.setting = settingOf(saga, samples);
    this.#open = open;
    this.#saga = sagaBehind(saga, () => this.#world);
  }

  /** A rig on what is left of another, or on a file of its own. One is used at a time: they share the world's place. */
  async create(from?: Remains): Promise<Rig> {
    const rig = new Rig({
      setting: this.setting,
      folder: this.#folder,
      open: this.#open,
      saga: this.#saga,
      setWorld: (world) => (this.#world = world),
    });
    this.#rigs.add(rig);
    await rig.open(from ?? { path: await this.#emptyFile() });
    return rig;
  }

  /** A rig for the next instance: opening a file costs more than most paths. */
  async share(): Promise<Rig> {
    const shared = this.#shared;
    if (shared === null || shared.instances >= INSTANCES_MAX) {
      if (shared !== null) await this.release(shared.rig);
      const rig = await this.create();
      this.#shared = { rig, instances: 1 };
      return rig;
    }
    shared.instances += 1;
    await shared.rig.next(`i-${shared.instances}`);
    return shared.rig;
  }

  /** Releases a rig unless others follow in its file. */
  async done(rig: Rig): Promise<void> {
    if (this.#shared?.rig !== rig) await this.release(rig);
  }

  async release(rig: Rig): Promise<void> {
    this.#rigs.delete(rig);
    if (this.#shared?.rig === rig) this.#shared = null;
    await rig.close();
  }

  async close(): Promise<void> {
    for (const rig of this.#rigs) await rig.close();
    this.#rigs.clear();
    this.#folder.removeAll();
  }

  // Its schema is made once, and copied.
  async #emptyFile(): Promise<string> {
    if (this.#empty === null) {
      this.#empty = this.#folder.path();
      await this.#open(this.#empty).close();
    }
    return this.#empty;
  }
}
