/** Walks and replays on the real runtime: what they see, and what they do not let pass. */
import { describe, expect, test } from "vitest";
import { openSqlite } from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import type { WriteSet } from "../../src/store/store.ts";
import { pathsOf, replay, walk } from "../../src/testing/testing.ts";
import type { Move } from "../../src/testing/testing.ts";
import { BACKOFF_MS, definePurchase, TIMEOUT_MS } from "../fixtures/purchase.ts";
import { bound } from "./bound.ts";
import { purchaseSamples as samples, purchaseWith } from "./purchase-samples.ts";

const saga = definePurchase({});
const pay: Move = { kind: "send", event: { type: "PAY" } };
const cancel: Move = { kind: "send", event: { type: "CANCEL" } };

function charge(outcome: "ok" | "rejected" | "transient" | "lostReply"): Move {
  return { kind: "settle", activityId: "charge", outcome };
}

const timeout: Move = {
  kind: "fire",
  event: `xstate.after.${TIMEOUT_MS}.purchase.paying.attempting`,
};
const backoff: Move = {
  kind: "fire",
  event: `xstate.after.${BACKOFF_MS}.purchase.paying.backingOff`,
};
const refund: Move = { kind: "settle", activityId: "refund", outcome: "ok" };

describe("a replay", () => {
  test("tells where the instance was after each move, and what took effect", async () => {
    const seen = await replay(saga, [pay, charge("lostReply"), backoff, charge("ok")], { samples });

    expect(seen.settled.map(({ state, revision, atMs }) => [state, revision, atMs])).toEqual([
      ["waiting", 1, 0],
      ["paying.attempting", 2, 0],
      ["paying.backingOff", 3, 0],
      ["paying.attempting", 4, BACKOFF_MS],
      ["paid", 5, BACKOFF_MS],
    ]);
    expect(seen.phase).toBe("completed");
    // The reply was lost, the effect was not: the second attempt has none of its own.
    expect(seen.ledger).toEqual([{ activity: "charge", idempotencyKey: "purchase/i-1/charge/2" }]);
    expect(seen.broken).toEqual([]);
  });

  test("waits with a compensation until the lost attempt of what it undoes lapses", async () => {
    const moves = [pay, { kind: "crash" } as const, cancel, refund];

    const seen = await replay(saga, moves, { samples });

    expect(seen.settled.at(-1)).toMatchObject({ state: "cancelled", atMs: 1_000 });
    expect(seen.undoing).toEqual(["refund"]);
  });

  test("waits so too if the attempt that was made again has failed, and its process has died as well", async () => {
    const crash: Move = { kind: "crash" };
    const late: Move = { kind: "settleLate", activityId: "charge", outcome: "ok" };
    const moves = [pay, crash, charge("transient"), crash, cancel, late, refund];

    const seen = await replay(saga, moves, { samples });

    expect(seen.settled.map(({ state, atMs }) => [state, atMs]).slice(3)).toEqual([
      ["paying.backingOff", 0],
      ["paying.backingOff", 0],
      ["refunding", 0],
      ["refunding", 0],
      ["cancelled", 1_000],
    ]);
    expect(seen.ledger.map(({ activity }) => activity)).toEqual(["charge", "refund"]);
    expect(seen.inPlace).toEqual([]);
  });

  test("takes an effect that came after its attempt was left for undone by what follows", async () => {
    const late: Move = { kind: "settleLate", activityId: "charge", outcome: "ok" };

    const seen = await replay(saga, [pay, timeout, late, cancel, refund], { samples });

    expect(seen.ledger.map(({ activity }) => activity)).toEqual(["charge", "refund"]);
    expect(seen.inPlace).toEqual([]);
  });

  test("says which move cannot happen, and why", async () => {
    const moves = [pay, charge("ok"), charge("ok")];

    await expect(replay(saga, moves, { samples })).rejects.toThrow(
      'move 3 of 3, "charge succeeds", cannot happen: no attempt of charge is being made in state paid',
    );
    await expect(replay(saga, [cancel], { samples })).rejects.toThrow(
      /move 1 of 1, "CANCEL comes", cannot happen: .*takes no event "CANCEL"/,
    );
    await expect(replay(saga, [backoff], { samples })).rejects.toThrow(
      /move 1 of 1, .*cannot happen: .*is not set/,
    );
  });
});

describe("a walk", () => {
  const { paths } = pathsOf(saga, samples, { ignoreContext: ["attempts"] });

  test("comes on every path to what the chart says", async () => {
    for (const path of paths) {
      const seen = await walk(saga, path, { samples });

      expect(seen.settled.slice(1)).toEqual(path.steps.map(({ settled }) => settled));
    }
  });

  test("fails with a ready test where the runtime goes elsewhere", async () => {
    const path = paths.find(({ name }) => name === "PAY comes, charge succeeds → paid");

    // A runtime that never takes the result of an attempt.
    const deaf = (writeSet: WriteSet): WriteSet => ({
      ...writeSet,
      effectFinished: writeSet.effectFinished && { ...writeSet.effectFinished, generation: 99 },
    });
    const open = (file: string): Store => {
      const store = openSqlite(file);
      const commit: Store["commit"] = (writeSets) => store.commit(writeSets.map(deaf));
      return { ...bound(store), commit };
    };
    const error = await walk(saga, path as never, { samples, open }).catch(String);

    expect(error).toContain("the runtime is at");
    expect(error).toContain('test("PAY comes, charge succeeds → paid", async () => {');
    expect(error).toContain('{ kind: "settle", activityId: "charge", outcome: "ok" },');
    expect(error).toContain('expect(seen.settled.at(-1)).toMatchObject({ state: "paid"');
  });

  test("fails if the chart leaves an effect behind", async () => {
    const leaky = purchaseWith({ CANCEL: "#purchase.cancelled" });
    const leakyPaths = pathsOf(leaky, samples, { ignoreContext: ["attempts"] }).paths;

    const errors: string[] = [];
    for (const path of leakyPaths) {
      await walk(leaky, path, { samples }).catch((error: Error) => errors.push(error.message));
    }

    expect(errors.join("\n")).toContain("compensated, and charge is still in place");
    expect(errors.join("\n")).toContain("expect(seen.broken).toEqual([]);");
  });

  test("lets a rule go that the saga does not keep", async () => {
    const leaky = purchaseWith({ CANCEL: "#purchase.cancelled" });
    const rules = ["completed", "reverse-order"] as const;

    for (const path of pathsOf(leaky, samples, { ignoreContext: ["attempts"] }).paths) {
      await expect(walk(leaky, path, { samples, rules })).resolves.toMatchObject({ broken: [] });
    }
  });
});
