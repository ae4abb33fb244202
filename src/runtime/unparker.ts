/**
 * The unparker: has parked events delivered as soon as their instances can take them. After each transition
 * it has the instance look; at the start, all instances that have some, since the last process may have died in between.
 */
import type { Clock } from "../clock.ts";
import type { InstanceKey, Store } from "../store/store.ts";
import { addressOf } from "./instance.ts";
import type { Instance } from "./instance.ts";
import type { Taken } from "./mover.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Prepared } from "./decisions/write-set.ts";

export interface UnparkerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Delivers what an instance takes now, once. */
  readonly unpark: (key: InstanceKey) => Promise<Taken>;
  /** The same, again and again until the chart can take it. */
  readonly insist: (key: InstanceKey) => Promise<unknown>;
}

/** The moves of an instance in its mailbox. */
export interface Moves {
  readonly load: () => Promise<Instance>;
  /** The oldest parked event, but for those that were `passed` by, that something can be done with. */
  readonly next: (
    before: Instance,
    passed: ReadonlySet<number>,
  ) => Promise<{ readonly sequence: number; readonly prepared: Prepared } | null>;
  readonly commit: (prepared: Prepared) => Promise<void>;
}

// An instance is immutable, and so is what it takes.
const settled = new WeakSet<Instance>();

/**
 * Delivers all parked events that the instance takes, each in a commit of its own. A fault is committed once,
 * and keeps no other parked event from its turn.
 */
export async function deliverParked(
  moves: Moves,
): Promise<{ readonly instance: Instance; readonly isFaulted: boolean }> {
  const passed = new Set<number>();
  let fault: Prepared | null = null;
  for (;;) {
    const before = await moves.load();
    if (before.parked.length === 0 || settled.has(before)) {
      return { instance: before, isFaulted: false };
    }
    const next = await moves.next(before, passed);
    if (next === null) return conclude(moves, before, fault);
    if (next.prepared.decision.verdict === "failed") {
      passed.add(next.sequence);
      fault ??= next.prepared;
    } else {
      await moves.commit(next.prepared);
      passed.clear();
      fault = null;
    }
  }
}

async function conclude(
  moves: Moves,
  before: Instance,
  fault: Prepared | null,
): Promise<{ readonly instance: Instance; readonly isFaulted: boolean }> {
  if (fault === null) {
    settled.add(before);
    return { instance: before, isFaulted: false };
  }
  // Told once; until it changes there is nothing new to commit.
  if (fault.decision.fault !== before.record.fault) await moves.commit(fault);
  return { instance: await moves.load(), isFaulted: true };
}

/** Instances looked at together after a start. */
const PAGE_MAX = 200;
const FIND_RETRY_MS = 1_000;

export class Unparker {
  readonly #options: UnparkerOptions;
  /** Addresses of the instances that somebody insists for. */
  readonly #insisting = new Set<string>();
  #open = true;

  constructor(options: UnparkerOptions) {
    this.#options = options;
  }

  /** Looks through all instances that have parked events. */
  async begin(afterPosition = 0): Promise<void> {
    let position = afterPosition;
    try {
      for (let isLast = false; this.#open && !isLast;) {
        const found = await this.#options.store.findParked({
          afterPosition: position,
          limit: PAGE_MAX,
        });
        await Promise.all(
          found.map(({ saga, instanceId }) => this.#lookOnce({ saga, instanceId })),
        );
        isLast = found.length < PAGE_MAX;
        position = found.at(-1)?.position ?? position;
      }
    } catch (error) {
      if (!this.#open) return;
      this.#options.telemetry({ kind: "unclaimed", error, retryInMs: FIND_RETRY_MS });
      this.#options.clock.schedule(FIND_RETRY_MS, () => void this.begin(position));
    }
  }

  /** Has the instance look at what is parked, after a transition that may have changed what it takes. */
  committed({ next, writeSet, decision }: Prepared): void {
    if (decision.verdict === "parked" || decision.verdict === "stranded") {
      const { saga, instanceId, correlationId } = next.record;
      const { eventType: event, eventId } = writeSet.journal;
      const { telemetry } = this.#options;
      telemetry({ kind: decision.verdict, saga, instanceId, correlationId, event, eventId });
    }
    if (next.parked.length === 0 || decision.verdict !== "applied") return;
    const { saga, instanceId } = next.record;
    this.#look({ saga, instanceId });
  }

  close(): void {
    this.#open = false;
  }

  #look(key: InstanceKey): void {
    const address = addressOf(key);
    if (this.#insisting.has(address)) {
      void this.#lookOnce(key);
      return;
    }
    this.#insisting.add(address);
    void this.#options.insist(key).finally(() => this.#insisting.delete(address));
  }

  async #lookOnce(key: InstanceKey): Promise<void> {
    const isDone = await this.#options.unpark(key).then(
      (taken) => taken !== "faulted",
      // Told by whoever insists on it.
      () => false,
    );
    if (!isDone && this.#open && !this.#insisting.has(addressOf(key))) this.#look(key);
  }
}
