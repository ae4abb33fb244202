/**
 * The book of schedules: writes their records, all that are ready in one turn of the event loop in one
 * transaction, since many schedules are due at the same full hour.
 */
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import type { ScheduleRecord, Store } from "../../store/store.ts";

interface Waiting {
  readonly record: ScheduleRecord;
  readonly resolve: (record: ScheduleRecord) => void;
  readonly reject: (error: unknown) => void;
}

export class ScheduleBook {
  readonly #store: Pick<Store, "putSchedules">;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor({ store, clock }: { store: Pick<Store, "putSchedules">; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves once the record is durable. @throws {SagaError} SAGA_REVISION_CONFLICT, and what the store throws. */
  put(record: ScheduleRecord): Promise<ScheduleRecord> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      if (this.#waiting.length === 1) this.#clock.endOfTurn(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0);
    try {
      const outcomes = await this.#store.putSchedules(batch.map(({ record }) => record));
      for (const [index, { record, resolve, reject }] of batch.entries()) {
        if (outcomes[index] === "committed") resolve(record);
        else reject(conflict(record));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function conflict({ saga, scheduleId }: ScheduleRecord): SagaError {
  return new SagaError(
    "SAGA_REVISION_CONFLICT",
    `schedule "${scheduleId}" of saga "${saga}" is being changed elsewhere; try again`,
  );
}
