/**
 * Bugs, planted one at a time in a copy of `src/`: each must break a promise in some seed. A patch that does not
 * match exactly once says that the source has moved away from it.
 */

interface Patch {
  /** Within `src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** A seed that has killed it; tried first. */
  readonly seed: number;
  /** Sagas that are played, if a few are enough: so it dies sooner. */
  readonly only?: readonly string[];
  /** It shows only if calls of the store interleave. */
  readonly isFar?: boolean;
}

const STORE = "store/sqlite/write-set.ts";
const FAMILY = "store/sqlite/family-writes.ts";

/** Whatever waits for its time is handed over 400 ms before. */
export const earlyQueue: readonly Patch[] = [
  {
    file: "runtime/due-queue.ts",
    from: "if (next === undefined || next.dueAtMs > nowMs) break;",
    to: "if (next === undefined || next.dueAtMs > nowMs + 400) break;",
  },
  {
    file: "runtime/due-queue.ts",
    from: "next.dueAtMs - clock.now(), sleepMsMax",
    to: "next.dueAtMs - 400 - clock.now(), sleepMsMax",
  },
];

export const mutants: readonly Mutant[] = [
  {
    name: "a late result is taken for the one that is waited for",
    seed: 14,
    only: ["meter", "nest"],
    patches: [
      {
        file: "runtime/decisions/decide.ts",
        from: "(activity) => activity.activityId === activityId && activity.generation === generation,",
        to: "(activity) => activity.activityId === activityId && generation > 0,",
      },
      {
        file: "runtime/decisions/decide.ts",
        from: 'return moved(step, "activity", event, { effectFinished: effect });',
        to: 'return moved(step, "activity", event, { effectFinished: activity });',
      },
    ],
  },
  {
    name: "a timer fires 400 ms early",
    seed: 1,
    patches: [
      ...earlyQueue,
      {
        file: "runtime/loop.ts",
        from: "this.#options.clock.now() >= dueAtMs;",
        to: "this.#options.clock.now() + 400 >= dueAtMs;",
      },
      {
        file: "runtime/mover.ts",
        from: "isEarly(before, delivery, this.#options.clock.now())",
        to: "isEarly(before, delivery, this.#options.clock.now() + 400)",
      },
    ],
  },
  {
    name: "a repeated event is not recognised",
    seed: 3,
    only: ["desk", "stairs"],
    patches: [
      {
        file: "runtime/mover.ts",
        from: "eventId === null ? null : await this.#options.store.findAnswer(key, eventId);",
        to: 'null as Awaited<ReturnType<Store["findAnswer"]>>;',
      },
    ],
  },
  {
    name: "no answer is recorded for repetitions",
    seed: 6,
    patches: [
      {
        file: "runtime/decisions/write-set.ts",
        from: "return { ...prepared, writeSet: { ...prepared.writeSet, answer } };",
        to: "return answer === null ? prepared : prepared;",
      },
    ],
  },
  {
    name: "effects begin before the commit",
    seed: 1,
    patches: [
      {
        file: "runtime/mover.ts",
        from: "    const begunAt = clock.monotonic();",
        to: "    for (const each of withBorn(prepared)) this.#options.onCommitted(each);\n    const begunAt = clock.monotonic();",
      },
      {
        file: "runtime/mover.ts",
        from: "      onCommitted(each);\n      telemetry",
        to: "      telemetry",
      },
    ],
  },
  {
    name: "a client is answered before the commit",
    seed: 1,
    patches: [
      {
        file: "runtime/mover.ts",
        from: "        const outcome = await this.#commit(prepared);\n        const parked",
        to: '        void this.#commit(prepared).catch(() => {});\n        const outcome = "committed" as string;\n        const parked',
      },
    ],
  },
  {
    name: "an attempt that was lost is never made again",
    seed: 15,
    only: ["digger"],
    patches: [
      {
        file: "store/sqlite/leases.ts",
        from: '<= (${placeholder("epoch")}, ${placeholder("nowMs")})`',
        to: '<= (${placeholder("epoch")} - 1000, ${placeholder("nowMs")})`',
      },
    ],
  },
  {
    name: "an effect that its chart has left stays live",
    seed: 2,
    patches: [
      {
        file: STORE,
        from: 'db.update(outbox).set({ status: "abandoned" }).where(isEffect),',
        to: 'db.update(outbox).set({ status: "live" }).where(isEffect),',
      },
    ],
  },
  {
    name: "messages are read in reverse order",
    seed: 1,
    only: ["writer"],
    patches: [
      {
        file: "runtime/outward/courier.ts",
        from: "for (const message of messages) {",
        to: "for (const message of messages.toReversed()) {",
      },
    ],
  },
  {
    name: "a message is delivered again after it was taken",
    seed: 1,
    only: ["writer", "boss"],
    patches: [
      {
        file: FAMILY,
        from: "return position === null || take(position);",
        to: "return position === null || (position % 3 === 0 ? true : take(position));",
      },
    ],
  },
  {
    name: "the last message of a step is lost",
    seed: 1,
    only: ["writer"],
    patches: [
      {
        file: FAMILY,
        from: "for (const message of writeSet.messagesSent) send(message);",
        to: "for (const message of writeSet.messagesSent.slice(0, 2)) send(message);",
      },
    ],
  },
  {
    name: "a retry has another idempotency key",
    seed: 1,
    patches: [
      {
        file: "runtime/attempts/attempt.ts",
        from: "this.idempotencyKey = effect.idempotencyKey;",
        to: "this.idempotencyKey = `${effect.idempotencyKey}#${effect.generation}`;",
      },
    ],
  },
  {
    name: "another visit has the same idempotency key",
    seed: 1,
    only: ["meter", "order"],
    patches: [
      {
        file: "saga/idempotency-key.ts",
        from: "/${visitRevision}`",
        to: "/1`",
      },
    ],
  },
  {
    name: "an effect is taken off the outbox before it is called",
    seed: 8,
    patches: [
      {
        file: STORE,
        from: "start.run(writeSet.instance, record, { instance, owner });",
        to: "if (record.leaseUntilMs === null) start.run(writeSet.instance, record, { instance, owner });",
      },
    ],
  },
  {
    name: "timers are in memory only",
    seed: 2,
    patches: [
      {
        file: STORE,
        from: "return timerId === null || remove.run({ instance, timerId }) === 1;",
        to: "return timerId === null || instance > 0;",
      },
      {
        file: STORE,
        from: "for (const record of timersSet) set.run(owner, record, { instance });",
        to: "for (const record of timersSet.slice(0, 0)) set.run(owner, record, { instance });",
      },
    ],
  },
  {
    name: "a timer stays when its state is left",
    seed: 1,
    patches: [
      {
        file: STORE,
        from: "for (const timerId of timersCancelled) remove.run({ instance, timerId });",
        to: "",
      },
    ],
  },
  {
    name: "a parked event is kept in memory only",
    seed: 1,
    only: ["desk"],
    patches: [
      {
        file: "store/sqlite/parked.ts",
        from: "if (record !== null) insert.run(owner, record, { instance });",
        to: "if (record !== null && instance < 0) insert.run(owner, record, { instance });",
      },
    ],
  },
  {
    name: "a parked event stays parked after it was delivered",
    seed: 1,
    only: ["desk"],
    patches: [
      {
        file: "store/sqlite/parked.ts",
        from: "return sequence === null || remove.run({ instance, sequence }) === 1;",
        to: "return sequence === null || instance > 0;",
      },
    ],
  },
  {
    name: "undo does not wait for abandoned attempts",
    seed: 74,
    only: ["digger", "journey"],
    patches: [
      {
        file: "runtime/attempts/attempt.ts",
        from: "return standing.activities.some(({ abandoned, src }) => abandoned && undone.includes(src));",
        to: "return standing.activities.length < 0 && undone.length < 0;",
      },
    ],
  },
  {
    name: "an attempt begins while a commit takes its row away",
    seed: 28,
    isFar: true,
    only: ["digger", "journey"],
    patches: [
      {
        file: "runtime/attempts/departures.ts",
        from: "    if (!this.#leaving.has(id)) return false;",
        to: '    if (id !== "") return false;',
      },
    ],
  },
  {
    name: "the journal leaves out timers",
    seed: 1,
    patches: [
      {
        file: STORE,
        from: "      append.run(writeSet.journal, { instance, hash: head });",
        to: '      if (writeSet.journal.source !== "timer") append.run(writeSet.journal, { instance, hash: head });',
      },
    ],
  },
  {
    name: "what a history state remembers is not stored",
    seed: 1,
    only: ["reader"],
    patches: [
      {
        file: "saga/snapshot.ts",
        from: "history: mapValues(history, (nodes) => nodes.map((node) => node.id)),",
        to: "history: mapValues({} as typeof history, (nodes) => nodes.map((node) => node.id)),",
      },
    ],
  },
  {
    name: "an action is performed twice",
    seed: 8,
    only: ["herald"],
    patches: [
      {
        file: "runtime/outward/action-runner.ts",
        from: "const failure = await this.#call(instance, action, sent).then(",
        to: "await this.#call(instance, action, sent).catch(() => {});\n    const failure = await this.#call(instance, action, sent).then(",
      },
    ],
  },
  {
    name: "an action is not performed",
    seed: 1,
    only: ["herald"],
    patches: [
      {
        file: "runtime/outward/action-runner.ts",
        from: "const failure = await this.#call(instance, action, sent).then(",
        to: "const failure = await Promise.resolve().then(",
      },
    ],
  },
  {
    name: "actions of a process that died are not performed",
    seed: 1,
    only: ["herald"],
    patches: [
      {
        file: "runtime/outward/action-runner.ts",
        from: "(page) => store.findActions(page),",
        to: "async (page) => (await store.findActions(page)).slice(0, 0),",
      },
    ],
  },
  {
    name: "a child is not born with the step of its parent",
    seed: 12,
    only: ["boss", "writer"],
    patches: [
      {
        file: STORE,
        from: 'return writeSet.born.every((born) => apply(born) === "committed") ? "committed" : "born";',
        to: 'return "committed";',
      },
    ],
  },
  {
    name: "a result is brought once only",
    seed: 9,
    only: ["digger"],
    patches: [
      {
        file: "runtime/insistence.ts",
        from: 'typeof why === "string" ? why : this.#again',
        to: 'typeof why === "string" || !isHeld(why.error) ? "done" : this.#again',
      },
    ],
  },
  {
    name: "a suspended instance moves",
    seed: 1,
    patches: [
      {
        file: "runtime/decisions/decide.ts",
        from: "  checkNotSuspended(instance, delivery);\n  switch",
        to: "  switch",
      },
    ],
  },
  {
    name: "an attempt that is lost is forgotten once it is made again",
    seed: 245,
    only: ["digger"],
    patches: [
      {
        file: "store/sqlite/leases.ts",
        from: "const lostUntilMs = lostUntilMsOf(effect, options.nowMs);",
        to: "const lostUntilMs = lostUntilMsOf(effect, Infinity);",
      },
    ],
  },
  {
    name: "a repeat that fails is believed while the attempt before it is about",
    seed: 245,
    only: ["digger"],
    patches: [
      {
        file: "runtime/decisions/decide.ts",
        from: 'const isAbout = outcome.kind === "error" &&',
        to: 'const isAbout = outcome.kind === "done" &&',
      },
    ],
  },
  {
    name: "effects that found no place are forgotten",
    seed: 6,
    only: ["digger", "journey"],
    patches: [
      {
        file: "runtime/attempts/worker.ts",
        from: "        this.#unclaimed.add(idOf({ saga, instanceId }, effect));\n        this.#backlog = true;",
        to: "        this.#unclaimed.add(idOf({ saga, instanceId }, effect));",
      },
    ],
  },
];
