/** What the demo shop promises to those who test sagas against it. */
import { describe, expect, test } from "vitest";
import { argumentsOf, charge, openShop, reserve } from "./shop-at-hand.ts";
import type { ShopAtHand } from "./shop-at-hand.ts";

const key = (idempotencyKey: string) => ({ "idempotency-key": idempotencyKey });

/** A charge whose client goes away when the shop has it. */
async function abandonCharge({ activities, ledger }: ShopAtHand, orderId: string): Promise<void> {
  const client = new AbortController();
  const others = { idempotencyKey: orderId, signal: client.signal };
  const charging = activities.chargePayment(argumentsOf({ ...charge, orderId }, others));
  const settled = Promise.allSettled([charging]);
  await expect.poll(async () => (await ledger(orderId)).requests[orderId]).toBe(1);
  client.abort();
  expect(await settled).toMatchObject([{ status: "rejected", reason: { kind: "unknown" } }]);
}

describe("idempotency keys", () => {
  test("the same key has its effect once and gets the same answer", async () => {
    const { activities, ledger } = await openShop();

    const first = await activities.chargePayment(argumentsOf(charge));
    const second = await activities.chargePayment(argumentsOf(charge));

    expect(second).toEqual(first);
    expect(await ledger()).toEqual({
      effects: [
        {
          seq: 1,
          call: "charge",
          orderId: "o-1",
          idempotencyKey: "order/o-1/key/1",
          correlationId: "cor-1",
          id: first.paymentId,
          undid: [],
        },
      ],
      requests: { "order/o-1/key/1": 2 },
    });
  });

  test("the same key with another body is refused, whatever became of the first", async () => {
    const { activities, turn } = await openShop();
    await turn("charge", { mode: "fail", times: 1 });
    await expect(activities.chargePayment(argumentsOf(charge))).rejects.toThrow("503");

    const other = activities.chargePayment(argumentsOf({ ...charge, amountCents: 1 }));

    await expect(other).rejects.toMatchObject({ status: 422 });
  });

  test("another key charges again: the shop does not hide a saga's mistake", async () => {
    const { activities, ledger } = await openShop();

    await activities.chargePayment(argumentsOf(charge, { idempotencyKey: "a" }));
    await activities.chargePayment(argumentsOf(charge, { idempotencyKey: "b" }));

    expect((await ledger()).effects).toHaveLength(2);
  });

  test("a request without a key is refused", async () => {
    const { ask } = await openShop();

    expect((await ask("POST", "/payments/charges", charge)).status).toBe(400);
  });

  test("a refusal is not remembered: nothing happened", async () => {
    const { activities, turn } = await openShop();
    await turn("charge", { mode: "reject", times: 1 });
    await expect(activities.chargePayment(argumentsOf(charge))).rejects.toThrow("422");

    await expect(activities.chargePayment(argumentsOf(charge))).resolves.toBeDefined();
  });
});

describe("nonsense", () => {
  test.each([
    ["a sold-out sku", "reservations", "/inventory/reservations", 409],
    ["a charge above the limit", "charges", "/payments/charges", 402],
    ["a shipment to Atlantis", "shipments", "/shipping/shipments", 422],
  ])("%s is refused and has no effect", async (_, kind, path, status) => {
    const { ask, ledger } = await openShop({ amountCentsMax: 100 });
    const bodies: Record<string, object> = {
      reservations: { orderId: "o-1", items: [{ sku: "sold-out", quantity: 1 }] },
      charges: { ...charge, amountCents: 101 },
      shipments: { ...reserve, address: { country: "Atlantis" } },
    };

    const response = await ask("POST", path, bodies[kind], key("k"));

    expect(response.status).toBe(status);
    expect((await ledger()).effects).toEqual([]);
  });

  test("a body that is no order is refused with 400", async () => {
    const { ask } = await openShop();

    const response = await ask("POST", "/payments/charges", { orderId: "o-1" }, key("k"));

    expect(response.status).toBe(400);
  });
});

describe("undoing", () => {
  const undo = { orderId: "o-1", paymentId: null };

  test("without an id finds what there is of the order, and only of the order", async () => {
    const { activities, ledger } = await openShop();
    const { paymentId } = await activities.chargePayment(argumentsOf(charge));
    const others = { ...charge, orderId: "o-2" };
    await activities.chargePayment(argumentsOf(others, { idempotencyKey: "other" }));

    await activities.refundPayment(argumentsOf(undo, { idempotencyKey: "undo" }));

    expect((await ledger("o-1")).effects.at(-1)).toMatchObject({
      call: "refund",
      undid: [paymentId],
    });
    expect((await ledger("o-2")).effects).toHaveLength(1);
  });

  test("succeeds when there is nothing to undo, or no longer", async () => {
    const { activities, ledger } = await openShop();

    await activities.refundPayment(argumentsOf(undo, { idempotencyKey: "u-1" }));

    expect((await ledger()).effects).toMatchObject([{ call: "refund", undid: [] }]);
  });

  test("of an id that the order never had is refused", async () => {
    const { activities } = await openShop();

    const refunding = activities.refundPayment(argumentsOf({ orderId: "o-1", paymentId: "pay-9" }));

    await expect(refunding).rejects.toMatchObject({ kind: "rejected", status: 404 });
  });

  test("turns away what it undoes, should that come late", async () => {
    const { activities } = await openShop();
    await activities.refundPayment(argumentsOf(undo, { idempotencyKey: "u-1" }));

    const charging = activities.chargePayment(argumentsOf(charge));

    await expect(charging).rejects.toMatchObject({ kind: "rejected", status: 409 });
  });

  test("without tombstones leaves what comes late in place", async () => {
    const { activities, ledger } = await openShop({ tombstones: false });
    await activities.refundPayment(argumentsOf(undo, { idempotencyKey: "u-1" }));

    await activities.chargePayment(argumentsOf(charge));

    expect((await ledger()).effects.map(({ call }) => call)).toEqual(["refund", "charge"]);
  });
});

