/**
 * Clients: each sends what it has to say under one id until it is answered, and sometimes again after that. What they
 * were told is kept, to be compared with what is in the store in the end.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { InstanceKey } from "../../src/store/store.ts";
import type { Line, Role } from "./cast/role.ts";
import type { Life } from "./life.ts";
import type { Stage } from "./stage.ts";

/** What a client was promised: this event is in the journal. */
export interface Acknowledged {
  readonly key: InstanceKey;
  readonly eventId: string;
  readonly revision: number;
  readonly isParked: boolean;
  /** Who sent it: events of one client come one after another. */
  readonly client: string;
}

type Answer<Value> =
  | { readonly kind: "ok"; readonly value: Value }
  | { readonly kind: "refused"; readonly error: SagaError }
  /** Nobody knows. */
  | { readonly kind: "none" };

/** Answers after which the same is to be sent again. */
const unanswered: ReadonlySet<string> = new Set([
  "SAGA_REVISION_CONFLICT",
  "SAGA_RUNTIME_CLOSED",
  "SAGA_STORE_BUSY",
  "SAGA_STORE_FULL",
  "SAGA_STORE_OUTCOME_UNKNOWN",
  "SAGA_MAILBOX_FULL",
]);

export class Clients {
  readonly #stage: Stage;
  readonly #life: () => Life;
  /** Those who wait for an answer of a life. */
  readonly #waiting = new Map<Life, Set<() => void>>();
  readonly acknowledged: Acknowledged[] = [];
  /** Events of which their clients were told that nothing has changed. */
  readonly refused: Pick<Acknowledged, "key" | "eventId">[] = [];
  readonly violations: string[] = [];
  #busy = 0;

  constructor(stage: Stage, life: () => Life) {
    this.#stage = stage;
    this.#life = life;
  }

  /** Whether nobody has anything to say any more. */
  get areDone(): boolean {
    return this.#busy === 0;
  }

  /** Nobody hears anything of a life that has ended. */
  ended(life: Life): void {
    const waiting = this.#waiting.get(life) ?? [];
    this.#waiting.delete(life);
    for (const giveUp of waiting) giveUp();
  }

  /** Starts an instance and has its client send the lines of its role, one after another or each when it likes. */
  play(role: Role, key: InstanceKey): void {
    const { chance, time, faults } = this.#stage;
    const lines = role
      .lines(chance)
      .filter(({ probability }) => chance.isLikely("lines", probability))
      .map((each) => ({ ...each, atMs: chance.between("lines", ...each.between) }))
      .toSorted((a, b) => a.atMs - b.atMs);
    const start = (runtime: Runtime) =>
      runtime.start({ name: key.saga } as never, {
        instanceId: key.instanceId,
        input: role.input as never,
        correlationId: key.instanceId,
      });
    const isSequential = chance.isLikely("sequential", 0.5);
    this.#busy += 1;
    time.after(chance.between("starts", 0, 500), () =>
      this.insist(start, `starts ${key.saga}/${key.instanceId}`, () => {
        if (faults.strikes("suspend")) this.#suspend(key);
        if (isSequential) this.#sendInTurn(key, lines, 0);
        else lines.forEach((each, index) => this.#sendInTurn(key, [each], 0, index));
        this.#busy -= 1;
      }),
    );
  }

  /** An operator has it hold still for a while. */
  #suspend(key: InstanceKey): void {
    const { chance, time } = this.#stage;
    const operate = (operation: "suspend" | "resume", onDone: () => void): void => {
      const work = (runtime: Runtime) =>
        runtime.operate({ name: key.saga }, key.instanceId, { operation, reason: "simulated" });
      this.insist(work, `${operation}s ${key.saga}/${key.instanceId}`, onDone, false);
    };
    const goOn = (): void => operate("resume", () => void (this.#busy -= 1));
    this.#busy += 1;
    time.after(chance.between("suspends", 0, 8_000), () =>
      operate("suspend", () => time.after(chance.between("resumes", 100, 6_000), goOn)),
    );
  }

  #sendInTurn(
    key: InstanceKey,
    lines: readonly (Line & { readonly atMs: number })[],
    index: number,
    client = 0,
  ): void {
    const next = lines[index];
    if (next === undefined) return;
    const eventId = `e-${client}-${index}`;
    this.#busy += 1;
    this.#stage.time.after(next.atMs - this.#stage.time.monotonicMs, () =>
      this.send(key, next.event, { eventId, client: `${key.instanceId} ${client}` }, () => {
        this.#sendInTurn(key, lines, index + 1, client);
        this.#busy -= 1;
      }),
    );
  }

