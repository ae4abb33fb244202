/** Backoff: grows, is capped, is spread, and is the same whenever it is asked. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "../../src/saga/backoff.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now());

test("a delay lies between half of the exponential and the whole, and below the cap", () => {
  const backoffs = fc.record({
    attempt: fc.integer({ min: 1, max: 2_000 }),
    baseMs: fc.integer({ min: 1, max: 60_000 }),
    capMs: fc.integer({ min: 1, max: 3_600_000 }),
    seed: fc.string(),
  });
  fc.assert(
    fc.property(backoffs, (backoff) => {
      const fullMs = Math.min(backoff.capMs, backoff.baseMs * 2 ** (backoff.attempt - 1));
      const delayMs = backoffMs(backoff);

      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(Math.floor(fullMs / 2));
      expect(delayMs).toBeLessThanOrEqual(fullMs);
      expect(backoffMs(backoff)).toBe(delayMs);
    }),
    { seed },
  );
});

test("instances that fail together do not come back together", () => {
  const delaysMs = Array.from({ length: 100 }, (_, index) =>
    backoffMs({ attempt: 3, baseMs: 10_000, capMs: 60_000, seed: `o-${index}` }),
  );

  expect(new Set(delaysMs).size).toBeGreaterThan(90);
});

test("an attempt that was not counted yet waits as long as the first", () => {
  const backoff = { baseMs: 1_000, capMs: 60_000, seed: "o-1" };

  expect(backoffMs({ ...backoff, attempt: 0 })).toBeLessThanOrEqual(1_000);
});
