/** What a simulated process does itself for its sagas: rows in the database of the store, and callbacks. */
import { sql } from "drizzle-orm";
import type { InstanceKey } from "../../src/store/store.ts";
import type { Life } from "./life.ts";
import type { Stage } from "./stage.ts";
import type { Hands } from "./troupe.ts";

const TICKS = 5;
const TICK_MS = 250;

export class Deeds {
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

  of(life: Life): Pick<Hands, "write" | "host"> {
    return {
      write: (idempotencyKey, tx) => {
        life.say(`writes ${idempotencyKey}`);
        tx.run(sql`INSERT INTO deeds VALUES (${idempotencyKey})`);
        if (this.#stage.faults.strikes("transient")) throw new Error("not now");
        return {};
      },
      host: (sendBack) => this.#host(life, sendBack),
    };
  }

  /** Keys of the rows that were written for an instance. */
  rowsOf({ saga, instanceId }: InstanceKey): readonly string[] {
    return this.#findRows.all(`${saga}/${instanceId}/%`);
  }

  #host(life: Life, sendBack: Parameters<Hands["host"]>[0]): void {
    this.#callbacks += 1;
    const host = this.#callbacks;
    life.say(`begins callback ${host}`);
    const tick = { type: "TICK", host };
    for (let nth = 1; nth <= TICKS; nth += 1) {
      this.#stage.time.after(nth * TICK_MS, () => life.isAlive && sendBack(tick));
    }
  }
}
