/**
 * The services behind the sagas, and their ledger. They keep to what the runtime assumes of them and to no more: one
 * effect for each idempotency key, and no effect of an attempt after its lease has lapsed, or after it has settled.
 */
import type { Action, Activity, ActivityArguments } from "../../src/saga/define.ts";
import type { Life } from "./life.ts";
import { never } from "./stage.ts";
import type { Stage } from "./stage.ts";

/** Something that took effect, once for its key. */
export interface Entry {
  readonly saga: string;
  readonly instanceId: string;
  readonly activity: string;
  readonly idempotencyKey: string;
  /** Times that it was asked for and would have happened. */
  times: number;
}

interface Request {
  readonly life: Life;
  readonly saga: string;
  readonly instanceId: string;
  readonly activity: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly number: number;
  /** When it takes effect; null: it does not, or has. */
  effectAtMs: number | null;
  cancelEffect: () => void;
  settle: (tell: (deferred: Deferred) => void) => void;
  isSettled: boolean;
}

interface Deferred {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface OutboxRow {
  readonly saga: string;
  readonly instance_id: string;
  readonly status: "live" | "abandoned";
  readonly lease_until_ms: number | null;
  readonly lost_until_ms: number | null;
}

/** When an attempt gives up at last that nobody answers and that did not listen when it was aborted. */
const DEAF_MS_MAX = 60_000;

/** What a service says of itself when it refuses, in the words of `machines/calls`. */
function refusal(isRejection: boolean, by: string): Error {
  return Object.assign(new Error(`${isRejection ? "refused" : "not now"} by=${by}`), {
    kind: isRejection ? "rejected" : "transient",
  });
}

export class Services {
  readonly #stage: Stage;
  readonly #find;
  readonly #ledger = new Map<string, Entry>();
  readonly #refused = new Set<string>();
  readonly #requests = new Set<Request>();
  /** Requests of compensations, in order. */
  readonly #undos: Request[] = [];
  readonly #outputs: Readonly<Record<string, object>>;
  readonly #answered: ReadonlySet<string>;
  readonly #atOnce: Readonly<Record<string, number>>;
  /** Actions that were performed, with the life that did it, in order. */
  readonly acted: { readonly life: Life; readonly idempotencyKey: string }[] = [];
  readonly #undoes: (saga: string, activity: string) => readonly string[];
  /** What is wrong whatever comes after. */
  readonly violations: string[] = [];
  #count = 0;

  constructor(
    stage: Stage,
    options: {
      outputs: Readonly<Record<string, object>>;
      /** Activities that an activity undoes. */
      undoes: (saga: string, activity: string) => readonly string[];
      /** Activities that are always answered. */
      answered: readonly string[];
      /** By activity, how many attempts a process may make at a time. */
      atOnce: Readonly<Record<string, number>>;
    },
  ) {
    this.#stage = stage;
    this.#outputs = options.outputs;
    this.#undoes = options.undoes;
    this.#answered = new Set(options.answered);
    this.#atOnce = options.atOnce;
    this.#find = stage.disk.client.prepare<[string, number], OutboxRow>(
      `SELECT saga, instance_id, outbox.status, lease_until_ms, lost_until_ms FROM outbox
       JOIN instances ON instances.key = outbox.instance
       WHERE idempotency_key = ? AND attempt = ?`,
    );
  }

