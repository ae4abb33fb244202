/** What a simulated process does itself for its sagas: rows in the database of the store, and callbacks. */
import { sql } from "drizzle-orm";
import { fromCallback } from "xstate";
import type { AnyActorLogic } from "xstate";
import { transaction } from "../../src/store/sqlite/transaction.ts";
import type { InstanceKey } from "../../src/store/store.ts";
import type { Deeds } from "./cast/role.ts";
import type { Life } from "./life.ts";
import type { Stage } from "./stage.ts";

const TICKS = 5;
const TICK_MS = 250;

export class DeedsOf {
  readonly #stage: Stage;
  readonly #findRows;
  #callbacks = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#findRows = stage.disk.client
      .prepare<[string], string>(
        "SELECT idempotency_key FROM deeds WHERE idempotency_key LIKE ? ORDER BY rowid",
      )
      .pluck();
  }

  of(life: Life): Deeds {
    return {
      transact: () =>
        transaction(({ idempotencyKey, tx }) => {
          life.say(`writes ${idempotencyKey}`);
          tx.run(sql`INSERT INTO deeds VALUES (${idempotencyKey})`);
          if (this.#stage.faults.strikes("transient")) throw new Error("not now");
          return {};
        }),
      callback: () => this.#callback(life),
    };
  }

  /** Keys of the rows that were written for an instance. */
  rowsOf({ saga, instanceId }: InstanceKey): readonly string[] {
    return this.#findRows.all(`${saga}/${instanceId}/%`);
  }

  #callback(life: Life): AnyActorLogic {
    return fromCallback(({ sendBack }) => {
      this.#callbacks += 1;
      const host = this.#callbacks;
      life.say(`begins callback ${host}`);
      for (let tick = 1; tick <= TICKS; tick += 1) {
        this.#stage.time.after(
          tick * TICK_MS,
          () => life.isAlive && sendBack({ type: "TICK", host }),
        );
      }
    });
  }
}
