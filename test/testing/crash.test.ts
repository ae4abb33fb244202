/** Crashes at every moment of a path, and what they find in a runtime that does not survive them. */
import { describe, expect, test } from "vitest";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import type { WriteSet } from "../../src/store/store.ts";
import { crashPathsOf } from "../../src/testing/crash-paths.ts";
import { crashEverywhere, pathsOf } from "../../src/testing/testing.ts";
import type { Path } from "../../src/testing/testing.ts";
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

test("moves that another path has made before are not crashed at again", async () => {
  const path = pathNamed("PAY comes, charge succeeds → paid");

  const whole = await crashEverywhere(saga, path, { samples });
  const last = await crashEverywhere(saga, path, { samples, fromStep: 1 });

  expect(whole.points - last.points).toBe(3);
});

test("of paths that begin alike each move is crashed at once", () => {
  const crashPaths = crashPathsOf(shortest);
  const made = crashPaths.flatMap(({ path, fromStep }) =>
    path.steps
      .slice(fromStep)
      .map((_, index) =>
        JSON.stringify(path.steps.slice(0, fromStep + index + 1).map(({ move }) => move)),
      ),
  );

  expect(new Set(made).size).toBe(made.length);
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
