/** The rigs of one saga: they share its databases, and the saga with an exchangeable world behind it. */
import type { Samples } from "../check/samples.ts";
import type { AnySaga } from "../saga/define.ts";
import type { Store } from "../store/store.ts";
import { inFiles, inMemory } from "./databases.ts";
import type { Databases } from "./databases.ts";
import { settingOf } from "./position.ts";
import type { Setting } from "./position.ts";
import { Rig } from "./rig.ts";
import type { Boundary, Remains, Twin } from "./remains.ts";
import { sagaBehind } from "./world.ts";
import type { World } from "./world.ts";

export interface RigOptions {
  readonly samples: Samples;
  /** Opens a store on a file. Default: SQLite in memory. */
  readonly open?: (path: string) => Store;
}

/** Instances that follow each other in one database, so that it stays small. */
const INSTANCES_MAX = 50;

export class Rigs {
  readonly setting: Setting;
  readonly #saga: AnySaga;
  readonly #databases: Databases;
  readonly #rigs = new Set<Rig>();
  #world: World | null = null;
  #shared: { readonly rig: Rig; instances: number } | null = null;

  /** @throws {SagaError} SAGA_CHART_INVALID */
  constructor(saga: AnySaga, { samples, open }: RigOptions) {
    this.setting = settingOf(saga, samples);
    this.#databases = open === undefined ? inMemory() : inFiles(open);
    this.#saga = sagaBehind(saga, () => this.#world);
  }

  /**
   * A rig on what is left of another, or on a database of its own. One is used at a time: they share the world's
   * place. `onBoundary` is called around each write from the opening on.
   */
  async create(
    from?: Remains,
    onBoundary: (boundary: Boundary, rig: Rig) => void = () => {},
  ): Promise<Rig> {
    const rig = new Rig({
      setting: this.setting,
      saga: this.#saga,
      setWorld: (world) => (this.#world = world),
    });
    this.#rigs.add(rig);
    rig.onBoundary = onBoundary;
    await rig.open(from ?? { database: await this.#databases.empty() });
    return rig;
  }

  /** A rig that stands as another one did; null if what it needs did not lead there. */
  async twin({ remains, standing }: Twin): Promise<Rig | null> {
    const rig = await this.create(remains);
    if ((await rig.standing())?.text === standing) return rig;
    await this.release(rig);
    return null;
  }

  /** A rig for the next instance: opening a database costs as much as a path. */
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

  /** Releases a rig unless others follow in its database. */
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
    this.#databases.removeAll();
  }
}
