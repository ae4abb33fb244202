import { expect, test } from "vitest";
import { SagaError } from "../../src/errors.ts";
import { BATCH_MAX, Committer, TURNS_MAX } from "../../src/runtime/committer.ts";
import type { CommitOutcome, Store, WriteSet } from "../../src/store/store.ts";
import type { TelemetryEvent } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

/** A write set that is known by its number: the committer looks into none. */
const numbered = (number: number): WriteSet => ({ number }) as unknown as WriteSet;

function committerOn(commit: (batch: readonly WriteSet[]) => Promise<readonly CommitOutcome[]>) {
  const fatal: SagaError[] = [];
  const told: TelemetryEvent[] = [];
  const committer = new Committer({
    store: { commit } as Store,
    clock: new ManualClock(),
    gate: { shut: null },
    telemetry: (event) => told.push(event),
    onFatal: (error) => fatal.push(error),
  });
  return { committer, fatal, told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A committer that tells how many were in each of its transactions. */
function counting() {
  const batches: number[] = [];
  const { committer } = committerOn((batch) => {
    batches.push(batch.length);
    return Promise.resolve(batch.map(() => "committed"));
  });
  return { committer, batches };
}

test("whoever is alone at the end of a turn is committed at once", async () => {
  const { committer, batches } = counting();

  const sent = committer.commit(numbered(1));
  await turn();

  expect(batches).toEqual([1]);
  await sent;
});

test("what comes in the turns that follow joins, as long as each of them brings more", async () => {
  const { committer, batches } = counting();
  const sent: Promise<unknown>[] = [];
  const send = (count: number): void => {
    for (let n = 0; n < count; n += 1) sent.push(committer.commit(numbered(n)));
  };

  for (const count of [2, 3, 1]) {
    send(count);
    await turn();
  }
  await turn();
  send(1);
  await Promise.all(sent);

  expect(batches).toEqual([6, 1]);
});

test(`a commit is put off by ${TURNS_MAX} turns at most, however many bring more`, async () => {
  const { committer, batches } = counting();

  const first = committer.commit(numbered(1));
  let turns = 0;
  for (; batches.length === 0; turns += 1) {
    void committer.commit(numbered(2));
    await turn();
  }
  await first;

  expect(turns).toBe(TURNS_MAX);
});

test("all that is ready in one turn shares one transaction, and each gets its own outcome", async () => {
  const batches: (readonly WriteSet[])[] = [];
  const { committer } = committerOn((batch) => {
    batches.push(batch);
    return Promise.resolve(batch.map((_, index) => (index === 1 ? "revision" : "committed")));
  });

  const outcomes = await Promise.all([1, 2, 3].map((n) => committer.commit(numbered(n))));

  expect(outcomes).toEqual(["committed", "revision", "committed"]);
  expect(batches).toEqual([[1, 2, 3].map(numbered)]);
});

test("nobody is answered before the commit, and what comes meanwhile joins the next", async () => {
  const done: (() => void)[] = [];
  const batches: number[] = [];
  const { committer } = committerOn((batch) => {
    batches.push(batch.length);
    return new Promise((resolve) => {
      done.push(() => resolve(batch.map(() => "committed")));
    });
  });
  const answered: number[] = [];
  const send = (n: number) => committer.commit(numbered(n)).then(() => answered.push(n));

  const first = send(1);
  await turn();
  const later = [send(2), send(3)];
  await turn();
  const before = [...answered];
  done[0]?.();
  await first;
  await turn();
  await turn();
  done[1]?.();
  await Promise.all(later);

  expect(before).toEqual([]);
  expect(batches).toEqual([1, 2]);
});

test(`a transaction holds at most ${BATCH_MAX}`, async () => {
  const batches: number[] = [];
  const { committer } = committerOn((batch) => {
    batches.push(batch.length);
    return Promise.resolve(batch.map(() => "committed"));
  });

  const sent = Array.from({ length: BATCH_MAX + 1 }, (_, n) => committer.commit(numbered(n)));
  await Promise.all(sent);

  expect(batches).toEqual([BATCH_MAX, 1]);
});

test("a transaction that failed cleanly fails those in it, and the next goes on", async () => {
  let tries = 0;
  const { committer, fatal } = committerOn((batch) => {
    tries += 1;
    if (tries === 1) return Promise.reject(new SagaError("SAGA_STORE_BUSY", "busy"));
    return Promise.resolve(batch.map(() => "committed"));
  });

  const first = await Promise.allSettled([1, 2].map((n) => committer.commit(numbered(n))));
  const second = await committer.commit(numbered(3));

  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(second).toBe("committed");
  expect(fatal).toEqual([]);
});

test("nothing is asked of a store that takes nothing, alone or with a transaction", async () => {
  const full = new SagaError("SAGA_STORE_FULL", "the disk is full");
  const asked: string[] = [];
  const committer = new Committer({
    store: {
      commit: () => Promise.resolve([]).finally(() => asked.push("commit")),
      commitWith: () => Promise.resolve("committed").finally(() => asked.push("commitWith")),
    } as unknown as Store,
    clock: new ManualClock(),
    gate: { shut: full },
    telemetry: () => {},
    onFatal: () => {},
  });

  await expect(committer.commit(numbered(1))).rejects.toBe(full);
  await expect(committer.commitWith(() => numbered(2))).rejects.toBe(full);
  expect(asked).toEqual([]);
});

test("a transaction is told when it is durable, with the number of its transitions, and one that failed is not", async () => {
  const full = new SagaError("SAGA_STORE_FULL", "the disk is full");
  let isFull = false;
  const { committer, told } = committerOn((batch) =>
    isFull ? Promise.reject(full) : Promise.resolve(batch.map(() => "committed")),
  );

  await Promise.all([committer.commit(numbered(1)), committer.commit(numbered(2))]);
  isFull = true;
  await expect(committer.commit(numbered(3))).rejects.toBe(full);

  expect(told).toEqual([{ kind: "committed", transitions: 2, durationMs: 0 }]);
});

test("an unknown outcome is told once and stops all that waits and all that comes", async () => {
  const unknown = new SagaError("SAGA_STORE_OUTCOME_UNKNOWN", "the disk did not answer");
  const { committer, fatal } = committerOn(() => Promise.reject(unknown));

  const sent = Array.from({ length: BATCH_MAX + 1 }, (_, n) => committer.commit(numbered(n)));
  const ends = await Promise.allSettled(sent);
  const later = committer.commit(numbered(0));

  expect(ends.every((end) => end.status === "rejected" && end.reason === unknown)).toBe(true);
  await expect(later).rejects.toBe(unknown);
  expect(fatal).toEqual([unknown]);
});
