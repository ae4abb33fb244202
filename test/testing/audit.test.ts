/** The audit sees what is forgotten, early, lost or not asked for. */
import { expect, test } from "vitest";
import { wrongIn } from "../../src/testing/audit.ts";
import type { Evidence } from "../../src/testing/audit.ts";
import type { Setting } from "../../src/testing/position.ts";
import { inRigs } from "../../src/testing/walk.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { purchaseSamples as samples } from "./purchase-samples.ts";

async function evidence(): Promise<{ setting: Setting; seen: Evidence }> {
  return inRigs(definePurchase({}), { samples }, async (rigs) => {
    const rig = await rigs.create();
    await rig.begin();
    await rig.perform({ kind: "send", event: { type: "PAY" } }, { index: 0 });
    await rig.perform({ kind: "settle", activityId: "charge", outcome: "lostReply" }, { index: 1 });
    const event = "xstate.after.100.purchase.paying.backingOff";
    await rig.perform({ kind: "fire", event }, { index: 2 });
    return { setting: rigs.setting, seen: await rig.evidence() };
  });
}

test("nothing is wrong with an instance that a retry is made of", async () => {
  const { setting, seen } = await evidence();

  expect(wrongIn(setting, seen)).toEqual([]);
  expect(seen.journal.at(-1)?.source).toBe("timer");
});

test("whatever is not as the journal says is told", async () => {
  const { setting, seen } = await evidence();
  const { stored, journal } = seen;
  const wrong = (change: Partial<Evidence>): string =>
    wrongIn(setting, { ...seen, ...change }).join("; ");
  const early = journal.map((entry) =>
    entry.source === "timer" ? { ...entry, atMs: entry.atMs - 1 } : entry,
  );

  expect(wrong({ journal: early })).toContain("fired early");
  expect(wrong({ journal: journal.slice(0, -1) })).toContain(
    "the journal of revision 4 has 1, 2, 3",
  );
  expect(wrong({ stored: { ...stored, timers: [] } })).toContain("timers: its journal leads to 4.");
  expect(wrong({ stored: { ...stored, effects: [] } })).toContain(
    "activities: its journal leads to",
  );
  expect(wrong({ stored: { ...stored, damage: "it is damaged" } })).toContain("it is damaged");
  expect(wrong({ nowMs: seen.nowMs + 1_000 })).toContain("is due and has not fired");
  expect(wrong({ open: [] })).toContain("no attempt of charge is being made");
  expect(wrong({ ledger: [{ activity: "refund", idempotencyKey: "other" }] })).toContain(
    "refund took effect and was never asked for",
  );
  expect(wrong({ journal: [] })).toContain("its journal cannot be computed again");
});
