/**
 * A forger: a client that pretends to be the runtime. It sends results and timers that an instance waits for right
 * now, and what no saga knows; nothing of it may be taken, or stand in a journal.
 */
import type { EventObject } from "xstate";
import type { InstanceKey } from "../../src/store/store.ts";
import type { Clients } from "./clients.ts";
import type { Stage } from "./stage.ts";

const TRIES = 4;
const LAST_MS = 12_000;

export class Forger {
  readonly #stage: Stage;
  readonly #clients: Clients;
  readonly #findActivities;
  readonly #findTimers;
  /** What was sent, whatever was answered. */
  readonly sent: { readonly key: InstanceKey; readonly eventId: string }[] = [];
  readonly violations: string[] = [];

  constructor(stage: Stage, clients: Clients) {
    this.#stage = stage;
    this.#clients = clients;
    const { client } = stage.disk;
    const ofInstance =
      "JOIN instances ON instances.key = instance WHERE saga = ? AND instance_id = ?";
    this.#findActivities = client
      .prepare<[string, string], string>(`SELECT activity_id FROM outbox ${ofInstance}`)
      .pluck();
    this.#findTimers = client
      .prepare<[string, string], string>(`SELECT event FROM timers ${ofInstance}`)
      .pluck();
  }

  /** Tries an instance a few times, if chance will have it. */
  play(key: InstanceKey): void {
    const { chance, faults, time } = this.#stage;
    if (!faults.strikes("forge")) return;
    for (let index = 0; index < TRIES; index += 1) {
      time.after(chance.between("forges", 0, LAST_MS), () => this.#try(key, `forged-${index}`));
    }
  }

  #try(key: InstanceKey, eventId: string): void {
    const event = this.#stage.chance.pick("forged", this.#forgeries(key)) as EventObject;
    this.sent.push({ key, eventId });
    this.#clients.ask(
      (runtime) =>
        runtime.sendOnce({ name: key.saga } as never, key.instanceId, event, { eventId }),
      (answer) => {
        const shown = JSON.stringify(event);
        this.#stage.trace.add("forger", `sends ${shown} to ${key.saga}/${key.instanceId}`);
        if (answer.kind !== "ok") return;
        this.violations.push(`${key.saga}/${key.instanceId} took ${shown} from a client`);
      },
    );
  }

  #forgeries({ saga, instanceId }: InstanceKey): readonly object[] {
    const results = this.#findActivities.all(saga, instanceId).flatMap((actorId) => [
      { type: `xstate.done.actor.${actorId}`, output: {}, actorId },
      { type: `xstate.error.actor.${actorId}`, error: "no", actorId },
    ]);
    const timers = this.#findTimers.all(saga, instanceId).map((text) => JSON.parse(text) as object);
    const others = [
      { type: "xstate.stop" },
      { type: "xstate.init" },
      { type: "*" },
      {},
      { type: 7 },
    ];
    return [...results, ...results, ...timers, ...timers, ...others];
  }
}
