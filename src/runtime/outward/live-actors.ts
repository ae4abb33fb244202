/**
 * Live actors: callbacks, observables and logic of one's own, hosted while their state is active and started again
 * after a restart. What they say comes through the mailbox of their parent, in order, fenced by generation.
 */
import type { EventObject } from "xstate";
import type { ChildRef, PendingChild } from "../../saga/effect.ts";
import { host } from "../../saga/host.ts";
import type { Hosted } from "../../saga/host.ts";
import type { InstanceKey, Store } from "../../store/store.ts";
import { eachEntry } from "./drains.ts";
import type { Insistence } from "../insistence.ts";
import { addressOf } from "../instance.ts";
import type { Instance } from "../instance.ts";
import type { Mover } from "../mover.ts";
import { skipUnreadable } from "../quarantine.ts";
import type { Prepared } from "../decisions/write-set.ts";

/** Events of one actor that wait for its parent. More, and it is taken to have failed. */
export const LIVE_EVENTS_MAX = 1_000;

export interface LiveActorsOptions {
  readonly store: Store;
  readonly mover: Pick<Mover, "find" | "deliver">;
  readonly insistence: Insistence;
  readonly onEmitted: (instance: Instance, event: EventObject) => void;
}

interface Living {
  readonly hosted: Hosted;
}

export class LiveActors {
  readonly #options: LiveActorsOptions;
  readonly #living = new Map<string, Living>();

  constructor(options: LiveActorsOptions) {
    this.#options = options;
  }

  /** Starts what an earlier process hosted. */
  begin(): Promise<void> {
    const { store, mover, insistence } = this.#options;
    return insistence.until(() =>
      eachEntry(
        (page) => store.findLiveChildren(page),
        async ({ saga, instanceId, ...ref }) => {
          const instance = await mover.find({ saga, instanceId }).catch(skipUnreadable);
          const child = instance?.standing.children.find((one) => isSame(one, ref));
          if (!instance || child === undefined || !insistence.isOpen) return;
          this.#start(instance, child);
        },
      ),
    );
  }

  committed({ next, writeSet, decision }: Prepared): void {
    for (const ref of writeSet.childrenStarted) {
      if (ref.kind !== "live") continue;
      const child = next.standing.children.find((one) => isSame(one, ref));
      if (child !== undefined) this.#start(next, child);
    }
    // What a chart sends on leaving a state still arrives before the stop.
    for (const effect of decision.step.effects) {
      if (effect.kind === "tell") {
        this.#living.get(idOf(next.record, effect.child))?.hosted.send(effect.event);
      }
      if (effect.kind === "stopChild") this.#stop(next.record, effect.child);
    }
    for (const ref of writeSet.childrenEnded) this.#stop(next.record, ref);
  }

  close(): void {
    for (const { hosted } of this.#living.values()) hosted.stop();
    this.#living.clear();
  }

  #start(instance: Instance, child: PendingChild): void {
    const { saga, instanceId } = instance.record;
    const key = { saga, instanceId };
    const id = idOf(key, child);
    const logic = instance.chart.actors.get(child.src)?.logic;
    if (logic === undefined || this.#living.has(id)) return;
    const { mover, insistence, onEmitted } = this.#options;
    let waiting = 0;
    let hasFailed = false;
    let last: Promise<unknown> = Promise.resolve();
    const say = (event: EventObject): void => {
      waiting += 1;
      const ref = { childId: child.childId, generation: child.generation };
      last = last
        .then(() =>
          insistence.on({
            key,
            what: `child ${child.childId}`,
            isKept: false,
            deliver: () => mover.deliver(key, { kind: "child", child: ref, event }),
          }),
        )
        .finally(() => {
          waiting -= 1;
        });
    };
    const onEvent = (event: EventObject): void => {
      if (hasFailed) return;
      if (waiting < LIVE_EVENTS_MAX) {
        say(event);
        return;
      }
      hasFailed = true;
      say(tooFast(child));
    };
    const hosted = host(logic, child, {
      onEvent,
      onEmitted: (event) => onEmitted(instance, event),
    });
    this.#living.set(id, { hosted });
  }

  #stop(key: InstanceKey, ref: ChildRef): void {
    const id = idOf(key, ref);
    this.#living.get(id)?.hosted.stop();
    this.#living.delete(id);
  }
}

function tooFast({ childId }: PendingChild): EventObject {
  const error = new Error(
    `${LIVE_EVENTS_MAX} events of child "${childId}" wait already; it sends faster than its parent takes`,
  );
  return { type: `xstate.error.actor.${childId}`, error, actorId: childId } as EventObject;
}

function isSame(one: ChildRef, other: ChildRef): boolean {
  return one.childId === other.childId && one.generation === other.generation;
}

function idOf(key: InstanceKey, { childId, generation }: ChildRef): string {
  return `${addressOf(key)}/${generation}/${childId}`;
}
