/** Crashes at every moment of a path, and what they find in a runtime that does not survive them. */
import { describe, expect, test } from "vitest";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import type { WriteSet } from "../../src/store/store.ts";
import { CrashSweep } from "../../src/testing/crash.ts";
import { crashEverywhere, pathsOf } from "../../src/testing/testing.ts";
import type { Crashes, CrashOptions, Path } from "../../src/testing/testing.ts";
import { inRigs } from "../../src/testing/walk.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { bound } from "./bound.ts";
import { purchaseSamples as samples } from "./purchase-samples.ts";

const saga = definePurchase({});
const { shortest, paths } = pathsOf(saga, samples, { ignoreContext: ["attempts"] });

function pathNamed(name: string): Path {
  const path = [...paths, ...shortest].find((one) => one.name === name);
  if (path === undefined) throw new Error(`no path "${name}"`);
  return path;
}

/** A store that spoils what is written, as a runtime with a bug would. */
function spoiling(spoil: (writeSet: WriteSet) => WriteSet): (path: string) => Store {
  return (path) => {
    const store = openSqlite(path);
    return { ...bound(store), commit: (writeSets) => store.commit(writeSets.map(spoil)) };
  };
}

test("every shortest path ends the same, wherever the process dies", async () => {
  let points = 0;
  for (const path of shortest) points += (await crashEverywhere(saga, path, { samples })).points;

  expect(points).toBeGreaterThan(3 * shortest.length);
});

test("the process dies before and after each commit, and between an effect and its commit", async () => {
  const path = pathNamed("PAY comes, charge succeeds → paid");

  const { points } = await crashEverywhere(saga, path, { samples });

  // Before the start, after it, after PAY, after the effect, after its result. Before PAY is after the start.
  expect(points).toBe(5);
});

async function sweep(some: readonly Path[], options: Omit<CrashOptions, "samples">) {
  return inRigs(saga, { samples, ...options }, async (rigs): Promise<Crashes> => {
    const crashing = new CrashSweep(rigs, options);
    for (const path of some) await crashing.on(path);
    return crashing.crashes;
  });
}

test("a moment that paths begin with is crashed at again only where the traces of the crash are not gone", async () => {
  const alone = await Promise.all(paths.map((path) => crashEverywhere(saga, path, { samples })));
  const moments = alone.reduce((sum, { points }) => sum + points, 0);

  const { points, alike } = await sweep(paths, {});

  expect(points + alike).toBe(moments);
  expect(alike).toBeGreaterThan(0);
});

test("a path that was gone through is not gone through again", async () => {
  const path = pathNamed("PAY comes, charge succeeds → paid");

  const once = await sweep([path], {});
  const twice = await sweep([path, path], {});

  expect(twice).toEqual({ ...once, alike: once.points });
});

test("what goes on after a crash may die again, at each of its moments", async () => {
  const path = pathNamed("PAY comes, charge succeeds → paid");

  const { points, pairs, pairsLeft } = await crashEverywhere(saga, path, { samples, pairs: 1 });

  expect(pairs).toBeGreaterThan(points);
  expect(pairsLeft).toBe(0);
});

test("a share of the pairs is drawn by a seed", async () => {
  const whole = await sweep(shortest, { pairs: 1 });
  const some = await sweep(shortest, { pairs: 0.3, seed: 7 });
  const others = await sweep(shortest, { pairs: 0.3, seed: 8 });

  expect(some.pairs + some.pairsLeft).toBe(whole.pairs);
  expect(some.pairs).toBeGreaterThan(0.15 * whole.pairs);
  expect(some.pairs).toBeLessThan(0.45 * whole.pairs);
  expect(await sweep(shortest, { pairs: 0.3, seed: 7 })).toEqual(some);
  expect(others.pairs + others.pairsLeft).toBe(whole.pairs);
});

describe("a runtime is caught", () => {
  const cancelled = pathNamed(
    "PAY comes, charge loses its reply, CANCEL comes, refund succeeds → cancelled",
  );

  test("that forgets what it has started", async () => {
    const open = spoiling((writeSet) => ({ ...writeSet, effectsStarted: [] }));

    // What is in memory goes on; what was written does not.
    await expect(crashEverywhere(saga, cancelled, { samples, open })).rejects.toThrow(
      "no attempt of charge is being made",
    );
  });

  test("that asks again under another key after a crash", async () => {
    let opened = 0;
    const open = (path: string): Store => {
      const store = openSqlite(path);
      const nth = (opened += 1);
      return {
        ...bound(store),
        claimEffects: async (options) =>
          (await store.claimEffects(options)).map((claimed) => ({
            ...claimed,
            effect: {
              ...claimed.effect,
              idempotencyKey: `${claimed.effect.idempotencyKey}/${nth}`,
            },
          })),
      };
    };
    const error = await crashEverywhere(saga, cancelled, { samples, open }).catch(String);

    expect(error).toContain("with a crash");
    expect(error).toContain('{ kind: "crash" },');
  });

  test("that does not look for its timers after a start", async () => {
    let opened = 0;
    const open = (file: string): Store => {
      const store = openSqlite(file);
      const isFirst = (opened += 1) <= 2;
      return {
        ...bound(store),
        findTimers: async (limit) => (isFirst ? store.findTimers(limit) : []),
      };
    };
    const path = pathNamed(
      "PAY comes, charge loses its reply, 100 of paying.backingOff fires → paying.attempting",
    );

    const error = await crashEverywhere(saga, path, { samples, open }).catch(String);

    expect(error).toContain("with a crash after the commit of");
    expect(error).toContain('{ kind: "crash" },');
  });
});
