/** Mutants at the edges of a process: what comes in, what it hosts and writes itself, and how it meets others and its end. */
import type { Mutant } from "./mutants.ts";

export const edges: readonly Mutant[] = [
  {
    name: "a client may send what only the runtime sends",
    seed: 5,
    only: ["digger"],
    patches: [
      {
        file: "runtime/incoming.ts",
        from: 'if (typeof type !== "string" || !declared.includes(type)) {',
        to: 'if (typeof type !== "string") {',
      },
    ],
  },
  {
    name: "what a transactional activity wrote before it threw stays",
    seed: 1,
    only: ["till"],
    patches: [
      {
        file: "runtime/attempts/transact.ts",
        from: "      seen.threw = error;\n      throw error;",
        to: '      seen.prepared = prepare({ kind: "error", error }) as Prepared;\n      return seen.prepared.writeSet;',
      },
    ],
  },
  {
    name: "attempts do not wait for the room of their key",
    seed: 2,
    only: ["exchange"],
    patches: [
      {
        file: "runtime/limits/attempt-queue.ts",
        from: "    if (limit === undefined) {",
        to: "    if (limit === undefined || limit !== undefined) {",
      },
    ],
  },
  {
    name: "live actors are not begun again by the next process",
    seed: 19,
    only: ["listener"],
    patches: [
      {
        file: "runtime/outward/live-actors.ts",
        from: "if (!instance || child === undefined || !insistence.isOpen) return;",
        to: "if (!instance || child === undefined || insistence.isOpen) return;",
      },
    ],
  },
  {
    name: "what a live actor says after it was left is heard",
    seed: 26,
    only: ["listener"],
    // Each of the two would do.
    patches: [
      {
        file: "runtime/decisions/decide.ts",
        from: "  if (!isLive) return null;\n  const common",
        to: "  const common",
      },
      {
        file: "saga/step.ts",
        from: "  if (child === undefined && (!isDone || isSuperseded)) return null;",
        to: "  if (child === undefined && isDone && isSuperseded) return null;",
      },
    ],
  },
  {
    name: "undo waits for half of a lease",
    seed: 6,
    only: ["digger", "meter"],
    patches: [
      {
        file: "runtime/attempts/worker.ts",
        from: "attempt === undefined ? clock.now() + leaseMs : lapseOf(attempt),",
        to: "(clock.now() + (attempt === undefined ? clock.now() + leaseMs : lapseOf(attempt))) / 2,",
      },
    ],
  },
  {
    name: "a process goes on after a commit of which it does not know the outcome",
    seed: 1,
    patches: [
      {
        file: "errors.ts",
        from: "return error instanceof SagaError && fatalToStore.has(error.code);",
        to: 'return error instanceof SagaError && error.code === "SAGA_STORE_TAKEN";',
      },
    ],
  },
  {
    name: "steps of one instance run side by side, and nothing is compared before it is swapped",
    seed: 2,
    // The mailbox alone may go, as each of its steps is still compared; and so may the comparison, as there is one step
    // at a time.
    patches: [
      {
        file: "runtime/mailbox.ts",
        from: "    if (waiting === undefined) {",
        to: "    if (waiting === undefined || waiting !== undefined) {",
      },
      {
        file: "store/sqlite/instance-writes.ts",
        from: 'sql`${instances.revision} = ${placeholder("revision")} - 1`',
        to: 'sql`${placeholder("revision")} > 1`',
      },
    ],
  },
  {
    name: "two who look at one time are given the end of a journal twice",
    seed: 4,
    patches: [
      {
        file: "store/sqlite/load.ts",
        from: "      ...new Map(found.map(({ row }) => [row.key, row.revision - 2])),",
        to: "      ...found.map(({ row }) => [row.key, row.revision - 2]),",
      },
    ],
  },
  {
    name: "a step is shown before it is durable",
    seed: 36,
    isFar: true,
    patches: [
      {
        file: "runtime/mover.ts",
        from: "    const begunAt = clock.monotonic();\n    const done",
        to: "    const begunAt = clock.monotonic();\n    instances.moved(next);\n    const done",
      },
    ],
  },
  {
    name: "what was answered is not shown to whoever looks next",
    seed: 5,
    patches: [
      {
        file: "runtime/loop.ts",
        from: "      const instance = await this.mover.find(key);\n      const view",
        to: "      const instance = ((this as any).stale ??= new Map()).get(key.instanceId) ?? (await this.mover.find(key));\n      (this as any).stale.set(key.instanceId, instance);\n      const view",
      },
    ],
  },
];
