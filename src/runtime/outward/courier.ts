/**
 * The courier: brings messages to their instances, in order, exactly once. What nobody can take comes back to
 * its sender, whose journal tells of it.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import { decode } from "../../saga/codec.ts";
import type { StoredMessage } from "../../store/family.ts";
import type { InstanceKey, Store } from "../../store/store.ts";
import { Drains, eachEntry } from "./drains.ts";
import type { Insistence } from "../insistence.ts";
import type { Mover, Taken } from "../mover.ts";
import type { Telemetry } from "../telemetry.ts";
import type { Prepared } from "../decisions/write-set.ts";

export interface CourierOptions {
  readonly store: Store;
  readonly mover: Pick<Mover, "receive" | "bounce">;
  readonly insistence: Insistence;
  readonly telemetry: Telemetry;
}

/** Messages read at a time. */
const PAGE = 100;

export class Courier {
  readonly #options: CourierOptions;
  readonly #drains = new Drains((key) => this.#options.insistence.until(() => this.#drain(key)));

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Brings what an earlier process has left. */
  begin(): Promise<void> {
    const { store, insistence } = this.#options;
    return insistence.until(() =>
      eachEntry(
        (page) => store.findMessages(page),
        ({ to }) => this.#drains.wake(to),
      ),
    );
  }

  committed({ writeSet, next, decision }: Prepared): void {
    for (const { to } of writeSet.messagesSent) this.#drains.wake(to);
    if (decision.verdict !== "unhandled") return;
    const { saga, instanceId, correlationId } = next.record;
    const event = writeSet.journal.eventType;
    this.#options.telemetry({ kind: "unhandled", saga, instanceId, correlationId, event });
  }

  /** Brings what waited for an instance to go on. */
  resume(key: InstanceKey): void {
    this.#drains.wake(key);
  }

  async #drain(key: InstanceKey): Promise<void> {
    const { store, insistence } = this.#options;
    while (insistence.isOpen) {
      const messages = await store.readMessages(key, PAGE);
      for (const message of messages) {
        const deliver = (): Promise<Taken> => this.#hand(message);
        const how = await insistence.on({ key, what: "message", isKept: true, deliver });
        if (how !== "done") return;
      }
      if (messages.length < PAGE) return;
    }
  }

  async #hand(message: StoredMessage): Promise<Taken> {
    const { mover } = this.#options;
    try {
      const taken = await mover.receive(message);
      if (taken === "fenced") await this.#drop(message);
      return taken;
    } catch (error) {
      if (!isNobody(error)) throw error;
      return this.#bounce(message);
    }
  }

  async #bounce(message: StoredMessage): Promise<Taken> {
    const { mover, telemetry } = this.#options;
    if (message.kind !== "event") return this.#drop(message);
    const { from, to } = message;
    const { type: event } = decode(message.event) as EventObject;
    telemetry({ kind: "undeliverable", from, to, event });
    try {
      return await mover.bounce(message);
    } catch (error) {
      if (!isNobody(error)) throw error;
      return this.#drop(message);
    }
  }

  async #drop({ position }: StoredMessage): Promise<Taken> {
    await this.#options.store.dropMessages([position]);
    return "fenced";
  }
}

const nobody: ReadonlySet<string> = new Set(["SAGA_INSTANCE_NOT_FOUND", "SAGA_INSTANCE_ENDED"]);

function isNobody(error: unknown): boolean {
  return error instanceof SagaError && nobody.has(error.code);
}
