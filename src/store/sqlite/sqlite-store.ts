/* oxlint-disable eslint/max-lines -- the port has that many verbs, and each is a line or two here */
/**
 * The store port on SQLite.
 *
 * A batch is one transaction with one fsync.
 */
import type { Database } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type {
  AbandonedEffect,
  ClaimedEffect,
  CommitOutcome,
  Damage,
  DwellTime,
  DueTimer,
  EffectRef,
  FeedPage,
  FeedQuery,
  InstanceCount,
  InstanceKey,
  InstancePage,
  InstanceQuery,
  JournalEntry,
  LimitedInstance,
  ParkingInstance,
  DueSchedule,
  Quarantine,
  RecordedAnswer,
  ScheduleKey,
  ScheduleRecord,
  Store,
  StoredInstance,
  StoreRemark,
  WriteSet,
} from "../store.ts";
import type { ChildRef, MessageRecord, StoredAction, StoredMessage } from "../family.ts";
import type { Deletion, EndedCursor } from "../retention.ts";
import type { Durability } from "./connection.ts";
import { prepareOwnerOf } from "./damage.ts";
import type { OnDamageOf } from "./damage.ts";
import { prepareFamily, type Family } from "./family-queries.ts";
import { prepareFeed, type Feed } from "./feed-queries.ts";
import type { Fence } from "./fence.ts";
import { createGuest, type Guest } from "./guest.ts";
import { Heads } from "./heads.ts";
import { prepareLeases, type ClaimOptions, type Leases } from "./leases.ts";
import { probeDatabase } from "./probe.ts";
import { prepareQuarantine } from "./quarantine.ts";
import { prepareQueries, type Queries } from "./queries.ts";
import { prepareRetention, type Retention } from "./retention.ts";
import type { DwellFilter } from "./search-dwell.ts";
import { prepareSearch, type Search } from "./search.ts";
import { prepareSchedules, type Schedules } from "./schedules.ts";
import { toStoreError } from "./sqlite-errors.ts";
import { once } from "./statements.ts";
import { Transactor } from "./transactor.ts";
import { checkWriteSet, prepareWriter, type Writer } from "./write-set.ts";

export interface SqliteStoreOptions {
  /** With all settings made and the schema in place. The store closes it, unless it `isLent`. */
  readonly client: Database;
  readonly isLent?: boolean;
  /** Instances whose place in the file is remembered. Left out: as many as the runtime keeps. */
  readonly headsMax?: number | undefined;
  /** Number of this opening, the owner of its leases. */
  readonly epoch: number;
  /** Left out: `full`. */
  readonly durability?: Durability;
  /** Called in each transaction before anything else. Left out: whoever has the connection has the file. */
  readonly fence?: Fence;
  /** Called when the store is closed and the file has all that was committed. */
  readonly onCheckpointed?: () => void;
  /** Called last when the store is closed. */
  readonly release: () => void;
}

interface Page {
  readonly afterPosition: number;
  readonly limit: number;
}

export class SqliteStore implements Store {
  readonly #client: Database;
  readonly #options: SqliteStoreOptions;
  readonly #queries: Queries;
  readonly #feed: () => Feed;
  readonly #family: Family;
  readonly #guest: Guest;
  readonly #leases: Leases;
  readonly #schedules: Schedules;
  readonly #quarantine: ReturnType<typeof prepareQuarantine>;
  readonly #writer: Writer;
  readonly #deleteEnded: () => Retention;
  readonly #search: () => Search;
  readonly #transactor: Transactor;
  #onDamage: (damage: Damage) => void = () => {};

  constructor(options: SqliteStoreOptions) {
    const { client, epoch } = options;
    this.#client = client;
    this.#options = options;
    const onDamage = (damage: Damage): void => this.#onDamage(damage);
    const ownerOf = once(() => prepareOwnerOf(client));
    const onDamageOf: OnDamageOf = (instance, what) => {
      const key = ownerOf()(instance);
      if (key !== null) onDamage({ key, what });
    };
    const heads = new Heads(options.headsMax);
    this.#queries = prepareQueries(client, { onDamage: onDamageOf, heads });
    this.#feed = once(() => prepareFeed(client));
    this.#family = prepareFamily(client, onDamage);
    this.#guest = createGuest(client);
    this.#leases = prepareLeases(client, { epoch, onDamage: onDamageOf });
    this.#schedules = prepareSchedules(client);
    this.#quarantine = prepareQuarantine(client);
    this.#writer = prepareWriter(client, { epoch, heads });
    this.#deleteEnded = once(() => prepareRetention(client));
    this.#search = once(() => prepareSearch(drizzle(client)));
    this.#transactor = new Transactor(client, options.fence ?? (() => {}));
  }

  async probe(): Promise<void> {
    this.#transactor.guard(() => probeDatabase(this.#client));
  }

