/** All benches, in the order in which they run and stand on the page. */
import type { Bench } from "./harness/bench.ts";
import { eventsBench } from "./events.ts";
import { limitBench } from "./limit.ts";
import { sagaBench } from "./saga.ts";

export const benches: readonly Bench[] = [limitBench, sagaBench, eventsBench];
