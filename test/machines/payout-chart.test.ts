/** What the payout chart promises by itself, whatever runs it. */
import { describe, expect, test } from "vitest";
import { payoutMachine } from "../../machines/payout/chart.ts";
import { Scripted } from "./scripted.ts";
import type { Behavior, Script } from "./scripted.ts";

const input = { payeeId: "c-1", iban: "DE89370400440532013000", amountCents: 4_200 };

const none = { transferId: null };
const taken = { transferId: "trf-1" };

const answers = {
  reserveFunds: { holdId: "hld-1" },
  submitTransfer: taken,
  findTransfer: none,
  withdrawTransfer: none,
};

function payout(script: Script<typeof payoutMachine> = {}) {
  return new Scripted(payoutMachine, { id: "p-1", input, answers, script });
}

function undone({ steps }: ReturnType<typeof payout>): string[] {
  return steps.filter((step) => step === "withdrawTransfer" || step === "releaseFunds");
}

test("a payout that goes well reserves, transfers, books and tells", async () => {
  const paid = payout();

  await paid.run();

  expect(paid.steps).toEqual(["reserveFunds", "submitTransfer", "bookTransfer", "notifyPayee"]);
  expect(paid.snapshot.output).toEqual({
    status: "completed",
    failure: null,
    holdId: "hld-1",
    transferId: "trf-1",
    notified: true,
  });
});

const withdraw = ["withdrawTransfer", "releaseFunds"];
const release = ["releaseFunds"];

type Row = [keyof typeof answers, string, Behavior[], "completed" | "compensated", string[]];

test.each<Row>([
  ["reserveFunds", "is refused", ["reject"], "compensated", []],
  ["reserveFunds", "hangs for ever", ["hang"], "compensated", release],
  [
    "reserveFunds",
    "may have happened, then is refused",
    ["unknown", "reject"],
    "compensated",
    release,
  ],
  ["submitTransfer", "is refused", ["reject"], "compensated", release],
  ["submitTransfer", "answers at the third attempt", ["hang", "unknown", "ok"], "completed", []],
  ["submitTransfer", "hangs for ever", ["hang"], "compensated", withdraw],
  ["submitTransfer", "fails without an answer for ever", ["unknown"], "compensated", withdraw],
  [
    "submitTransfer",
    "may have happened, then is refused",
    ["unknown", "reject"],
    "compensated",
    withdraw,
  ],
  ["submitTransfer", "throws what says nothing", ["throw"], "compensated", withdraw],
])(
  "when %s %s (%j), the payout is %s and undone are %j",
  async (step, _, how, ...[end, undoes]) => {
    const ended = payout({ [step]: how });

    await ended.run();

    expect(ended.snapshot.value).toBe(end);
    expect(undone(ended)).toEqual(undoes);
  },
);

describe("an attempt to transfer without an answer", () => {
  test.each(["hang", "unknown", "throw"] as const)(
    "(%s) is followed by a question, and a transfer that was taken is not sent again",
    async (behavior) => {
      const found = payout({ submitTransfer: [behavior], findTransfer: [{ answer: taken }] });

      await found.run();

      expect(found.attemptsOf("submitTransfer")).toBe(1);
      expect(found.snapshot.output).toMatchObject({ status: "completed", transferId: "trf-1" });
    },
  );

  test.each(["hang", "unknown", "reject", "throw"] as const)(
    "is made again when the question itself goes wrong (%s), three times in all",
    async (behavior) => {
      const unresolved = payout({ submitTransfer: ["unknown"], findTransfer: [behavior] });

      await unresolved.run();

      expect(unresolved.attemptsOf("submitTransfer")).toBe(3);
      expect(unresolved.attemptsOf("findTransfer")).toBe(3);
      expect(undone(unresolved)).toEqual(withdraw);
    },
  );

  test("is asked about only after the wait that the bank wants", async () => {
    const asked = payout({ submitTransfer: [{ retryAfterMs: 90_000 }] });
    await asked.settle();

    await asked.advance(89_999);
    expect(asked.attemptsOf("findTransfer")).toBe(0);
    await asked.advance(1);

    expect(asked.attemptsOf("findTransfer")).toBe(1);
  });
});