  remarks(): readonly StoreRemark[] {
    if (this.#options.durability !== "relaxed") return [];
    const text = "acknowledged events may be lost when the power fails (durability: relaxed)";
    return [{ code: "durability-relaxed", text }];
  }

  async commit(writeSets: readonly WriteSet[]): Promise<readonly CommitOutcome[]> {
    for (const writeSet of writeSets) checkWriteSet(writeSet);
    if (writeSets.length === 0) return [];

    const leftOut = new Map<number, CommitOutcome>();
    for (;;) {
      const { outcomes, isWhole } = this.#transactor.transact(
        () => this.#applyBatch(writeSets, leftOut),
        (run) => run.isWhole,
      );
      if (!isWhole) continue;
      this.#writer.keep();
      return outcomes;
    }
  }

  async commitWith(work: (tx: unknown) => WriteSet): Promise<CommitOutcome> {
    const threw: unknown[] = [];
    const outcome = this.#transactor.transact(
      () => {
        const writeSet = this.#guest.run((tx) => {
          try {
            return work(tx);
          } catch (error) {
            threw.push(error);
            return null;
          }
        });
        if (writeSet === null) return null;
        checkWriteSet(writeSet);
        this.#writer.begin();
        const applied = this.#writer.apply(writeSet);
        if (applied === "committed") this.#writer.finish();
        return applied;
      },
      (applied) => applied === "committed",
    );
    // Thrown here, so that an error of the user's own is not taken for one of this database.
    if (outcome === null) throw threw[0];
    if (outcome === "committed") this.#writer.keep();
    return outcome;
  }

  async claimEffects(options: ClaimOptions): Promise<readonly ClaimedEffect[]> {
    checkLimit(options.limit);
    const claimable = this.#transactor.guard(() => this.#leases.findClaimable(options));
    if (claimable.length === 0) return [];
    return this.#transactor.transact(() =>
      claimable.map((effect) => this.#leases.claim(effect, options)),
    );
  }

  async extendLeases(
    effects: readonly (InstanceKey & EffectRef)[],
    leaseUntilMs: number,
  ): Promise<void> {
    if (effects.length === 0) return;
    this.#transactor.transact(() => {
      for (const effect of effects) this.#leases.extend(effect, leaseUntilMs);
    });
  }

  async load(key: InstanceKey): Promise<StoredInstance | null> {
    return this.#transactor.guard(() => this.#queries.load.one(key));
  }

  async loadMany(keys: readonly InstanceKey[]): Promise<readonly (StoredInstance | null)[]> {
    return this.#transactor.guard(() => this.#queries.load.many(keys));
  }

  async findAnswer(key: InstanceKey, eventId: string): Promise<RecordedAnswer | null> {
    return this.#transactor.guard(() => this.#queries.findAnswer(key, eventId));
  }

  async readJournal(
    key: InstanceKey,
    page: { afterRevision: number; limit: number },
  ): Promise<readonly JournalEntry[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#queries.readJournal(key, page));
  }

  async readFeed(query: FeedQuery): Promise<FeedPage> {
    checkLimit(query.limit);
    return this.#transactor.guard(() => this.#feed().read(query));
  }

  async lastPosition(): Promise<number> {
    return this.#transactor.guard(() => this.#feed().lastPosition());
  }

  async findTimers(limit: number): Promise<readonly DueTimer[]> {
    checkLimit(limit);
    return this.#transactor.guard(() => this.#queries.findTimers(limit));
  }

  async findAbandoned(limit: number): Promise<readonly AbandonedEffect[]> {
    checkLimit(limit);
    return this.#transactor.guard(() => this.#leases.findAbandoned(limit));
  }

  async findInstances(query: InstanceQuery): Promise<InstancePage> {
    checkLimit(query.limit);
    return this.#transactor.guard(() => this.#search().find(query));
  }

  async countInstances(filter: { saga?: string }): Promise<readonly InstanceCount[]> {
    return this.#transactor.guard(() => this.#search().count(filter));
  }

  async dwellTimes(filter: DwellFilter): Promise<readonly DwellTime[]> {
    checkLimit(filter.entries);
    return this.#transactor.guard(() => this.#search().dwell(filter));
  }

  async findParked(page: {
    afterPosition: number;
    limit: number;
  }): Promise<readonly ParkingInstance[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#queries.findParked(page));
  }

  async readMessages(to: InstanceKey, limit: number): Promise<readonly StoredMessage[]> {
    checkLimit(limit);
    return this.#transactor.guard(() => this.#family.readMessages(to, limit));
  }

  async findMessages(page: Page): Promise<readonly StoredMessage[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#family.findMessages(page));
  }

  async dropMessages(positions: readonly number[]): Promise<void> {
    this.#transactor.transact(() => positions.forEach((position) => this.#family.drop(position)));
  }

  async readActions(of: InstanceKey, limit: number): Promise<readonly StoredAction[]> {
    checkLimit(limit);
    return this.#transactor.guard(() => this.#family.readActions(of, limit));
  }

  async findActions(page: Page): Promise<readonly (InstanceKey & { readonly position: number })[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#family.findActions(page));
  }

  async finishActions(
    finished: readonly { readonly position: number; readonly sent: readonly MessageRecord[] }[],
  ): Promise<void> {
    this.#transactor.transact(() => {
      for (const { position, sent } of finished) {
        // One that is gone was performed before, and has sent what it sends.
        if (this.#family.finishAction(position)) sent.forEach(this.#family.send);
      }
    });
  }

  async findLiveChildren(
    page: Page,
  ): Promise<readonly (InstanceKey & ChildRef & { readonly position: number })[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#family.findLiveChildren(page));
  }

  async findSystemId(root: InstanceKey, systemId: string): Promise<InstanceKey | null> {
    return this.#transactor.guard(() => this.#family.findSystemId(root, systemId));
  }

  async findLimited(page: {
    afterPosition: number;
    limit: number;
  }): Promise<readonly LimitedInstance[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#queries.findLimited(page));
  }

  async quarantine(key: InstanceKey, quarantine: Quarantine): Promise<void> {
    this.#transactor.transact(() => this.#quarantine(key, quarantine));
  }

  watchDamage(onDamage: (damage: Damage) => void): void {
    this.#onDamage = onDamage;
  }

  async deleteEnded(options: {
    beforeMs: number;
    rowsMax: number;
    after: EndedCursor | null;
  }): Promise<Deletion> {
    return this.#transactor.transact(() => this.#deleteEnded()(options));
  }

  async loadSchedule(key: ScheduleKey): Promise<ScheduleRecord | null> {
    return this.#transactor.guard(() => this.#schedules.load(key));
  }

  async putSchedules(
    records: readonly ScheduleRecord[],
  ): Promise<readonly ("committed" | "revision")[]> {
    if (records.length === 0) return [];
    return this.#transactor.transact(() =>
      records.map((record) => (this.#schedules.put(record) ? "committed" : "revision")),
    );
  }

  async deleteSchedule(key: ScheduleKey): Promise<boolean> {
    return this.#transactor.transact(() => this.#schedules.remove(key));
  }

  async listSchedules(
    saga: string,
    page: { afterId: string | null; limit: number },
  ): Promise<readonly ScheduleRecord[]> {
    checkLimit(page.limit);
    return this.#transactor.guard(() => this.#schedules.list(saga, page));
  }

  async countSchedules(saga: string): Promise<number> {
    return this.#transactor.guard(() => this.#schedules.count(saga));
  }

  async findSchedules(limit: number): Promise<readonly DueSchedule[]> {
    checkLimit(limit);
    return this.#transactor.guard(() => this.#schedules.find(limit));
  }

  /** What the last checkpoint cannot copy stays safe in the WAL: its error is thrown after all is closed. */
  async close(): Promise<void> {
    if (this.#transactor.isClosed) return;
    const isWhole = this.#transactor.close();
    try {
      if (isWhole) this.#checkpoint();
    } catch (error) {
      throw toStoreError(error);
    } finally {
      this.#closeAll();
    }
  }

  #checkpoint(): void {
    const [row] = this.#client.pragma("wal_checkpoint(TRUNCATE)") as readonly { busy: number }[];
    const { durability = "full", onCheckpointed } = this.#options;
    // A reader may hold it up: the rest is in the WAL then, which only `full` has synced.
    if (row?.busy === 0 || durability === "full") onCheckpointed?.();
  }

  #closeAll(): void {
    try {
      if (this.#options.isLent !== true) this.#client.close();
    } finally {
      this.#options.release();
    }
  }

  /**
   * A misfit is rare, so there is no savepoint for each write set: at the first one the run ends, it is
   * added to `leftOut` by its index, and the batch is rolled back and run again without it.
   */
  #applyBatch(
    writeSets: readonly WriteSet[],
    leftOut: Map<number, CommitOutcome>,
  ): { outcomes: readonly CommitOutcome[]; isWhole: boolean } {
    const outcomes: CommitOutcome[] = [];
    this.#writer.begin();
    for (const [index, writeSet] of writeSets.entries()) {
      const known = leftOut.get(index);
      const outcome = known ?? this.#writer.apply(writeSet);
      outcomes.push(outcome);
      // One that fails by revision has written nothing, and needs no second run.
      if (known === undefined && outcome !== "committed" && outcome !== "revision") {
        leftOut.set(index, outcome);
        return { outcomes, isWhole: false };
      }
    }
    this.#writer.finish();
    return { outcomes, isWhole: true };
  }
}

/** SQLite takes a negative limit for none at all. */
function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new Error(`limit is ${limit}; give an integer from 0`);
  }
}
