/**
 * The books of the demo shop: what was asked, what took effect in which order, what is in place now.
 *
 * A key has its effect once: asked again it gets the same answer. A refusal is not remembered, since
 * nothing happened. All is kept in memory for as long as the shop runs: it is a demo.
 */

export const doingCalls = ["reserve", "charge", "ship"] as const;
export const shopCalls = [...doingCalls, "notify", "release", "refund", "cancelShipment"] as const;

export type DoingCall = (typeof doingCalls)[number];
export type ShopCallName = (typeof shopCalls)[number];
export type UndoingCall = Exclude<ShopCallName, DoingCall | "notify">;

/** A request as the services understand it: one variant for each call. */
export type Order = { readonly orderId: string } & (
  | { readonly call: "reserve"; readonly items: readonly { readonly sku: string }[] }
  | { readonly call: "charge"; readonly amountCents: number }
  | { readonly call: "ship"; readonly country: string }
  | { readonly call: "notify" }
  // A null id: whatever there is of this order.
  | { readonly call: UndoingCall; readonly id: string | null }
);

export interface Asked {
  readonly order: Order;
  readonly idempotencyKey: string;
  readonly correlationId: string | null;
  /** The whole request, to tell a repeated one from another one under the same key. */
  readonly fingerprint: string;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** One thing that happened. */
export interface Effect {
  /** Counts from 1, over all orders. */
  readonly seq: number;
  readonly call: ShopCallName;
  readonly orderId: string;
  readonly idempotencyKey: string;
  readonly correlationId: string | null;
  /** What it brought into being; null for a notification and for an undo. */
  readonly id: string | null;
  /** What it undid; empty when there was nothing to undo. */
  readonly undid: readonly string[];
}

export interface Ledger {
  readonly effects: readonly Effect[];
  /** Requests of each idempotency key, those included that had no effect. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface BooksOptions {
  /** A charge above this is declined. */
  readonly amountCentsMax: number;
  /** Whether an order that was undone is refused when it arrives late. */
  readonly tombstones: boolean;
}

const undoneBy: Readonly<Record<UndoingCall, DoingCall>> = {
  release: "reserve",
  refund: "charge",
  cancelShipment: "ship",
};

const made: Readonly<Record<DoingCall, { field: string; prefix: string }>> = {
  reserve: { field: "reservationId", prefix: "res" },
  charge: { field: "paymentId", prefix: "pay" },
  ship: { field: "shipmentId", prefix: "shp" },
};

interface Key {
  readonly orderId: string;
  readonly fingerprint: string;
  requests: number;
  answer: Answer | null;
}

export class Books {
  readonly #options: BooksOptions;
  readonly #keys = new Map<string, Key>();
  readonly #effects: Effect[] = [];
  /** What each order ever had of each kind, by `call/orderId`; true while it is in place. */
  readonly #things = new Map<string, Map<string, boolean>>();
  /** `call/orderId` of what was undone: an answer to it that comes later is too late. */
  readonly #tombstones = new Set<string>();

  constructor(options: BooksOptions) {
    this.#options = options;
  }

  /** Notes a request; answers how many its key has had, or null if the key belongs to another request. */
  receive({ idempotencyKey, fingerprint, order }: Asked): number | null {
    const { orderId } = order;
    const key = this.#keys.get(idempotencyKey) ?? {
      orderId,
      fingerprint,
      requests: 0,
      answer: null,
    };
    this.#keys.set(idempotencyKey, key);
    key.requests += 1;
    return key.fingerprint === fingerprint ? key.requests : null;
  }

  /** Does what was asked and received, once for each key. */
  perform(asked: Asked): Answer {
    const key = this.#keys.get(asked.idempotencyKey);
    if (key === undefined) throw new Error("perform() comes after receive()");
    if (key.answer !== null) return key.answer;

    const answer = this.#refusal(asked.order) ?? this.#effect(asked);
    if (answer.status < 300) key.answer = answer;
    return answer;
  }

  /** All that happened, or what happened to one order, oldest first. */
  ledger(orderId?: string): Ledger {
    const isMeant = (entry: { orderId: string }) =>
      orderId === undefined || entry.orderId === orderId;
    return {
      effects: this.#effects.filter(isMeant),
      requests: Object.fromEntries(
        [...this.#keys]
          .filter(([, key]) => isMeant(key))
          .map(([idempotencyKey, { requests }]) => [idempotencyKey, requests]),
      ),
    };
  }

  #refusal(order: Order): Answer | null {
    if (isUndoing(order)) {
      const { call, orderId, id } = order;
      const isKnown = id === null || this.#thingsOf(undoneBy[call], orderId).has(id);
      return isKnown ? null : refusal(404, `the order has no ${JSON.stringify(id)}`);
    }
    if (this.#tombstones.has(`${order.call}/${order.orderId}`)) {
      return refusal(409, `too late: the order's ${order.call} was undone before`);
    }
    return nonsense(order, this.#options.amountCentsMax);
  }

  #effect(asked: Asked): Answer {
    const { order } = asked;
    if (isUndoing(order)) {
      const undid = this.#undo(undoneBy[order.call], order.orderId, order.id);
      this.#enter(asked, null, undid);
      return { status: 200, body: { undid } };
    }
    if (order.call === "notify") {
      this.#enter(asked, null, []);
      return { status: 202, body: {} };
    }
    const { field, prefix } = made[order.call];
    const id = `${prefix}-${this.#effects.length + 1}`;
    this.#thingsOf(order.call, order.orderId).set(id, true);
    this.#enter(asked, id, []);
    return { status: 201, body: { [field]: id } };
  }

  #undo(call: DoingCall, orderId: string, id: string | null): string[] {
    if (this.#options.tombstones) this.#tombstones.add(`${call}/${orderId}`);

    const things = this.#thingsOf(call, orderId);
    const undid = [...things.keys()].filter(
      (thing) => things.get(thing) === true && (id === null || id === thing),
    );
    for (const thing of undid) things.set(thing, false);
    return undid;
  }

  #enter(
    { order, idempotencyKey, correlationId }: Asked,
    id: string | null,
    undid: string[],
  ): void {
    const { call, orderId } = order;
    const seq = this.#effects.length + 1;
    this.#effects.push({ seq, call, orderId, idempotencyKey, correlationId, id, undid });
  }

  #thingsOf(call: DoingCall, orderId: string): Map<string, boolean> {
    const name = `${call}/${orderId}`;
    const things = this.#things.get(name) ?? new Map<string, boolean>();
    this.#things.set(name, things);
    return things;
  }
}

function isUndoing(order: Order): order is Extract<Order, { call: UndoingCall }> {
  return order.call in undoneBy;
}

function nonsense(order: Order, amountCentsMax: number): Answer | null {
  if (order.call === "reserve" && order.items.some(({ sku }) => sku === "sold-out")) {
    return refusal(409, 'sku "sold-out" is sold out');
  }
  if (order.call === "charge" && order.amountCents > amountCentsMax) {
    return refusal(402, "card declined");
  }
  if (order.call === "ship" && order.country === "Atlantis") {
    return refusal(422, "no carrier goes to Atlantis any more");
  }
  return null;
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}
