/** Mutants of schedules: what they start, when, how often, and beside whom. */
import { earlyQueue } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";

const RUNNER = "runtime/schedules/schedule-runner.ts";
const PLAN = "runtime/schedules/schedule-plan.ts";
const only = ["patrol"];

export const planned: readonly Mutant[] = [
  {
    name: "a start that is made again after a crash is another instance",
    seed: 55,
    only,
    patches: [
      {
        file: RUNNER,
        from: "const options = { instanceId, input, attributes };",
        to: "const options = { instanceId: `${instanceId}-${record.updatedAtMs}-${this.#openedAtMs}`, input, attributes };",
      },
    ],
  },
  {
    name: "a schedule starts 400 ms early",
    seed: 11,
    only,
    patches: [
      ...earlyQueue,
      {
        file: RUNNER,
        from: 'if (this.#options.clock.now() < dueAtMs) return "early";',
        to: 'if (this.#options.clock.now() + 400 < dueAtMs) return "early";',
      },
    ],
  },
  {
    name: "due times that nobody was there for are all made up for",
    seed: 50,
    only,
    patches: [
      {
        file: PLAN,
        from: 'const max = catchUp === "all" ? CATCH_UP_MAX : 1;',
        to: "const max = CATCH_UP_MAX;",
      },
    ],
  },
  {
    name: "the latest due time is made up for although none is to be",
    seed: 18,
    only,
    patches: [
      {
        file: PLAN,
        from: 'const isMissed = catchUp === "none" && chosenMs < openedAtMs;',
        to: 'const isMissed = catchUp === "none" && chosenMs < openedAtMs - 60_000;',
      },
    ],
  },
  {
    name: "a due time in hand starts although its schedule was paused or deleted meanwhile",
    seed: 75,
    only,
    patches: [
      {
        file: RUNNER,
        from: 'if (before === null || before.nextDueAtMs !== dueAtMs) return "done";',
        to: 'if (before === null) return "done";',
      },
    ],
  },
  {
    name: "due times are passed over after the one that follows them has started",
    seed: 460,
    only,
    patches: [
      {
        file: RUNNER,
        from: 'verdict === "start" ? await this.#put(before, { nextDueAtMs: dueAtMs }) : before;',
        to: 'verdict === "refused" ? await this.#put(before, { nextDueAtMs: dueAtMs }) : before;',
      },
    ],
  },
  {
    name: "what a lost process has started is not looked for",
    seed: 363,
    only,
    patches: [
      {
        file: RUNNER,
        from: "return started === null ? plan : planDue(timing, { ...facts, isStarted: true });",
        to: "return started === null ? plan : planDue(timing, { ...facts, isStarted: false });",
      },
    ],
  },
  {
    name: "a due time whose start failed is not tried again",
    seed: 12,
    only,
    patches: [
      {
        file: RUNNER,
        from: "this.#queue.retry({ ...item, retryInMs: Math.min(2 * retryInMs, RETRY_MS.max) }, retryInMs);",
        to: "this.#queue.remove(item.id);",
      },
    ],
  },
];
