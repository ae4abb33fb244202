import { expect, test } from "vitest";
import { Waiters } from "../../src/runtime/readers/waiters.ts";
import type { InstanceView } from "../../src/runtime/readers/view.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

const key = { saga: "order", instanceId: "o-1" };

const viewOf = (state: string, phase: InstanceView["phase"] = "forward"): InstanceView =>
  ({ id: "o-1", state, phase, tags: ["vip"] }) as unknown as InstanceView;

test.each([
  [{ state: "a" }, "a", true],
  [{ state: "a" }, "a.b.c", true],
  [{ state: "a.b" }, "a.b.c", true],
  [{ state: "a" }, "ab", false],
  [{ state: "x.b" }, "a.b,x.b.c", true],
  [{ tag: "vip" }, "a", true],
  [{ tag: "other" }, "a", false],
  [{ phase: "forward" }, "a", true],
  [{ phase: "stuck" }, "a", false],
] as const)("%j is met in state %j: %s", async (condition, state, isMet) => {
  const clock = new ManualClock();
  const waiters = new Waiters(clock);
  const read = () => Promise.resolve(viewOf(state));

  const waiting = waiters.wait(key, condition, { timeoutMs: 10, read });
  const ended = waiting.then(
    () => true,
    () => false,
  );
  await clock.advance(10);

  expect(await ended).toBe(isMet);
});

test.each([
  ["completed", null, "met"],
  ["compensated", null, "met"],
  ["failed", null, "met"],
  ["failed", new Error("terminated"), "ended"],
  ["forward", null, "timeUp"],
  ["stuck", "cannot be taken", "timeUp"],
] as const)(
  "an instance in phase %s with the error %s: output is %s",
  async (phase, error, how) => {
    const waiters = new Waiters(new ManualClock());
    const waiter = waiters.open(key, { output: true }, { timeoutMs: 0 });

    waiter.lookFrom({ ...viewOf("a", phase), error });

    expect((await waiter.over).waited).toBe(how);
    waiter.close();
    expect(waiters.size).toBe(0);
  },
);

test("a waiter leaves nothing behind, whether it was told, failed or gave up", async () => {
  const clock = new ManualClock();
  const waiters = new Waiters(clock);
  const read = () => Promise.resolve(viewOf("a"));
  const absent = () => Promise.reject(new Error("not there"));

  const ends = Promise.allSettled([
    waiters.wait(key, { state: "b" }, { timeoutMs: 50, read }),
    waiters.wait(key, { state: "c" }, { timeoutMs: 10, read }),
    waiters.wait(key, { state: "a" }, { timeoutMs: 50, read }),
    waiters.wait(key, { state: "b" }, { timeoutMs: 50, read: absent }),
  ]);
  const waiting = waiters.size;
  await clock.advance(10);
  waiters.notify({ ...key, ...viewOf("b") }, () => viewOf("b"));
  const statuses = (await ends).map(({ status }) => status);

  expect(waiting).toBe(4);
  expect(statuses).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
  expect([waiters.size, clock.pending]).toEqual([0, 0]);
});

test("no view is made of an instance that stands nowhere anybody waits for", async () => {
  const waiters = new Waiters(new ManualClock());
  let views = 0;
  const view = (state: string) => () => {
    views += 1;
    return viewOf(state);
  };
  const waiting = waiters.wait(
    key,
    { state: "b" },
    { timeoutMs: 10, read: async () => viewOf("a") },
  );
  await Promise.resolve();

  waiters.notify({ ...key, ...viewOf("a") }, view("a"));
  expect(views).toBe(0);

  waiters.notify({ ...key, ...viewOf("b") }, view("b"));
  expect(views).toBe(1);
  expect((await waiting).state).toBe("b");
});

test("nobody is shown an instance that nobody waits for", () => {
  const waiters = new Waiters(new ManualClock());

  waiters.notify({ ...key, ...viewOf("b") }, () => {
    throw new Error("a view was made for nobody");
  });

  expect(waiters.size).toBe(0);
});
