/** The bookkeeping of limits, without anything that runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyLimits } from "../../src/runtime/limits/key-limits.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const oneAtOnce = { atOnce: 1, perSecond: NO_LIMIT };
const named = (name: string) => ({ name });

test("items of a key begin in the order in which they came, as their room is given back", () => {
  const limits = new KeyLimits<{ name: string }>();
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const item of [a, b, c]) limits.add("k", oneAtOnce, item);

  const first = limits.next(0);
  const none = limits.next(0);
  limits.release(a);
  const second = limits.next(0);
  limits.release(b);

  expect([first, none, second, limits.next(0)]).toEqual([a, null, b, c]);
});

test("a key without room holds up no other, and keys take turns", () => {
  const limits = new KeyLimits<{ name: string }>();
  const two = { atOnce: 2, perSecond: NO_LIMIT };
  for (const name of ["x1", "x2", "x3", "y1", "y2", "y3"]) {
    limits.add(name[0] ?? "", two, named(name));
  }

  const begun = Array.from({ length: 6 }, () => limits.next(0)?.name ?? null);

  expect(begun).toEqual(["x1", "y1", "x2", "y2", null, null]);
  expect(limits.waiting).toBe(2);
});

test("one that is let go of while it waits takes no room", () => {
  const limits = new KeyLimits<{ name: string }>();
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const item of [a, b, c]) limits.add("k", oneAtOnce, item);
  limits.next(0);

  limits.release(b);
  limits.release(b);
  const none = limits.next(0);
  limits.release(a);

  expect([none, limits.next(0)]).toEqual([null, c]);
  expect(limits.waitsFor(b)).toBeNull();
});

test("a rate gives room when a second has passed, and says when", () => {
  const limits = new KeyLimits<{ name: string }>();
  const limit = { atOnce: NO_LIMIT, perSecond: 2 };
  const begin = (nowMs: number): string | null => limits.next(nowMs)?.name ?? null;
  for (const name of ["a", "b", "c", "d"]) limits.add("k", limit, named(name));

  const early = [begin(100), begin(600), begin(600), begin(1_099)];
  const wakeAtMs = limits.wakeAtMs();
  const later = [begin(1_100), begin(1_100), begin(1_600)];

  expect(early).toEqual(["a", "b", null, null]);
  expect(wakeAtMs).toBe(1_100);
  expect(later).toEqual(["c", null, "d"]);
});

test("keys that nobody uses any more are forgotten", () => {
  const limits = new KeyLimits<{ name: string }>();
  const limit = { atOnce: 1, perSecond: 5 };
  for (let n = 0; n < 1_000; n += 1) {
    const item = named(`${n}`);
    limits.add(`k${n}`, limit, item);
    limits.next(n);
    limits.release(item);
  }

  limits.next(5_000);

  expect(limits.size).toBe(0);
  expect(limits.wakeAtMs()).toBeNull();
});

test("whatever comes, no key has more at once or in any second than it may, and its order is kept", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("add" as const), key: fc.nat(2) }),
    fc.record({ do: fc.constant("release" as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.nat(700) }),
  );
  const limit = { atOnce: 3, perSecond: 4 };

  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const limits = new KeyLimits<{ key: number; n: number }>();
      const begun: { key: number; n: number; atMs: number }[] = [];
      const added: { key: number; n: number }[] = [];
      const running: { key: number; n: number }[] = [];
      let nowMs = 0;
      for (const [n, one] of steps.entries()) {
        if (one.do === "pass") nowMs += one.ms;
        if (one.do === "add") {
          const item = { key: one.key, n };
          added.push(item);
          limits.add(`${one.key}`, limit, item);
        }
        if (one.do === "release") {
          for (const item of running.splice(one.which, 1)) limits.release(item);
        }
        for (let item = limits.next(nowMs); item !== null; item = limits.next(nowMs)) {
          running.push(item);
          begun.push({ ...item, atMs: nowMs });
        }
        for (const key of [0, 1, 2]) {
          const now = running.filter((item) => item.key === key).length;
          expect(now).toBeLessThanOrEqual(limit.atOnce);
          const recent = begun.filter((item) => item.key === key && item.atMs > nowMs - 1_000);
          expect(recent.length).toBeLessThanOrEqual(limit.perSecond);
          const waits = added.filter((item) => item.key === key && limits.waitsFor(item) !== null);
          // Nothing waits without a reason.
          const hasRoom = now < limit.atOnce && recent.length < limit.perSecond;
          expect(hasRoom ? waits : []).toEqual([]);
        }
      }
      for (const key of [0, 1, 2]) {
        const order = begun.filter((item) => item.key === key).map((item) => item.n);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
  );
});

test("one that comes takes room at once, unless others wait for it or there is none", () => {
  const limits = new KeyLimits<{ name: string }>();
  const two = { atOnce: 2, perSecond: NO_LIMIT };
  const [a, b, c, d] = [named("a"), named("b"), named("c"), named("d")];
  const take = (item: { name: string }): boolean =>
    limits.take("k", { limit: two, item, nowMs: 0 });

  const first = [take(a), take(b), take(c)];
  limits.add("k", two, c);
  limits.release(a);
  const behind = take(d);

  expect(first).toEqual([true, true, false]);
  expect(behind).toBe(false);
  expect(limits.next(0)).toBe(c);
  limits.release(b);
  expect(take(d)).toBe(true);
});

test("one that takes room counts for the rate, and one that runs already does not ask for any", () => {
  const limits = new KeyLimits<{ name: string }>();
  const one = { atOnce: 1, perSecond: 1 };
  const [a, b, c] = [named("a"), named("b"), named("c")];

  limits.count("k", one, a);
  limits.count("k", one, b);
  limits.release(a);
  const full = limits.take("k", { limit: one, item: c, nowMs: 0 });
  limits.release(b);
  const free = limits.take("k", { limit: one, item: c, nowMs: 0 });
  limits.release(c);
  const early = limits.take("k", { limit: one, item: a, nowMs: 999 });
  const later = limits.take("k", { limit: one, item: a, nowMs: 1_000 });

  expect([full, free, early, later]).toEqual([false, true, false, true]);
});

test("those that wait have their places, and move up", () => {
  const limits = new KeyLimits<{ name: string }>();
  const [a, b, c] = [named("a"), named("b"), named("c")];
  for (const item of [a, b, c]) limits.add("k", oneAtOnce, item);
  const before = [a, b, c].map((item) => limits.placeOf(item));
  limits.next(0);
  limits.release(b);

  expect(before).toEqual([1, 2, 3].map((position) => ({ id: "k", position })));
  expect([a, b, c].map((item) => limits.placeOf(item))).toEqual([
    null,
    null,
    { id: "k", position: 1 },
  ]);
});