describe("knobs", () => {
  test("fail, with its status, as often as it says", async () => {
    const { activities, turn } = await openShop();
    await turn("charge", { mode: "fail", status: 500, times: 2 });

    const statuses: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await activities.chargePayment(argumentsOf(charge)).then(
        () => statuses.push("done"),
        (error: { status: number }) => statuses.push(error.status),
      );
    }

    expect(statuses).toEqual([500, 500, "done"]);
  });

  test("hang: no answer and no effect, until the client goes", async () => {
    const shop = await openShop();
    await shop.turn("charge", { mode: "hang" });

    await abandonCharge(shop, "o-1");

    expect((await shop.ledger()).effects).toEqual([]);
  });

  test("slow: the effect and its answer come after the delay", async () => {
    const { activities, ledger, turn } = await openShop();
    await turn("charge", { mode: "slow", delayMs: 20 });

    await activities.chargePayment(argumentsOf(charge));

    expect((await ledger()).effects).toHaveLength(1);
  });

  test("late: the effect comes after the client has gone", async () => {
    const shop = await openShop();
    await shop.turn("charge", { mode: "late", delayMs: 10 });

    await abandonCharge(shop, "o-1");

    expect((await shop.ledger()).effects).toEqual([]);
    await expect.poll(async () => (await shop.ledger()).effects).toHaveLength(1);
  });

  test("late: an effect that was undone meanwhile stays away", async () => {
    const shop = await openShop();
    await shop.turn("charge", { mode: "late", delayMs: 100 });
    await abandonCharge(shop, "o-1");

    const nothing = { orderId: "o-1", paymentId: null };
    await shop.activities.refundPayment(argumentsOf(nothing, { idempotencyKey: "undo" }));
    // Abandoned after the other, so when its effect is there the other has had its turn.
    await abandonCharge(shop, "o-2");
    await expect.poll(async () => (await shop.ledger("o-2")).effects).toHaveLength(1);

    expect((await shop.ledger("o-1")).effects.map(({ call }) => call)).toEqual(["refund"]);
  });

  test("are turned back by DELETE", async () => {
    const { activities, ask, turn } = await openShop();
    await turn("charge", { mode: "reject" });

    expect((await ask("DELETE", "/knobs")).status).toBe(204);

    await expect(activities.chargePayment(argumentsOf(charge))).resolves.toBeDefined();
  });

  test.each([
    ["/knobs/charge", { mode: "explode" }, 400],
    ["/knobs/charge", { mode: "slow" }, 400],
    ["/knobs/charge", { mode: "hang", delay: 1 }, 400],
    ["/knobs/pay", { mode: "hang" }, 404],
    ["/chaos", { seed: 1, failRate: 0.7, hangRate: 0.7 }, 400],
  ])("%s refuses %j with %i", async (path, body, status) => {
    const { ask } = await openShop();

    expect((await ask("PUT", path, body)).status).toBe(status);
  });
});

describe("chaos", () => {
  const storm = { failRate: 0.3, loseReplyRate: 0.3, doneTwiceRate: 0.1 };

  async function outcomes(seed: number): Promise<string[]> {
    const { activities, ask } = await openShop();
    await ask("PUT", "/chaos", { seed, ...storm });
    return Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        activities.chargePayment(argumentsOf(charge, { idempotencyKey: `k-${index}` })).then(
          () => "done",
          (error: { status: number | null }) => String(error.status),
        ),
      ),
    );
  }

  test("is the same for the same seed, in whatever order requests come", async () => {
    const seen = await outcomes(7);

    expect(await outcomes(7)).toEqual(seen);
    expect(await outcomes(8)).not.toEqual(seen);
  });

  test("meets requests about as often as its rates say", async () => {
    const seen = await outcomes(1);

    expect(seen.filter((outcome) => outcome === "503").length).toBeGreaterThan(4);
    expect(seen.filter((outcome) => outcome === "null").length).toBeGreaterThan(4);
    expect(seen.filter((outcome) => outcome === "done").length).toBeGreaterThan(8);
  });

  test("leaves one effect for each key, however often it was asked", async () => {
    const { activities, ask, ledger } = await openShop();
    await ask("PUT", "/chaos", { seed: 3, loseReplyRate: 0.5, doneTwiceRate: 0.5 });

    await Promise.allSettled(
      Array.from({ length: 20 }, () => activities.chargePayment(argumentsOf(charge))),
    );

    const { effects, requests } = await ledger();
    expect(effects).toHaveLength(1);
    expect(requests).toEqual({ "order/o-1/key/1": 20 });
  });
});

test("closing lets waiting requests go at once, and what was to come does not", async () => {
  const { activities, close, ledger, turn } = await openShop();
  await turn("charge", { mode: "hang" });
  await turn("refund", { mode: "slow", delayMs: 600_000 });
  const waiting = [
    activities.chargePayment(argumentsOf(charge)),
    activities.refundPayment(
      argumentsOf({ orderId: "o-1", paymentId: null }, { idempotencyKey: "u" }),
    ),
  ];
  const settled = Promise.allSettled(waiting);
  await expect.poll(async () => Object.keys((await ledger()).requests)).toHaveLength(2);

  await close();

  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
