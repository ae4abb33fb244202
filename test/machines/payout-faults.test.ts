/** The payout saga on the real runtime against the demo's services: what each fault at each step comes to. */
import { beforeEach, describe, expect, test } from "vitest";
import { payoutOffer } from "../../machines/payout/demo.ts";
import { definePayoutSaga } from "../../machines/payout/index.ts";
import { begin, delays, openDemo } from "./demo-at-hand.ts";
import type { AtHand } from "./demo-at-hand.ts";

const forward = ["reserveFunds", "submitTransfer", "bookTransfer", "notifyPayee"] as const;

const input = { payeeId: "c-1", iban: "DE89370400440532013000", amountCents: 4_200, delays };

let payout: AtHand;

beforeEach(async () => {
  payout = await openDemo(payoutOffer, definePayoutSaga);
});

describe.each(forward)("at %s", (step) => {
  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["two 503s", { mode: "fail", times: 2 }],
  ])("%s is made good, and the payout completes with each effect once", async (_, knob) => {
    await payout.turn(step, knob);

    const completed = await begin(payout, input, { phase: "completed" });

    expect(completed.output).toMatchObject({ status: "completed", notified: true });
    expect(await payout.calls()).toEqual(forward);
  });
});

test("a transfer whose reply is lost is found by asking, not sent again", async () => {
  await payout.turn("submitTransfer", { mode: "loseReply" });

  const completed = await begin(payout, input, { phase: "completed" });

  const { requests } = await payout.ledger();
  expect(requests["payout/i-1/submitTransfer/2"]).toBe(1);
  expect(completed.output).toMatchObject({ transferId: "trf-2" });
});

test.each([
  ["reserveFunds", [], []],
  ["submitTransfer", ["reserveFunds", "releaseFunds"], []],
])("a 422 at %s leaves nothing in place", async (step, calls, inPlace) => {
  await payout.turn(step, { mode: "reject" });

  const ended = await begin(payout, input, { phase: "compensated" });

  expect(await payout.calls()).toEqual(calls);
  expect(await payout.inPlace()).toEqual(inPlace);
  expect(ended.output).toMatchObject({ failure: { step, kind: "rejected" } });
});

test("a bank that never answers has no transfer of it, and will have none", async () => {
  await payout.turn("submitTransfer", { mode: "hang" });

  await begin(payout, input, { phase: "compensated" });

  expect(await payout.calls()).toEqual(["reserveFunds", "withdrawTransfer", "releaseFunds"]);
});

test("a transfer that arrives while it is given up is not undone: the payout goes forward", async () => {
  // It takes effect, its reply is lost each time, and nobody can ask.
  await payout.turn("submitTransfer", { mode: "loseReply" });
  await payout.turn("findTransfer", { mode: "fail" });

  const completed = await begin(payout, input, { phase: "completed" });

  expect(await payout.calls()).toEqual([
    "reserveFunds",
    "submitTransfer",
    "withdrawTransfer",
    "bookTransfer",
    "notifyPayee",
  ]);
  expect(await payout.inPlace()).toEqual(["reserveFunds", "submitTransfer"]);
  expect(completed.output).toMatchObject({ failure: null, transferId: "trf-2" });
});

test.each([
  ["reserveFunds", ["reserveFunds", "releaseFunds"]],
  ["submitTransfer", ["reserveFunds", "withdrawTransfer", "releaseFunds"]],
])("cancelling during %s leaves nothing in place", async (step, calls) => {
  await payout.turn(step, { mode: "hang" });
  await begin(payout, input, {
    state: step === "reserveFunds" ? "reservingFunds" : "submittingTransfer",
  });

  await payout.runtime.send(payout.saga, "i-1", { type: "saga.cancel" });
  await payout.runtime.waitFor(payout.saga, "i-1", { phase: "compensated" });

  expect(await payout.calls()).toEqual(calls.filter((call) => call !== step));
});

