/**
 * The rig: the real runtime on a real database, with its clock and its world in the hands of a test, which makes one
 * move at a time and waits until nothing is left to do.
 *
 * A process that dies is played by the database as it lay at that moment: a new runtime opens a copy of it, and the
 * old one is let go of.
 */
import type { Move } from "../check/move.ts";
import { createRuntime, JOURNAL_PAGE_MAX } from "../runtime/runtime.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { InstanceView } from "../runtime/readers/view.ts";
import type { AnySaga } from "../saga/define.ts";
import { isEndPhase } from "../saga/phase.ts";
import type { Store } from "../store/store.ts";
import type { Evidence } from "./audit.ts";
import type { OpenDatabase } from "./databases.ts";
import { hasEffect } from "./answers.ts";
import type { LedgerEntry } from "./ledger.ts";
import { likenessOf } from "./likeness.ts";
import { ManualClock } from "./manual-clock.ts";
import { wordsOf } from "./path-name.ts";
import type { Setting, Settled } from "./position.ts";
import { begunAt } from "./remains.ts";
import type { Boundary, Place, Remains, Standing, Twin } from "./remains.ts";
import { CountedIds, storedText } from "./stored-text.ts";
import { World } from "./world.ts";
import type { AttemptName } from "./world.ts";

/** What all rigs of a saga share. */
export interface RigParts {
  readonly setting: Setting;
  /** The saga with a world behind it that may be exchanged. */
  readonly saga: AnySaga;
  readonly setWorld: (world: World) => void;
}

/** What a runtime runs on. */
interface Scene {
  readonly store: Store;
  readonly world: World;
  readonly clock: ManualClock;
  readonly database: OpenDatabase;
}

interface Opened extends Scene {
  readonly runtime: Runtime;
}

/** Lapses waited for before an attempt is taken to be never made. */
const LAPSES_MAX = 8;

export class Rig {
  readonly #parts: RigParts;
  #scene: Scene | null = null;
  #runtime: Runtime | null = null;
  #place: Place;
  #hasBegun = false;
  #hasCrashed = false;
  #hasAnswered = false;
  #firesAtMs = -Infinity;
  /** Called around each write of the runtime. */
  onBoundary: (boundary: Boundary, rig: Rig) => void = () => {};

  /** @internal Use `Rigs`. */
  constructor(parts: RigParts) {
    this.#parts = parts;
    this.#place = parts.setting;
  }

  get ledger(): readonly LedgerEntry[] {
    return this.#here.world.ledger;
  }

  get nowMs(): number {
    return this.#here.clock.now();
  }

  get place(): Place {
    return this.#place;
  }

  /** Whether the attempt has ended that the last move settles: what was in its way had to lapse before. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether it is the time of the timer that the last move fires: others may have to lapse before. */
  get hasFired(): boolean {
    return this.nowMs >= this.#firesAtMs;
  }

