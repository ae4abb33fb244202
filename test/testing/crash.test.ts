/** Crashes at every moment of a path, and what they find in a runtime that does not survive them. */
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import type { ClaimedEffect, WriteSet } from "../../src/store/store.ts";
import { crashIn } from "../../src/testing/crash.ts";
import { crashEverywhere, pathsOf } from "../../src/testing/testing.ts";
import type { Crashes, Path } from "../../src/testing/testing.ts";
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

async function sweep(some: readonly Path[], deaths = 1): Promise<Crashes> {
  return inRigs(saga, { samples }, (rigs) => crashIn(rigs, some, deaths));
}

test("all moments of all paths are counted, and one is made of those that leave the same before the same moves", async () => {
  const alone = await Promise.all(paths.map((path) => crashEverywhere(saga, path, { samples })));
  const moments = alone.reduce((sum, { points }) => sum + points, 0);

  const { points, made } = await sweep(paths);

  expect(points).toBe(moments);
  expect(made).toBeLessThan(points);
  expect(made).toBeGreaterThan(shortest.length);
});

test("what goes on after a crash may die again, at each of its moments", async () => {
  const { made, pairs, pairsMade } = await sweep(paths, 2);

  expect(pairs).toBeGreaterThan(made);
  expect(pairsMade).toBeGreaterThan(0);
});

describe("a runtime is caught", () => {
  const cancelled = pathNamed(
    "PAY comes, charge loses its reply, CANCEL comes, refund succeeds → cancelled",
  );

  test("that forgets what it has started", async () => {
    const open = spoiling((writeSet) => ({ ...writeSet, effectsStarted: [] }));

    // It does not even without a crash.
    await expect(crashEverywhere(saga, cancelled, { samples, open })).rejects.toThrow(
      'the runtime is at { state: "paying.attempting"',
    );
  });

  /** A store that has lost attempts made again under another key, once the process has died so often. */
  function renaming(deaths: number) {
    return (path: string): Store => {
      const store = openSqlite(path);
      const hasBug = deathsOf(path) >= deaths;
      const rename = (claimed: ClaimedEffect): ClaimedEffect => {
        const idempotencyKey = `${claimed.effect.idempotencyKey}/again`;
        return hasBug ? { ...claimed, effect: { ...claimed.effect, idempotencyKey } } : claimed;
      };
      return {
        ...bound(store),
        claimEffects: async (options) => (await store.claimEffects(options)).map(rename),
      };
    };
  }

  test("that asks again under another key after a crash", async () => {
    const open = renaming(1);
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

    expect(error).toContain("with a crash before the commit of");
    expect(error).toContain('{ kind: "crash" },');
  });

  test("that fails late and on one branch, after the crash that shows it or any before", async () => {
    const open = (path: string): Store => {
      const store = openSqlite(path);
      const hasBug = deathsOf(path) > 0;
      const spoil = (writeSet: WriteSet): WriteSet =>
        hasBug && writeSet.instance.state === "refunding"
          ? { ...writeSet, effectsStarted: [] }
          : writeSet;
      return { ...bound(store), commit: (writeSets) => store.commit(writeSets.map(spoil)) };
    };
    const sweeping = inRigs(saga, { samples, open }, (rigs) => crashIn(rigs, shortest, 1));

    await expect(sweeping).rejects.toThrow("CANCEL comes");
  });

  test("that fails after two crashes and never after one", async () => {
    const open = renaming(2);
    const sweeping = (deaths: number) =>
      inRigs(saga, { samples, open }, (rigs) => crashIn(rigs, shortest, deaths));

    await expect(sweeping(1)).resolves.toMatchObject({ pairs: 0 });
    await expect(sweeping(2)).rejects.toThrow(", and another ");
  });
});

/** Each opening counts: of the file without rows, and of the process that has not died. */
function deathsOf(path: string): number {
  const file = new Database(path, { readonly: true });
  const epoch = file.prepare<[], number>("SELECT epoch FROM meta").pluck().get() ?? 0;
  file.close();
  return epoch - 2;
}
