/** What operators do, carried out: each operation is one delivery, by the path of every other one. */
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type { InstanceKey, Store } from "../../store/store.ts";
import { beginFork, checkFork } from "../decisions/fork.ts";
import { pastOf } from "./replay.ts";
import type { ForkOptions } from "../decisions/fork.ts";
import { checkEvent, checkId, checkInput } from "../incoming.ts";
import type { Mover } from "../mover.ts";
import { chartEventOf, checkOperation, checkOperator } from "./operation.ts";
import type { OperationRequest } from "./operation.ts";
import type { InstanceView } from "../readers/view.ts";

/** Event id of the event that a fork begins with. */
const FORK_EVENT_ID = "saga.fork";

export interface OperationsOptions {
  readonly mover: Mover;
  readonly store: Pick<Store, "readJournal">;
  readonly clock: Clock;
  readonly random: Random;
}

export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** Does it to one instance. With an `eventId` it is done once. */
  async operate(
    key: InstanceKey,
    request: OperationRequest,
    options: { eventId?: string } = {},
  ): Promise<{ repeated: boolean; instance: InstanceView }> {
    const operation = checkOperation(request);
    const eventId = options.eventId === undefined ? null : checkId("event id", options.eventId);
    if (operation.name === "release") {
      return { repeated: false, instance: await this.#options.mover.release(key, operation) };
    }
    const event = chartEventOf(operation);
    const delivery = { kind: "operation", operation, event, eventId } as const;
    const { repeated, view } = await this.#options.mover.send(key, delivery);
    return { repeated, instance: view };
  }

  /** Begins another instance where this one stood. */
  async fork(
    key: InstanceKey,
    options: ForkOptions,
  ): Promise<{ created: boolean; instance: InstanceView }> {
    const { mover, random } = this.#options;
    const { fromRevision, input, event } = options;
    const operation = checkOperator("fork", options);
    const instanceId = checkId("instance id", options.instanceId ?? random.uuid());
    const origin = await mover.find(key);
    checkFork(origin, options);

    const { chart, record } = origin;
    const past = await pastOf(this.#options, origin, fromRevision);
    const newInput = input === undefined ? undefined : await checkInput(chart, input);
    const checked = event === undefined ? null : await checkEvent(chart, event);
    const newKey = { saga: key.saga, instanceId };
    const { created, view } = await mover.start({
      key: newKey,
      chart,
      input: input === undefined ? past.input : newInput,
      correlationId: record.correlationId,
      traceparent: record.traceparent,
      attributes: record.attributes,
      fork: {
        from: { instanceId: key.instanceId, revision: fromRevision, newInput: input !== undefined },
        operation,
        begin: beginFork(chart, past, { input: newInput, event: checked }),
      },
    });
    if (event === undefined) return { created, instance: view };

    // Under an id, so that asking again makes good what a crash in between left undone, once.
    const delivery = { kind: "event", source: "operator", event, eventId: FORK_EVENT_ID } as const;
    const sent = await mover.send(newKey, delivery);
    return { created, instance: sent.view };
  }
}
