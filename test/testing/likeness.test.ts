/** Which processes stand alike though they have come there by other ways. */
import { describe, expect, test } from "vitest";
import type { Move } from "../../src/check/check.ts";
import type { Standing } from "../../src/testing/remains.ts";
import { inRigs } from "../../src/testing/walk.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { purchaseSamples as samples } from "./purchase-samples.ts";

async function standingAfter(moves: readonly Move[]): Promise<Standing> {
  return inRigs(definePurchase({}), { samples }, async (rigs) => {
    const rig = await rigs.create();
    await rig.begin();
    for (const [index, move] of moves.entries()) await rig.perform(move, { index });
    const standing = await rig.standing();
    if (standing === null) throw new Error("it cannot be told");
    return standing;
  });
}

const pay: Move = { kind: "send", event: { type: "PAY" } };
const cancel: Move = { kind: "send", event: { type: "CANCEL" } };
const crash: Move = { kind: "crash" };
const settle = (activityId: string, outcome: "ok" | "lostReply" | "transient"): Move => ({
  kind: "settle",
  activityId,
  outcome,
});
const backoff: Move = { kind: "fire", event: "xstate.after.100.purchase.paying.backingOff" };

describe("alike are", () => {
  test("the same moves", async () => {
    const [one, other] = [await standingAfter([pay]), await standingAfter([pay])];

    expect(one).toEqual(other);
  });

  test("one for whom a lost attempt has lapsed in a commit of its own, and one that has lost none", async () => {
    const smooth = await standingAfter([pay, settle("charge", "lostReply"), cancel]);
    const lapsed = await standingAfter([
      pay,
      crash,
      settle("charge", "lostReply"),
      cancel,
      { kind: "lapse", activityId: "charge" },
    ]);

    expect(lapsed.text).not.toBe(smooth.text);
    expect(lapsed.likeness).toBe(smooth.likeness);
  });
});

describe("not alike are", () => {
  test("one whose attempt is lost and made again", async () => {
    const [one, other] = [await standingAfter([pay]), await standingAfter([pay, crash])];

    expect(one.likeness).not.toBe(other.likeness);
  });

  test("worlds in which something else took effect", async () => {
    const lost = await standingAfter([pay, settle("charge", "lostReply"), backoff]);
    const failed = await standingAfter([pay, settle("charge", "transient"), backoff]);

    expect(lost.likeness).not.toBe(failed.likeness);
  });

  test("timers of which less is left", async () => {
    const early = await standingAfter([pay, settle("charge", "transient")]);
    const late = await standingAfter([pay, settle("charge", "transient"), backoff]);

    expect(early.likeness).not.toBe(late.likeness);
  });
});