  /** In order. */
  get ledger(): readonly Entry[] {
    return [...this.#ledger.values()];
  }

  /** How many attempts were asked for. */
  get attempts(): number {
    return this.#count;
  }

  /** The activity of that name, as a process calls it. */
  activityOf(life: Life, activity: string): Activity<unknown, unknown> {
    return (asked) => this.#perform(life, activity, asked);
  }

  /** The action of that name, as a process calls it. */
  actionOf(life: Life, action: string): Action<never> {
    return ({ idempotencyKey }) => {
      if (!life.isAlive || life.isStruckBy("crash-dispatch", `before ${action}`)) return never();
      life.say(`does ${action} ${idempotencyKey}`);
      if (this.#stage.faults.strikes("transient")) throw refusal(false, idempotencyKey);
      this.acted.push({ life, idempotencyKey });
      return life.isStruckBy("crash-dispatch", `after ${action}`) ? never() : undefined;
    };
  }

  /** Whatever is under way has come to its end, one way or the other: the wall clock is set forth. */
  skipTime(): void {
    for (const request of this.#requests) {
      if (request.effectAtMs === null) continue;
      if (this.#stage.chance.isLikely("skipped effect", 0.5)) this.#takeEffect(request);
      else this.#giveUp(request);
    }
  }

  /** A process is gone: what it has sent is still under way. */
  lose(life: Life): void {
    // When the transaction that it died in is rolled back.
    this.#stage.time.after(0, () => {
      for (const request of this.#requests) {
        if (request.life === life) this.#limit(request);
      }
    });
  }

  #perform(
    life: Life,
    activity: string,
    { idempotencyKey, attempt, signal }: ActivityArguments<unknown>,
  ): Promise<unknown> {
    if (!life.isAlive || life.isStruckBy("crash-dispatch", `before ${activity} is sent`)) {
      return never();
    }
    const row = this.#find.get(idempotencyKey, attempt);
    this.#count += 1;
    const number = this.#count;
    life.say(`asks ${activity} ${idempotencyKey}#${attempt} (request ${number})`);
    if (this.#stage.disk.client.inTransaction) {
      this.violations.push(`${idempotencyKey} was asked for inside a transaction`);
    }
    // A far store may have taken the end of it before its process has heard so.
    const isExpected = row !== undefined && (row.status === "live" || this.#stage.isFar);
    if (!isExpected) {
      this.violations.push(
        `${idempotencyKey}#${attempt} was asked for, and the outbox has it ${row?.status ?? "not"}`,
      );
    }
    const { promise, resolve, reject } = withResolvers();
    const request: Request = {
      life,
      saga: row?.saga ?? "",
      instanceId: row?.instance_id ?? "",
      activity,
      idempotencyKey,
      attempt,
      number,
      effectAtMs: null,
      cancelEffect: () => {},
      isSettled: false,
      settle: (tell) => {
        if (request.isSettled) return;
        // What has been answered takes no effect any more.
        if (request.effectAtMs !== null) this.#takeEffect(request);
        request.isSettled = true;
        this.#requests.delete(request);
        if (life.isAlive) tell({ resolve, reject });
      },
    };
    this.#checkRoom(request);
    this.#requests.add(request);
    if (this.#undoes(request.saga, activity).length > 0) this.#undos.push(request);
    this.#send(request);
    signal.addEventListener("abort", () => this.#abort(request));
    return life.isStruckBy("crash-dispatch", `after ${activity} was sent`) ? never() : promise;
  }

  /** No more attempts at a time than their limit says. One that does not settle counts until its row is gone. */
  #checkRoom({ life, activity, idempotencyKey }: Request): void {
    const most = this.#atOnce[activity];
    if (most === undefined) return;
    const others = [...this.#requests].filter(
      (other) =>
        other.life === life &&
        other.activity === activity &&
        !other.isSettled &&
        this.#find.get(other.idempotencyKey, other.attempt) !== undefined,
    );
    if (others.length < most) return;
    this.violations.push(`${idempotencyKey} was asked for beside ${others[0]?.idempotencyKey}`);
  }

  /** Says what becomes of a request, and when. */
  #send(request: Request): void {
    const { chance, faults, time, leaseMs } = this.#stage;
    const by = `${request.idempotencyKey}#${request.attempt}`;
    const isUndo = this.#undoes(request.saga, request.activity).length > 0;
    const latencyMs = faults.strikes("late")
      ? chance.between("late", 500, 3 * leaseMs)
      : chance.between("latency of services", 1, 150);

    const isRejected = !isUndo && faults.strikes("rejected");
    if (isRejected || this.#refused.has(request.idempotencyKey)) {
      // What it has done it does not refuse, and what it has refused it does not do.
      if (!this.#ledger.has(request.idempotencyKey)) {
        this.#refused.add(request.idempotencyKey);
        return this.#answerLater(request, latencyMs, ({ reject }) => reject(refusal(true, by)));
      }
    }
    if (faults.strikes("transient")) {
      return this.#answerLater(request, latencyMs, ({ reject }) => reject(refusal(false, by)));
    }
    const isSilent = faults.strikes("never") && !this.#answered.has(request.activity);
    if (!isSilent || chance.isLikely("silent effect", 0.5)) {
      request.effectAtMs = time.monotonicMs + latencyMs * 0.6;
      request.cancelEffect = time.after(latencyMs * 0.6, () => this.#takeEffect(request));
    }
    if (isSilent) return;
    if (faults.strikes("lost-reply")) {
      return this.#answerLater(request, latencyMs, ({ reject }) => reject(refusal(false, by)));
    }
    const output = { ...this.#outputs[request.activity], by };
    this.#answerLater(request, latencyMs, ({ resolve, reject }) => {
      // What it has given up, since it had no time left, it does not say to have done.
      if (this.#ledger.has(request.idempotencyKey)) resolve(output);
      else reject(refusal(false, by));
    });
  }

  #answerLater(request: Request, latencyMs: number, tell: (deferred: Deferred) => void): void {
    this.#stage.time.after(latencyMs, () => request.settle(tell));
  }

  #takeEffect(request: Request): void {
    const { trace, faults, time, chance } = this.#stage;
    const { saga, instanceId, activity, idempotencyKey, number } = request;
    this.#giveUp(request);
    if (this.#refused.has(idempotencyKey)) return;
    trace.add("service", `does ${activity} ${idempotencyKey} (request ${number})`);
    const entry = this.#ledger.get(idempotencyKey);
    if (entry === undefined) {
      this.#ledger.set(idempotencyKey, { saga, instanceId, activity, idempotencyKey, times: 1 });
      this.#checkUndo(request);
    } else {
      entry.times += 1;
    }
    if (!faults.strikes("doubled")) return;
    // The same request once more: a service knows its key for ever.
    time.after(chance.between("doubled after", 0, 60_000), () => {
      const done = this.#ledger.get(idempotencyKey);
      if (done !== undefined) done.times += 1;
    });
  }

  /** Undo waits for the truth: nothing takes effect after it was asked to be undone. */
  #checkUndo({ saga, instanceId, activity, idempotencyKey, number }: Request): void {
    for (const other of this.#undos) {
      const isOfOurs = other.saga === saga && other.instanceId === instanceId;
      if (!isOfOurs || other.number < number) continue;
      if (!this.#undoes(saga, other.activity).includes(activity)) continue;
      this.violations.push(
        `${idempotencyKey} took effect after ${other.idempotencyKey} was asked to undo it`,
      );
    }
  }

  #giveUp(request: Request): void {
    request.cancelEffect();
    request.effectAtMs = null;
    if (request.isSettled) this.#requests.delete(request);
  }