  /** Opens a runtime on what is left of another, or on an empty database. */
  async open(from: Remains | Pick<Remains, "database">): Promise<void> {
    const { setting, setWorld, saga } = this.#parts;
    const hasRun = "nowMs" in from;
    const remains = hasRun ? from : { ...begunAt(setting), ...from };
    this.#hasCrashed = remains.hasCrashed;
    this.#place = remains.place;
    const world = new World(setting, remains.ledger);
    setWorld(world);
    const clock = new ManualClock(remains.nowMs);
    const database = remains.database.open();
    const store = this.#watched(database.store);
    this.#scene = { store, world, clock, database };
    const { leaseMs } = setting;
    this.#runtime = await createRuntime({
      store,
      sagas: [saga],
      clock,
      random: new CountedIds(),
      leaseMs,
    });
    // What came due while nothing ran.
    if (hasRun) await clock.advance(0);
  }

  /** Starts the instance; again after a crash, as a client does that was not answered. */
  async begin(): Promise<void> {
    const { runtime, clock, world } = this.#now;
    const { saga, setting, setWorld } = this.#parts;
    setWorld(world);
    this.#hasBegun = true;
    const { instanceId } = this.#place;
    await runtime.start(saga, { instanceId, input: setting.samples.input });
    await clock.quiet();
  }

  /** Lets go of the instance, and of all that was done for it; the next one has this id. */
  async next(instanceId: string): Promise<void> {
    const { runtime, clock, world } = this.#now;
    if (this.#hasBegun) await this.#letGo(runtime, world);
    this.#hasBegun = false;
    this.#place = { instanceId, startMs: clock.now() };
  }

  async #letGo(runtime: Runtime, world: World): Promise<void> {
    const { clock } = this.#now;
    const { phase } = await this.view();
    if (!isEndPhase(phase)) {
      const reason = "the path ends here";
      const request = { operation: "terminate", reason, force: true } as const;
      await runtime.operate(this.#parts.saga, this.#place.instanceId, request);
    }
    world.end();
    await clock.quiet();
    const { activities } = await this.view();
    // An attempt that no world knows of lapses.
    if (activities.length > 0) await clock.advance(this.#parts.setting.leaseMs);
  }

  /**
   * Makes a move and lets all happen that follows from it. `index` names an event that is sent, so that it may be
   * sent again; `untilMs` is when a lapse is over, by default as soon as it can be.
   */
  async perform(
    move: Move,
    { index, untilMs }: { index: number; untilMs?: number },
  ): Promise<void> {
    this.#hasAnswered = false;
    this.#firesAtMs = -Infinity;
    // Others may have run since the last move.
    this.#parts.setWorld(this.#now.world);
    switch (move.kind) {
      case "send":
        return this.#send(move.event, `e-${index}`);
      case "fire":
        return this.#fire(move.event);
      case "settle": {
        const name = await this.#begun(move.activityId);
        this.#hasAnswered = true;
        this.#now.world.settle(name, move);
        return this.#now.clock.quiet();
      }
      case "takeEffect":
        return this.#now.world.takeEffect(await this.#begun(move.activityId));
      case "settleLate":
        return this.#settleLate(move);
      case "lapse":
        return this.#lapse(untilMs);
      case "crash":
        return this.#crash();
    }
  }

  async view(): Promise<InstanceView> {
    return this.#now.runtime.get(this.#parts.saga, this.#place.instanceId);
  }

  async settled(): Promise<Settled> {
    const { state, phase, revision, timers, activities } = await this.view();
    return {
      state,
      phase,
      revision,
      atMs: this.#now.clock.now() - this.#place.startMs,
      timers: timers.map(({ event }) => event).toSorted(),
      activities: activities
        .filter(({ status }) => status !== "abandoned")
        .map(({ activityId }) => activityId)
        .toSorted(),
    };
  }

  /** What the store and the world know of the instance. */
  async evidence(): Promise<Evidence> {
    const { store, world, clock } = this.#now;
    const key = { saga: this.#parts.saga.name, ...this.#place };
    const journal = await store.readJournal(key, { afterRevision: 0, limit: JOURNAL_PAGE_MAX });
    const stored = await store.load(key);
    if (stored === null) throw new Error("there is no instance");
    return { journal, stored, nowMs: clock.now(), ledger: world.ledger, open: world.open };
  }

  /** Null if the instance may have kin, which is not looked at. */
  async standing(): Promise<Standing | null> {
    const { store, world, clock, database } = this.#now;
    const { setting, saga } = this.#parts;
    if ([...setting.chart.actors.values()].some(({ kind }) => kind !== "activity")) return null;
    const key = { saga: saga.name, ...this.#place };
    const nowMs = clock.now();
    const told = database.tell(nowMs);
    const rows = told ?? (await storedText(store, key));
    if (rows === null) return null;
    const heard = { dueTimes: clock.dueTimes, ledger: world.ledger, open: world.open };
    const text = JSON.stringify([rows, nowMs, heard]);
    if (told === null || (await store.load(key))?.damage !== null) return { text, likeness: text };
    const likeness = likenessOf(setting, { ...key, ...heard, told, nowMs });
    return { text, likeness: likeness ?? text };
  }

  /** What would be left if the process died now. */
  remains(): Remains {
    const { database, clock, world } = this.#here;
    return {
      database: database.copy(),
      nowMs: clock.now(),
      ledger: world.ledger,
      place: this.#place,
      hasCrashed: true,
    };
  }

  /** `standing`: how it stands now. Null if its database cannot tell what a twin would find. */
  twin(standing: string): Twin | null {
    const remains = this.remains();
    const database = remains.database.unclaimed();
    if (database === null) return null;
    return { remains: { ...remains, database, hasCrashed: this.#hasCrashed }, standing };
  }

  async close(): Promise<void> {
    const scene = this.#scene;
    this.#scene = null;
    await this.#runtime?.close({ graceMs: 0 });
    this.#runtime = null;
    scene?.database.remove();
  }

  get #here(): Scene {
    if (this.#scene === null) throw new Error("the rig is closed");
    return this.#scene;
  }

  get #now(): Opened {
    if (this.#runtime === null) throw new Error("the rig is closed");
    return { ...this.#here, runtime: this.#runtime };
  }

  async #send(event: (Move & { kind: "send" })["event"], eventId: string): Promise<void> {
    const { runtime, clock } = this.#now;
    await runtime.send(this.#parts.saga, this.#place.instanceId, event, { eventId });
    await clock.quiet();
  }

  async #fire(eventType: string): Promise<void> {
    const { clock } = this.#now;
    const { timers } = await this.view();
    const due = timers.filter(({ event }) => event === eventType).map(({ dueAtMs }) => dueAtMs);
    if (due.length > 0) {
      this.#firesAtMs = Math.min(...due);
      await this.#settleLapsed(Math.min(...due));
      return clock.advance(Math.max(0, Math.min(...due) - clock.now()));
    }
    // After a crash it may have fired while a lapse was waited for.
    if (!this.#hasCrashed) {
      throw new Error(`${wordsOf({ kind: "fire", event: eventType })}: it is not set`);
    }
  }

  // An attempt that nobody waits for any more would have the runtime look after leases for months.
  async #settleLapsed(untilMs: number): Promise<void> {
    const { clock, world } = this.#now;
    const { leaseMs } = this.#parts.setting;
    if (untilMs - clock.now() <= leaseMs) return;
    await clock.advance(leaseMs);
    world.giveUp((await this.view()).activities);
    await clock.quiet();
  }

  /** The attempt in flight; one that is held back begins when what is in its way lapses. */
  async #begun(activityId: string): Promise<AttemptName> {
    for (let lapses = 0; lapses < LAPSES_MAX; lapses += 1) {
      const name = await this.#attemptOf(activityId, "live");
      if (name !== null && this.#now.world.isOpen(name)) return name;
      const [next] = await this.#now.store.findAbandoned(1);
      if (name === null || next === undefined) break;
      await this.#lapse();
    }
    const { state } = await this.view();
    throw new Error(`no attempt of ${activityId} is being made in state ${state}`);
  }

  async #settleLate(move: Move & { kind: "settleLate" }): Promise<void> {
    const { activityId } = move;
    const { world, clock } = this.#now;
    const name = await this.#attemptOf(activityId, "abandoned");
    if (name === null) {
      if (this.#hasCrashed) return;
      throw new Error(`no attempt of ${activityId} was left`);
    }
    // Lost with its process: nobody hears of its end, but it may have had its effect.
    if (!world.settle(name, move) && hasEffect(move.outcome)) world.takeEffect(name);
    await clock.quiet();
  }

  async #lapse(untilMs?: number): Promise<void> {
    const { store, clock } = this.#now;
    const [next] = await store.findAbandoned(1);
    const endMs = untilMs ?? next?.leaseUntilMs;
    // None is left if it has lapsed together with another.
    if (endMs !== undefined) await clock.advance(Math.max(0, endMs - clock.now()));
  }

  async #crash(): Promise<void> {
    const remains = this.remains();
    await this.close();
    await this.open(remains);
    remains.database.discard();
  }

  async #attemptOf(activityId: string, status: "live" | "abandoned"): Promise<AttemptName | null> {
    const { activities } = await this.view();
    const found = activities.find((one) => one.activityId === activityId && one.status === status);
    return found ?? null;
  }

  #watched(store: Store): Store {
    const commit: Store["commit"] = async (writeSets) => {
      this.onBoundary("before", this);
      const outcomes = await store.commit(writeSets);
      this.onBoundary("after", this);
      return outcomes;
    };
    const claimEffects: Store["claimEffects"] = async (options) => {
      const claimed = await store.claimEffects(options);
      if (claimed.length > 0) this.onBoundary("claimed", this);
      return claimed;
    };
    return new Proxy(store, {
      get: (target, name) => {
        if (name === "commit") return commit;
        if (name === "claimEffects") return claimEffects;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }
}
