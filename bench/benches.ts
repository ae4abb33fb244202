/** All benches, in the order in which they run and stand on the page. */
import type { Bench } from "./harness/bench.ts";
import { ageBench } from "./age.ts";
import { drawBench } from "./draw.ts";
import { eventsBench } from "./events.ts";
import { limitBench } from "./limit.ts";
import { parkedBench } from "./parked.ts";
import { peersBench } from "./peers.ts";
import { partsBench } from "./parts.ts";
import { restartBench } from "./restart.ts";
import { sagaBench } from "./saga.ts";
import { searchBench } from "./search.ts";
import { soakBench } from "./soak.ts";
import { studioBench } from "./studio.ts";
import { timersBench } from "./timers.ts";

export const benches: readonly Bench[] = [
  limitBench,
  partsBench,
  sagaBench,
  peersBench,
  eventsBench,
  ageBench,
  parkedBench,
  timersBench,
  restartBench,
  searchBench,
  drawBench,
  studioBench,
  soakBench,
];
