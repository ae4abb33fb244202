/**
 * The books of a demo: what was asked, what took effect in which order, what is in place now.
 *
 * A key has its effect once: asked again it gets the same answer. A refusal is not remembered, since
 * nothing happened. All is kept in memory for as long as the demo runs: it is a demo.
 */

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A request as the books understand it. */
export type Order = {
  /** Name of the call, as knobs and ledger speak of it. */
  readonly call: string;
  /** Of whatever the saga is about, such as an order. */
  readonly id: string;
  /** What it concerns, of one id: by this an undo finds what it undoes. */
  readonly scope: string;
} & (
  | {
      readonly does: "make";
      /** What the answer calls its id, and how that begins. */
      readonly made: { readonly field: string; readonly prefix: string };
      /** What a service would say to nonsense. */
      readonly refusal: Answer | null;
    }
  // Happens, and brings nothing into being.
  | { readonly does: "note" }
  | {
      readonly does: "undo";
      readonly undoes: string;
      /** Null: whatever there is in the scope. */
      readonly thing: string | null;
      /** Not null: it is only kept from happening. What is there stays, and the answer tells it by this name. */
      readonly keptAs: string | null;
    }
  // Changes nothing.
  | { readonly does: "find"; readonly finds: string; readonly field: string }
);

export interface Asked {
  readonly order: Order;
  readonly idempotencyKey: string;
  readonly correlationId: string | null;
  /** The whole request, to tell a repeated one from another one under the same key. */
  readonly fingerprint: string;
}

/** One thing that happened. `IdField` is what this demo calls the id of an instance. */
export type Effect<IdField extends string = string, Call extends string = string> = {
  /** Counts from 1, over all ids. */
  readonly seq: number;
  readonly call: Call;
  readonly idempotencyKey: string;
  readonly correlationId: string | null;
  /** What it brought into being; null for what makes nothing and for an undo. */
  readonly id: string | null;
  /** What it undid; empty when there was nothing to undo. */
  readonly undid: readonly string[];
} & Readonly<Record<IdField, string>>;

export interface Ledger<IdField extends string = string, Call extends string = string> {
  readonly effects: readonly Effect<IdField, Call>[];
  /** Requests of each idempotency key, those included that had no effect. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface BooksOptions {
  readonly idField: string;
  /** Whether what was undone is refused when it arrives late. */
  readonly tombstones: boolean;
}

interface Key {
  readonly id: string;
  readonly fingerprint: string;
  requests: number;
  answer: Answer | null;
}

interface Happened {
  readonly about: string;
  readonly effect: object;
}

export class Books {
  readonly #options: BooksOptions;
  readonly #keys = new Map<string, Key>();
  readonly #happened: Happened[] = [];
  /** What there ever was of each kind, by `call/scope`; true while it is in place. */
  readonly #things = new Map<string, Map<string, boolean>>();
  /** `call/scope` of what was undone: a request for it that comes later is too late. */
  readonly #tombstones = new Set<string>();

  constructor(options: BooksOptions) {
    this.#options = options;
  }

  /** Notes a request; answers how many its key has had, or null if the key belongs to another request. */
  receive({ idempotencyKey, fingerprint, order }: Asked): number | null {
    const key = this.#keys.get(idempotencyKey) ?? {
      id: order.id,
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

    const { order } = asked;
    if (order.does === "find") return this.#find(order);
    const answer = this.#refusal(order) ?? this.#effect(asked);
    if (answer.status < 300) key.answer = answer;
    return answer;
  }

  /** All that happened, or what happened to one id, oldest first. */
  ledger(id?: string): Ledger {
    const isMeant = (about: string) => id === undefined || about === id;
    return {
      effects: this.#happened
        .filter(({ about }) => isMeant(about))
        .map(({ effect }) => effect as Effect),
      requests: Object.fromEntries(
        [...this.#keys]
          .filter(([, key]) => isMeant(key.id))
          .map(([idempotencyKey, { requests }]) => [idempotencyKey, requests]),
      ),
    };
  }

  #find({ finds, scope, field }: Extract<Order, { does: "find" }>): Answer {
    return { status: 200, body: { [field]: this.#inPlace(finds, scope)[0] ?? null } };
  }

  #refusal(order: Exclude<Order, { does: "find" }>): Answer | null {
    if (order.does === "note") return null;
    if (order.does === "make") {
      return this.#tombstones.has(`${order.call}/${order.scope}`)
        ? refusal(409, `too late: this ${order.call} was undone before`)
        : order.refusal;
    }
    const { undoes, scope, thing } = order;
    const isKnown = thing === null || this.#thingsOf(undoes, scope).has(thing);
    return isKnown ? null : refusal(404, `there is no ${JSON.stringify(thing)}`);
  }

  #effect(asked: Asked): Answer {
    const { order } = asked;
    if (order.does === "undo") {
      const kept =
        order.keptAs === null ? null : (this.#inPlace(order.undoes, order.scope)[0] ?? null);
      const undid = kept === null ? this.#undo(order) : [];
      this.#enter(asked, null, undid);
      return { status: 200, body: order.keptAs === null ? { undid } : { [order.keptAs]: kept } };
    }
    if (order.does !== "make") {
      this.#enter(asked, null, []);
      return { status: 202, body: {} };
    }
    const { field, prefix } = order.made;
    const thing = `${prefix}-${this.#happened.length + 1}`;
    this.#thingsOf(order.call, order.scope).set(thing, true);
    this.#enter(asked, thing, []);
    return { status: 201, body: { [field]: thing } };
  }

  #undo({ undoes, scope, thing }: Extract<Order, { does: "undo" }>): string[] {
    if (this.#options.tombstones) this.#tombstones.add(`${undoes}/${scope}`);

    const things = this.#thingsOf(undoes, scope);
    const undid = this.#inPlace(undoes, scope).filter((each) => thing === null || thing === each);
    for (const each of undid) things.set(each, false);
    return undid;
  }

  #enter(
    { order, idempotencyKey, correlationId }: Asked,
    id: string | null,
    undid: string[],
  ): void {
    const { call, id: about } = order;
    const seq = this.#happened.length + 1;
    this.#happened.push({
      about,
      effect: {
        seq,
        call,
        [this.#options.idField]: about,
        idempotencyKey,
        correlationId,
        id,
        undid,
      },
    });
  }

  #inPlace(call: string, scope: string): string[] {
    return [...this.#thingsOf(call, scope)].filter(([, isThere]) => isThere).map(([id]) => id);
  }

  #thingsOf(call: string, scope: string): Map<string, boolean> {
    const name = `${call}/${scope}`;
    const things = this.#things.get(name) ?? new Map<string, boolean>();
    this.#things.set(name, things);
    return things;
  }
}

export function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}
