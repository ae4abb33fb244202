/** A process that serves couriers that move, a chart of 300 states, and the Studio that watches them. */
import { buildServer, createRuntime, openSqlite } from "../../src/index.ts";
import { answerCalls } from "../harness/child.ts";
import { inFlight } from "../harness/concurrency.ts";
import { courierId, courierSaga } from "../subjects/couriers.ts";
import { longSaga } from "../subjects/long.ts";

export interface StudioServerOptions {
  readonly path: string;
  readonly couriers: number;
  readonly steps: number;
}

answerCalls({
  /** Answers the address, once all couriers have begun. */
  async serve({ path, couriers, steps }: StudioServerOptions): Promise<string> {
    const sagas = [courierSaga, longSaga(steps)];
    const runtime = await createRuntime({ store: openSqlite(path), sagas });
    await inFlight(couriers, 100, async (index) => {
      await runtime.start(courierSaga, { instanceId: courierId(index), input: undefined });
    });
    return buildServer({ runtime }).listen({ host: "127.0.0.1", port: 0 });
  },
});
