/** Waiting after a deed: what counts, and what does not. */
import { expect, test } from "vitest";
import type { InstanceView } from "../../src/runtime/readers/view.ts";
import { waitAfter } from "../../src/runtime/readers/wait-after.ts";
import { Waiters } from "../../src/runtime/readers/waiters.ts";
import { SagaError } from "../../src/errors.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

const key = { saga: "order", instanceId: "o-1" };

const viewOf = (revision: number, state: string): InstanceView =>
  ({ id: "o-1", revision, state, phase: "forward", tags: [] }) as unknown as InstanceView;

function bench() {
  const clock = new ManualClock();
  const waiters = new Waiters(clock);
  const read = () => Promise.resolve(viewOf(9, "present"));
  const tell = (view: InstanceView) => waiters.notify({ ...key, ...view }, () => view);
  return { clock, waiters, tell, at: { waiters, key, read } };
}

test("a state that comes and goes before the deed is answered is not missed", async () => {
  const { tell, at } = bench();
  const deed = async () => {
    for (const view of [viewOf(2, "a"), viewOf(3, "b"), viewOf(4, "c")]) tell(view);
    return { view: viewOf(2, "a") };
  };

  const { view, waited } = await waitAfter(deed, { waitFor: { state: "b" } }, at);

  expect([view.revision, waited]).toEqual([3, "met"]);
});

test("a state that was left before the deed does not count", async () => {
  const { tell, at } = bench();
  const deed = async () => {
    for (const view of [viewOf(2, "b"), viewOf(3, "a")]) tell(view);
    return { view: viewOf(3, "a") };
  };

  const waiting = waitAfter(deed, { waitFor: { state: "b" } }, at);
  await Promise.resolve().then(() => tell(viewOf(7, "b")));

  expect((await waiting).view.revision).toBe(7);
});

test("a deed that takes longer than the time is still looked at", async () => {
  const { clock, at } = bench();
  const slowly = (state: string) => async () => {
    await clock.advance(100);
    return { view: viewOf(2, state) };
  };
  const options = { waitFor: { state: "b" }, timeoutMs: 10 };

  const met = await waitAfter(slowly("b"), options, at);
  const unmet = await waitAfter(slowly("a"), options, at);

  expect([met.waited, unmet.waited]).toEqual(["met", "timeUp"]);
  expect(unmet.view.state).toBe("present");
});

test("what is committed is answered even if the runtime stops meanwhile", async () => {
  const { waiters, at } = bench();
  const stopped = new SagaError("SAGA_RUNTIME_CLOSED", "it stops");
  const deed = () => Promise.resolve({ view: viewOf(2, "a") });
  const read = () => Promise.reject(stopped);

  const waiting = waitAfter(deed, { waitFor: { state: "b" } }, { ...at, read });
  await Promise.resolve().then(() => waiters.rejectAll(stopped));

  expect(await waiting).toMatchObject({ waited: "timeUp", view: { revision: 2 } });
});

test("whatever happens nobody stays waiting", async () => {
  const { clock, waiters, at } = bench();
  const failing = () => Promise.reject(new Error("refused"));
  const working = () => Promise.resolve({ view: viewOf(2, "a") });
  const waitFor = { state: "b" };
  const gone = new AbortController();

  const ends = Promise.allSettled([
    waitAfter(failing, { waitFor }, at),
    waitAfter(working, { waitFor, timeoutMs: 0 }, at),
    waitAfter(working, { waitFor: { state: "a" } }, at),
    waitAfter(working, { waitFor, signal: gone.signal }, at),
    waitAfter(working, { waitFor, signal: AbortSignal.abort() }, at),
  ]);
  const waiting = waiters.size;
  await clock.quiet();
  const left = waiters.size;
  gone.abort();

  expect((await ends).map(({ status }) => status)).toEqual([
    "rejected",
    ...Array.from({ length: 4 }, () => "fulfilled"),
  ]);
  expect([waiting, left, waiters.size, clock.pending]).toEqual([5, 1, 0, 0]);
});