describe("a withdrawal that comes too late", () => {
  const late = { submitTransfer: ["hang"], withdrawTransfer: [{ answer: taken }] } as const;

  test("turns the payout forward again: no funds are released", async () => {
    const ended = payout(late);

    await ended.run();

    expect(ended.steps.slice(-2)).toEqual(["bookTransfer", "notifyPayee"]);
    expect(undone(ended)).toEqual(["withdrawTransfer"]);
    expect(ended.snapshot.output).toMatchObject({
      status: "completed",
      failure: null,
      transferId: "trf-1",
    });
  });

  test("overrules a cancellation", async () => {
    const cancelled = payout(late);
    await cancelled.run(() => cancelled.snapshot.matches("submittingTransfer"));

    await cancelled.send({ type: "saga.cancel" });
    await cancelled.run();

    expect(cancelled.snapshot.value).toBe("completed");
  });
});

describe("cancelling", () => {
  test.each([
    ["reservingFunds", "attempting", { reserveFunds: ["hang"] }, release],
    ["reservingFunds", "backingOff", { reserveFunds: ["unknown"] }, release],
    ["submittingTransfer", "attempting", { submitTransfer: ["hang"] }, withdraw],
    ["submittingTransfer", "backingOff", { submitTransfer: ["unknown"] }, withdraw],
    [
      "submittingTransfer",
      "askingBank",
      { submitTransfer: ["unknown"], findTransfer: ["hang"] },
      withdraw,
    ],
  ] as const)("in %s.%s undoes what may have happened", async (state, substate, script, undoes) => {
    const cancelled = payout(script);
    await cancelled.run(() => cancelled.snapshot.matches({ [state]: substate }));

    await cancelled.send({ type: "saga.cancel", reason: "fraud" });
    await cancelled.run();

    expect(undone(cancelled)).toEqual(undoes);
    expect(cancelled.snapshot.output).toMatchObject({
      status: "compensated",
      failure: { kind: "cancelled", message: "fraud" },
    });
  });

  test.each(["bookTransfer", "notifyPayee"] as const)(
    "is refused after the pivot, in %s",
    async (step) => {
      const paid = payout({ [step]: ["hang"] });
      await paid.run(() => paid.attemptsOf(step) > 0);

      expect(paid.can({ type: "saga.cancel" })).toBe(false);
    },
  );
});

describe("after the pivot", () => {
  test.each([
    ["is refused", "reject", 1],
    ["fails eight times", "unknown", 8],
    ["hangs eight times", "hang", 8],
  ] as const)(
    "what cannot be booked since it %s is stuck, and nothing is undone",
    async (_, how, attempts) => {
      const stuck = payout({ bookTransfer: [how] });

      await stuck.run();

      expect(stuck.snapshot.value).toEqual({ bookingTransfer: "stuck" });
      expect(stuck.attemptsOf("bookTransfer")).toBe(attempts);
      expect(stuck.can({ type: "saga.skip" })).toBe(false);
      expect(undone(stuck)).toEqual([]);
    },
  );

  test("saga.retry books it", async () => {
    const stuck = payout({ bookTransfer: ["reject"] });
    await stuck.run();
    stuck.rewrite("bookTransfer", ["ok"]);

    await stuck.send({ type: "saga.retry" });
    await stuck.run();

    expect(stuck.snapshot.output).toMatchObject({ status: "completed", notified: true });
  });

  test.each(["reject", "hang"] as const)(
    "a payee who cannot be told (%s) holds up nothing",
    async (how) => {
      const paid = payout({ notifyPayee: [how] });

      await paid.run();

      expect(paid.snapshot.output).toMatchObject({ status: "completed", notified: false });
    },
  );
});

describe.each([
  ["withdrawingTransfer", "withdrawTransfer"],
  ["releasingFunds", "releaseFunds"],
] as const)("%s", (state, step) => {
  test.each(["reject", "unknown", "hang"] as const)(
    "is stuck when %s says it, and goes on by saga.retry or saga.skip",
    async (behavior) => {
      const retried = payout({ submitTransfer: ["hang"], [step]: [behavior] });
      const skipped = payout({ submitTransfer: ["hang"], [step]: [behavior] });
      await retried.run();
      await skipped.run();
      expect(retried.snapshot.value).toEqual({ compensating: { [state]: "stuck" } });

      retried.rewrite(step, ["ok"]);
      await retried.send({ type: "saga.retry" });
      await retried.run();
      await skipped.send({ type: "saga.skip" });
      await skipped.run();

      expect(undone(retried)).toEqual(withdraw);
      expect([retried.snapshot.value, skipped.snapshot.value]).toEqual([
        "compensated",
        "compensated",
      ]);
    },
  );
});