  /** Sends an event under its id until it is answered. */
  send(
    key: InstanceKey,
    event: EventObject,
    { eventId, client }: { eventId: string; client: string },
    onDone: () => void,
  ): void {
    const { faults, time, chance } = this.#stage;
    const name = `sends ${event.type} ${eventId} to ${key.saga}/${key.instanceId}`;
    let first: { readonly revision: number } | null = null;
    const work = (runtime: Runtime) =>
      runtime.sendOnce({ name: key.saga } as never, key.instanceId, event, { eventId });
    const hear = (answer: Awaited<ReturnType<Runtime["sendOnce"]>>): void => {
      const { revision } = answer.instance;
      if (first !== null && first.revision !== revision) {
        this.violations.push(
          `${eventId} of ${key.instanceId} was answered with revision ${first.revision}, and then with ${revision}`,
        );
      }
      if (first !== null && !answer.repeated) {
        this.violations.push(`${eventId} of ${key.instanceId} was taken twice`);
      }
      if (first === null) {
        this.acknowledged.push({ key, eventId, revision, isParked: answer.parked, client });
      }
      first = { revision };
    };
    this.insist(work, name, (answer) => {
      if (answer !== null) hear(answer);
      else this.refused.push({ key, eventId });
      if (answer === null || !faults.strikes("resend")) return onDone();
      // It was answered, and did not hear it.
      time.after(chance.between("resends", 0, 4_000), () =>
        this.insist(work, `${name} again`, (again) => {
          if (again !== null) hear(again);
          else this.violations.push(`${eventId} of ${key.instanceId} was taken, and then refused`);
          onDone();
        }),
      );
    });
  }

  /** Asks until there is an answer; null: it is a refusal. */
  insist<Value>(
    work: (runtime: Runtime) => Promise<Value>,
    name: string,
    onAnswer: (value: Value | null) => void,
    isPatient = true,
  ): void {
    const { time, chance, trace } = this.#stage;
    this.ask(work, (answer) => {
      if (answer.kind === "none" || (isPatient && isHeld(answer))) {
        time.after(chance.between("tries", 100, 800), () =>
          this.insist(work, name, onAnswer, isPatient),
        );
        return;
      }
      const outcome = answer.kind === "ok" ? "is answered" : answer.error.code;
      trace.add("client", `${name}: ${outcome}`);
      onAnswer(answer.kind === "ok" ? answer.value : null);
    });
  }

  /** Asks once. */
  ask<Value>(
    work: (runtime: Runtime) => Promise<Value>,
    onAnswer: (answer: Answer<Value>) => void,
  ): void {
    const life = this.#life();
    const { runtime } = life;
    if (runtime === null) return onAnswer({ kind: "none" });
    const waiting = this.#waiting.get(life) ?? new Set();
    this.#waiting.set(life, waiting);
    let isOver = false;
    const answer = (told: Answer<Value>): void => {
      if (isOver) return;
      isOver = true;
      waiting.delete(giveUp);
      onAnswer(told);
    };
    const giveUp = (): void => answer({ kind: "none" });
    waiting.add(giveUp);
    work(runtime).then(
      (value) => answer({ kind: "ok", value }),
      (error: unknown) => answer(toAnswer(error)),
    );
  }
}

function toAnswer(error: unknown): Answer<never> {
  if (!(error instanceof SagaError) || unanswered.has(error.code)) return { kind: "none" };
  return { kind: "refused", error };
}

/** Whoever has something to say to an instance that holds still says it later. */
function isHeld(answer: Answer<unknown>): boolean {
  return answer.kind === "refused" && answer.error.code === "SAGA_INSTANCE_SUSPENDED";
}
