/** What schedules start: rounds that take a moment, or so long that the next due time comes meanwhile. */
import { createMachine } from "xstate";
import { sagaOf } from "./purchases.ts";
import type { Role } from "./role.ts";

const SHORT_MS = 300;
const LONG_MS = 3_500;

interface PatrolContext {
  readonly isLong: boolean;
}

const patrolMachine = createMachine(
  {
    id: "patrol",
    context: ({ input }: { input: PatrolContext }) => ({ isLong: input.isLong }),
    initial: "leaving",
    states: {
      leaving: {
        tags: "forward",
        always: [{ guard: "isLong", target: "farAway" }, { target: "nearby" }],
      },
      farAway: { tags: "forward", after: { [LONG_MS]: "home" } },
      nearby: { tags: "forward", after: { [SHORT_MS]: "home" } },
      home: { type: "final", tags: "completed" },
    },
  } as never,
  { guards: { isLong: ({ context }: { context: PatrolContext }) => context.isLong } as never },
);

/** Nobody but schedules starts it. */
export const patrol: Role = {
  name: "patrol",
  define: (perform) => sagaOf("patrol", patrolMachine, { perform, more: { activities: {} } }),
  input: {},
  outputs: {},
  lines: () => [],
  closing: [],
  rules: [],
};
