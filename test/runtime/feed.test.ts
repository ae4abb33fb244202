/** Following committed events, as a program does. */
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { Runtime, Store } from "../../src/index.ts";
import { FEED_PAGE_MAX, FOLLOWERS_MAX } from "../../src/runtime/readers/feed.ts";
import type { FeedView } from "../../src/runtime/readers/feed.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { definePurchase } from "../fixtures/purchase.ts";

const purchase = definePurchase({ charge: () => new Promise(() => {}) });

interface Opened {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  /** Positions from which the store was asked to read. */
  readonly reads: number[];
}

async function open(): Promise<Opened> {
  const clock = new ManualClock();
  const reads: number[] = [];
  const store = openSqlite(":memory:");
  const counting: Store = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name !== "readFeed") return member.bind(target);
      return (query: { afterPosition: number }) => {
        reads.push(query.afterPosition);
        return member.call(target, query);
      };
    },
  });
  const runtime = await createRuntime({ store: counting, sagas: [purchase], clock });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  return { runtime, clock, reads };
}

const start = (runtime: Runtime, instanceId: string) =>
  runtime.start(purchase, { instanceId, input: { cents: 1 } });

const namesOf = (events: readonly FeedView[] | null) =>
  events?.map(({ instanceId, entry }) => `${instanceId}/${entry.revision}`);

test("a follower hears what is committed from now on", async () => {
  const { runtime } = await open();
  await start(runtime, "p-1");
  const follower = await runtime.follow();

  const next = follower.next();
  await start(runtime, "p-2");
  await runtime.send(purchase, "p-1", { type: "PAY" });

  expect(namesOf(await next)).toEqual(["p-2/1"]);
  expect(namesOf(await follower.next())).toEqual(["p-1/2"]);
});

test("a follower from a position hears all after it, as the journal tells it", async () => {
  const { runtime } = await open();
  await start(runtime, "p-1");
  await runtime.send(purchase, "p-1", { type: "PAY" });

  const follower = await runtime.follow({ saga: "purchase", instanceId: "p-1" }, 1);
  const [event] = (await follower.next()) ?? [];

  const [entry] = await runtime.journal(purchase, "p-1", { afterRevision: 1 });
  expect(event).toEqual({ position: 2, saga: "purchase", instanceId: "p-1", entry });
  expect(follower.position).toBe(2);
});

test("a follower that need not know at once looks once in its time, and still hears all", async () => {
  const { runtime, clock, reads } = await open();
  const follower = await runtime.follow({}, 0, { everyMs: 100 });
  await start(runtime, "p-1");
  expect(namesOf(await follower.next())).toEqual(["p-1/1"]);

  const next = follower.next();
  for (const id of ["p-2", "p-3"]) await start(runtime, id);
  await clock.advance(99);
  expect(reads).toEqual([0]);
  await clock.advance(1);
  expect(namesOf(await next)).toEqual(["p-2/1", "p-3/1"]);

  // Who is closed while it waits is not held up.
  const last = follower.next();
  await start(runtime, "p-4");
  follower.close();
  expect(await last).toBeNull();
});

test("a position that is not reached yet is refused", async () => {
  const { runtime } = await open();
  await start(runtime, "p-1");

  await expect(runtime.follow({}, 2)).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_REQUEST_INVALID" }),
  );
});

test("what commits in one turn of the event loop is one look, shared by all who follow the same", async () => {
  const { runtime, clock, reads } = await open();
  const followers = await Promise.all([runtime.follow(), runtime.follow(), runtime.follow()]);
  const pages = followers.map((follower) => follower.next());
  await clock.quiet();
  reads.length = 0;

  await Promise.all(Array.from({ length: 50 }, (_, n) => start(runtime, `p-${n}`)));

  expect((await Promise.all(pages)).map((page) => page?.length)).toEqual([50, 50, 50]);
  expect(reads).toEqual([0]);
});

test("whoever follows something else is not woken", async () => {
  const { runtime, clock, reads } = await open();
  await start(runtime, "p-1");
  const follower = await runtime.follow({ saga: "purchase", instanceId: "p-1" });
  const next = follower.next();
  await clock.quiet();
  reads.length = 0;

  await start(runtime, "p-2");
  await clock.quiet();
  const idle = reads.length;
  await runtime.send(purchase, "p-1", { type: "PAY" });

  expect(idle).toBe(0);
  expect(namesOf(await next)).toEqual(["p-1/2"]);
});

test("a long way back is read in pages, each in a turn of its own, and its position is never ahead", async () => {
  const { runtime } = await open();
  const many = 2 * FEED_PAGE_MAX + 1;
  await Promise.all(Array.from({ length: many }, (_, n) => start(runtime, `p-${n}`)));
  const follower = await runtime.follow({}, 0);

  const sizes: number[] = [];
  let seen = 0;
  while (seen < many) {
    let turns = 0;
    setImmediate(() => (turns += 1));
    const next = follower.next();
    await Promise.resolve();
    expect(follower.position).toBe(seen);
    const page = (await next) ?? [];
    seen += page.length;
    sizes.push(page.length);
    expect(follower.position).toBe(seen);
    // The last page ends the way, and there is nobody to make room for.
    expect(turns > 0 || seen === many).toBe(true);
  }

  expect(sizes).toEqual([FEED_PAGE_MAX, FEED_PAGE_MAX, 1]);
});

test("a phase is followed alone", async () => {
  const { runtime } = await open();
  const follower = await runtime.follow({ phase: "compensating" });

  const next = follower.next();
  await start(runtime, "p-1");
  await runtime.send(purchase, "p-1", { type: "PAY" });
  await runtime.send(purchase, "p-1", { type: "CANCEL" });

  expect(namesOf(await next)).toEqual(["p-1/3"]);
});

test("leaving the loop closes the follower", async () => {
  const { runtime } = await open();
  await start(runtime, "p-1");
  const heard: unknown[] = [];

  for await (const events of await runtime.follow({}, 0)) {
    heard.push(...events);
    break;
  }

  expect([heard.length, runtime.following]).toEqual([1, 0]);
});

test("a follower ends when it is closed, and when its runtime is", async () => {
  const { runtime } = await open();
  const [first, second] = [await runtime.follow(), await runtime.follow()];
  const ends = [first.next(), second.next()];

  first.close();
  first.close();
  const left = runtime.following;
  await runtime.close({ graceMs: 0 });

  expect(await Promise.all(ends)).toEqual([null, null]);
  expect([left, runtime.following]).toEqual([1, 0]);
  await expect(runtime.follow()).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_RUNTIME_CLOSED" }),
  );
});

test("FOLLOWERS_MAX: one more is refused until one has gone", async () => {
  const { runtime } = await open();
  const followers = await Promise.all(
    Array.from({ length: FOLLOWERS_MAX }, () => runtime.follow()),
  );

  await expect(runtime.follow()).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_STREAMS_FULL" }),
  );
  followers[0]?.close();

  expect(await runtime.follow()).toBeDefined();
});