  /** The chart has left it, or its process stops. */
  #abort(request: Request): void {
    if (request.isSettled || !request.life.isAlive) return;
    if (this.#stage.faults.strikes("deaf")) {
      this.#limit(request);
      // It holds its place until it gives up, so it must some time.
      this.#answerLater(request, DEAF_MS_MAX, ({ reject }) => reject(new Error("gave up")));
      return;
    }
    this.#giveUp(request);
    request.settle(({ reject }) => reject(new Error("aborted")));
  }

  /** Nothing takes effect after its lease; but some wait until the last moment. */
  #limit(request: Request): void {
    const { time, chance, isFar, leaseMs } = this.#stage;
    if (request.effectAtMs === null) return;
    const row = this.#find.get(request.idempotencyKey, request.attempt);
    const untilMs = Math.max(row?.lease_until_ms ?? 0, row?.lost_until_ms ?? 0);
    const leftMs = untilMs - time.wallMs;
    // A far store may have prolonged a lease before its process has heard so.
    const lastAtMs = time.monotonicMs + (isFar ? Math.min(leftMs, leaseMs / 4) : leftMs) - 1;
    if (lastAtMs <= time.monotonicMs) return this.#giveUp(request);
    if (chance.isLikely("last moment", 0.5)) {
      request.cancelEffect();
      request.effectAtMs = lastAtMs;
      const delayMs = lastAtMs - time.monotonicMs;
      request.cancelEffect = time.after(delayMs, () => this.#takeEffect(request));
    } else if (request.effectAtMs > lastAtMs) {
      this.#giveUp(request);
    }
  }
}

function withResolvers(): { promise: Promise<unknown> } & Deferred {
  let deferred: Deferred | undefined;
  const promise = new Promise<unknown>((resolve, reject) => {
    deferred = { resolve, reject };
  });
  return { promise, ...(deferred as Deferred) };
}
