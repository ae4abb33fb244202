/**
 * The starts that wait for the room of their key, as the limits of their sagas say. The rows are the truth: an
 * instance that waits is there and has not begun. Here is who counts, and whose turn it is.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import type { Chart } from "../../saga/chart.ts";
import type { InstanceKey, Limited, Store } from "../../store/store.ts";
import { Alarm } from "./alarm.ts";
import { limitKeyOf } from "../decisions/begin.ts";
import type { StartFacts } from "../decisions/begin.ts";
import { addressOf } from "../instance.ts";
import { KeyLimits, toKeyLimit } from "./key-limits.ts";
import type { KeyLimit } from "./key-limits.ts";
import type { Registry } from "../registry.ts";
import type { Prepared } from "../decisions/write-set.ts";

/** Starts that wait in one process. More is a limit that is too narrow for what comes, and is told so. */
export const WAITING_STARTS_MAX = 10_000;

const PAGE = 1_000;

export interface StartQueueOptions {
  readonly store: Pick<Store, "findLimited">;
  readonly registry: Registry;
  readonly clock: Clock;
  /** There is room for it: brings the instance to its first step. */
  readonly begin: (key: InstanceKey) => void;
}

/** An instance that counts under a key. */
type Start = InstanceKey;

/** Where an instance waits. */
export interface WaitingPlace {
  readonly key: string;
  /** Counts from 1: the one that begins next. */
  readonly position: number;
}

export class StartQueue {
  readonly #options: StartQueueOptions;
  readonly #limits = new KeyLimits<Start>();
  readonly #starts = new Map<string, Start>();
  /** Starts that will wait once they are committed. */
  #entering = 0;
  readonly #alarm: Alarm;
  #open = true;

  constructor(options: StartQueueOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#serve());
  }

  /** Reads who counts, in the order of their starts. */
  async begin(): Promise<void> {
    const { store, registry } = this.#options;
    for (let afterPosition = 0, isLast = false; !isLast;) {
      const page = await store.findLimited({ afterPosition, limit: PAGE });
      for (const { saga, instanceId, version, limited } of page) {
        const limit = limitOf(registry.find(saga, version));
        this.#put({ saga, instanceId }, limited, limit);
      }
      isLast = page.length < PAGE;
      afterPosition = page.at(-1)?.position ?? afterPosition;
    }
    this.#serve();
  }

  /**
   * Takes room for a start, or says that it has to wait; null if no limit counts it. `leave` gives the room back
   * if nothing comes of it. A fork is never made to wait.
   *
   * @throws {SagaError} SAGA_STARTS_FULL, SAGA_TRANSITION_FAILED if the limit cannot tell its key.
   */
  enter(
    chart: Chart,
    name: InstanceKey,
    { mayWait, ...facts }: StartFacts & { readonly mayWait: boolean },
  ): Limited | null {
    const key = limitKeyOf(chart, facts);
    if (key === null) return null;
    const limit = limitOf(chart);
    const id = `${chart.saga.name}/${key}`;
    const start = toStart(name);
    const { clock } = this.#options;
    if (!mayWait) this.#limits.count(id, limit, start);
    else if (!this.#limits.take(id, { limit, item: start, nowMs: clock.monotonic() })) {
      if (this.#limits.waiting + this.#entering >= WAITING_STARTS_MAX) {
        throw new SagaError(
          "SAGA_STARTS_FULL",
          `${WAITING_STARTS_MAX} starts wait for the limits of their sagas already; send it again later`,
        );
      }
      this.#entering += 1;
      return { key, waits: true };
    }
    this.#starts.set(addressOf(name), start);
    return { key, waits: false };
  }

  /** Nothing came of a start that had entered. */
  leave(name: InstanceKey, limited: Limited | null): void {
    if (limited?.waits === true) this.#entering -= 1;
    else this.#release(name);
  }

  /** Follows what was committed: who waits now, who does not count any more, and who goes on. */
  committed({ before, next }: Prepared): void {
    const { chart, record } = next;
    const { limited } = record;
    if (limited === null) {
      this.#release(record);
    } else if (before === null && limited.waits) {
      this.#entering -= 1;
      this.#put(record, limited, limitOf(chart));
      this.#serve();
    } else if (limited.waits && record.suspended === null) {
      this.#goOn(record);
    }
  }

  /** Its turn may have come while it was held still. */
  #goOn(name: InstanceKey): void {
    const start = this.#starts.get(addressOf(name));
    if (start !== undefined && this.#limits.waitsFor(start) === null) this.#options.begin(start);
  }

  /** Null if it does not wait. */
  placeOf(name: InstanceKey): WaitingPlace | null {
    const start = this.#starts.get(addressOf(name));
    const place = start === undefined ? null : this.#limits.placeOf(start);
    return place && { key: place.id.slice(name.saga.length + 1), position: place.position };
  }

  close(): void {
    this.#open = false;
    this.#alarm.set(null);
  }

  #put(name: InstanceKey, { key, waits }: Limited, limit: KeyLimit): void {
    const start = toStart(name);
    this.#starts.set(addressOf(name), start);
    const id = `${name.saga}/${key}`;
    if (waits) this.#limits.add(id, limit, start);
    else this.#limits.count(id, limit, start);
  }

  #release(name: InstanceKey): void {
    if (this.#starts.size === 0) return;
    const address = addressOf(name);
    const start = this.#starts.get(address);
    if (start === undefined) return;
    this.#starts.delete(address);
    this.#limits.release(start);
    this.#serve();
  }

  #serve(): void {
    const { clock, begin } = this.#options;
    while (this.#open) {
      const start = this.#limits.next(clock.monotonic());
      if (start === null) break;
      begin(start);
    }
    this.#sleep();
  }

  // Room that is released is served at once; a rate is the only thing that time alone gives back.
  #sleep(): void {
    this.#alarm.set(this.#open ? this.#limits.wakeAtMs() : null);
  }
}

function toStart({ saga, instanceId }: InstanceKey): Start {
  return { saga, instanceId };
}

/** A limit that a new version of the program has taken away holds nobody back. */
function limitOf(chart: Chart | null): KeyLimit {
  return toKeyLimit(chart?.saga.limits.instances ?? {});
}