test("a cancel that crosses with the transfer leaves all of the payout in place, or nothing", async () => {
  await payout.turn("submitTransfer", { mode: "slow", delayMs: 150 });
  await begin(payout, input, { state: "submittingTransfer.attempting" });
  await expect.poll(async () => Object.keys((await payout.ledger()).requests)).toHaveLength(2);

  // The bank has the transfer before it, and does not know yet what becomes of it.
  await payout.runtime.send(payout.saga, "i-1", { type: "saga.cancel" });
  const ended = await payout.runtime.waitFor(payout.saga, "i-1", { settled: true });

  const isPaid = ended.phase === "completed";
  expect(await payout.inPlace()).toEqual(isPaid ? ["reserveFunds", "submitTransfer"] : []);
});

describe("behind the pivot", () => {
  test.each([
    ["a 422", { mode: "reject", times: 1 }],
    ["503 eight times", { mode: "fail", times: 8 }],
  ])(
    "%s at bookTransfer is stuck until somebody retries, and nothing is undone",
    async (_, knob) => {
      await payout.turn("bookTransfer", knob);
      const stuck = await begin(payout, input, { phase: "stuck" });

      await payout.runtime.send(payout.saga, "i-1", {
        type: "saga.retry",
        reason: "the books are open",
      });
      await payout.runtime.waitFor(payout.saga, "i-1", { phase: "completed" });

      expect(stuck.accepts.map(({ type }) => type)).toEqual(["saga.retry"]);
      expect(await payout.calls()).toEqual(forward);
    },
  );
});

describe.each(["withdrawTransfer", "releaseFunds"] as const)("at the undo %s", (undo) => {
  beforeEach(async () => {
    await payout.turn("submitTransfer", { mode: "hang" });
  });

  test.each([
    ["a lost reply", { mode: "loseReply", times: 1 }],
    ["a hang", { mode: "hang", times: 1 }],
    ["503 seven times", { mode: "fail", times: 7 }],
  ])("%s is asked again, and it takes effect once", async (_, knob) => {
    await payout.turn(undo, knob);

    await begin(payout, input, { phase: "compensated" });

    expect(await payout.calls()).toEqual(["reserveFunds", "withdrawTransfer", "releaseFunds"]);
  });

  test("a 422 is stuck until somebody retries", async () => {
    await payout.turn(undo, { mode: "reject", times: 1 });
    const stuck = await begin(payout, input, { phase: "stuck" });

    await payout.runtime.send(payout.saga, "i-1", { type: "saga.retry" });
    await payout.runtime.waitFor(payout.saga, "i-1", { phase: "compensated" });

    expect(stuck.accepts.map(({ type }) => type)).toEqual(["saga.retry", "saga.skip"]);
    expect(await payout.inPlace()).toEqual([]);
  });

  test("a 422 for ever is left by saga.skip", async () => {
    await payout.turn(undo, { mode: "reject" });
    await begin(payout, input, { phase: "stuck" });

    await payout.runtime.send(payout.saga, "i-1", { type: "saga.skip", reason: "done by hand" });
    await payout.runtime.waitFor(payout.saga, "i-1", { phase: "compensated" });

    expect(await payout.calls()).not.toContain(undo);
  });
});

test.each([
  ["to a country XX", { ...input, iban: "XX89370400440532013000" }, "there is no country XX"],
  ["of more than there is", { ...input, amountCents: 1_000_001 }, "insufficient funds"],
])("a payout %s leaves nothing behind", async (_, bad, reason) => {
  const ended = await begin(payout, bad, { phase: "compensated" });

  expect(JSON.stringify(ended.output)).toContain(reason);
  expect(await payout.inPlace()).toEqual([]);
});

test.each([
  ["to no IBAN", { ...input, iban: "hello" }],
  ["of nothing", { ...input, amountCents: 0 }],
  ["with a delay of an hour and a bit", { ...input, delays: { attemptTimeoutMs: 3_600_001 } }],
])("a payout %s is refused", async (_, bad) => {
  await expect(
    payout.runtime.start(payout.saga, { instanceId: "i-1", input: bad }),
  ).rejects.toMatchObject({ code: "SAGA_INPUT_INVALID" });
});
