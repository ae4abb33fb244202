/**
 * Those who make schedules, pause, resume, trigger and delete them, and make them again, each asking until it is
 * answered. Once there are no more faults each schedule has to deal with one more due time; then it is paused.
 */
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { CatchUp, Overlap } from "../../src/runtime/schedules/schedule-plan.ts";
import { patrol } from "./cast/patrol.ts";
import type { Chance } from "./chance.ts";
import type { Clients } from "./clients.ts";
import type { Jump, LifeBegun } from "./schedule-log.ts";
import type { Stage } from "./stage.ts";

interface Plan {
  readonly scheduleId: string;
  readonly cron?: string;
  readonly everyMs?: number;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly input: { readonly isLong: boolean };
}

/** A schedule as it lies in the store. */
interface Row {
  readonly isPaused: 0 | 1;
  readonly nextDueAtMs: number | null;
}

/** In so many runs, since they take the time of others. */
const PROBABILITY = 0.35;
const PLANS_MAX = 2;
const OPERATIONS_MAX = 6;
const FIRST_MS = 2_000;
const LAST_MS = 16_000;
const LOOK_MS = 500;

const timings = [
  { everyMs: 1_000 },
  { everyMs: 1_700 },
  { everyMs: 4_000 },
  { cron: "*/2 * * * * *" },
  { cron: "*/5 * * * * *" },
] as const;

/** Most often what lets it go on. */
const operations = ["pause", "resume", "pause", "resume", "trigger", "delete", "create"] as const;
type Operation = (typeof operations)[number];

interface Step {
  readonly atMs: number;
  readonly operation: Operation;
}

/** How many schedules there are in a run. */
export function drawPlans(chance: Chance, only: readonly string[] | undefined): number {
  const isPlayed = only?.includes(patrol.name) ?? chance.isLikely("planned", PROBABILITY);
  return isPlayed ? chance.between("plans", 1, PLANS_MAX) : 0;
}

export class Planner {
  readonly #stage: Stage;
  readonly #clients: Clients;
  readonly #findRow;
  readonly #findMoment;
  readonly #plans: readonly Plan[];
  /** Schedules that somebody still has something to do with. */
  readonly #busy = new Set<string>();
  /** Schedules that have not shown yet that they go on when all is well. */
  readonly #waiting = new Set<string>();
  readonly triggered = new Map<string, number>();
  readonly lives: LifeBegun[] = [];
  readonly jumps: Jump[] = [];
  readonly violations: string[] = [];

  constructor(stage: Stage, clients: Clients, count: number) {
    this.#stage = stage;
    this.#clients = clients;
    const { client } = stage.disk;
    this.#findRow = client.prepare<[string], Row>(
      "SELECT is_paused AS isPaused, next_due_at_ms AS nextDueAtMs FROM schedules WHERE schedule_id = ?",
    );
    this.#findMoment = client.prepare<[], Omit<LifeBegun, "atMs">>(
      "SELECT epoch, (SELECT ifnull(max(position), 0) FROM journal) AS position FROM meta",
    );
    this.#plans = Array.from({ length: count }, (_, index) => this.#drawPlan(`s${index + 1}`));
  }

  /** Whether each has gone on when all was well, and is paused or deleted now. */
  get areDone(): boolean {
    return this.#waiting.size === 0;
  }

  play(): void {
    for (const plan of this.#plans) this.#play(plan);
  }

  /** A process has begun. */
  lifeBegins(): void {
    const moment = this.#findMoment.get();
    if (moment !== undefined) this.lives.push({ ...moment, atMs: this.#stage.time.wallMs });
  }

  /** The wall clock is about to be set. */
  clockIsSet(byMs: number): void {
    const fromMs = this.#stage.time.wallMs;
    this.jumps.push({ fromMs, toMs: fromMs + byMs });
  }

  /** There are no more faults. */
  close(): void {
    for (const plan of this.#plans) this.#awaitDueTime(plan, null);
  }

  /** One thing after another, each at its time, or when the one before it is answered. */
  #play(plan: Plan): void {
    const { chance } = this.#stage;
    const count = chance.between("operations", 0, OPERATIONS_MAX);
    const times = Array.from({ length: count }, () => chance.between("plan times", 0, LAST_MS));
    const first: Step = { atMs: chance.between("plan times", 0, FIRST_MS), operation: "create" };
    const later = times
      .toSorted((a, b) => a - b)
      .map((atMs): Step => ({ atMs, operation: chance.pick("operation", operations) }));
    this.#busy.add(plan.scheduleId);
    this.#waiting.add(plan.scheduleId);
    this.#performInTurn(plan, [first, ...later], 0);
  }

  #performInTurn(plan: Plan, steps: readonly Step[], index: number): void {
    const next = steps[index];
    if (next === undefined) {
      this.#busy.delete(plan.scheduleId);
      return;
    }
    this.#stage.time.after(next.atMs - this.#stage.time.monotonicMs, () =>
      this.#perform(plan, next.operation, {
        triggerId: `by-hand-${index}`,
        onDone: () => this.#performInTurn(plan, steps, index + 1),
      }),
    );
  }

  /** Asks until it is answered, and sometimes again after that; then it must be so in the table. */
  #perform(
    plan: Plan,
    operation: Operation,
    { triggerId, onDone }: { triggerId: string; onDone: () => void },
  ): void {
    const { faults, time, chance } = this.#stage;
    const { scheduleId } = plan;
    const instanceId = `${scheduleId}-${triggerId}`;
    if (operation === "trigger") this.triggered.set(instanceId, Infinity);
    const work = ({ schedules }: Runtime): Promise<unknown> => {
      if (operation === "create") return schedules.create({ name: patrol.name } as never, plan);
      if (operation === "trigger") return schedules.trigger(patrol, scheduleId, { triggerId });
      return schedules[operation](patrol, scheduleId);
    };
    const hear = (isRepeated: boolean) => (answer: unknown) => {
      // Null: it is not there to be done anything with.
      if (answer !== null) this.#check(scheduleId, operation);
      if (answer !== null && operation === "trigger" && !isRepeated) {
        this.triggered.set(instanceId, this.#findMoment.get()?.position ?? 0);
      }
      if (answer !== null && isRepeated) this.#checkRepeated(`${operation}s ${scheduleId}`, answer);
      if (answer === null || isRepeated || !faults.strikes("resend")) return onDone();
      time.after(chance.between("resends", 0, 1_000), () =>
        this.#clients.insist(work, `${operation}s ${scheduleId} again`, hear(true)),
      );
    };
    this.#clients.insist(work, `${operation}s ${scheduleId}`, hear(false));
  }

  /** What was acknowledged is so, whatever has come due since. */
  #check(scheduleId: string, operation: Operation): void {
    const row = this.#findRow.get(scheduleId);
    const isSo = {
      create: row !== undefined,
      pause: row?.isPaused === 1 && row.nextDueAtMs === null,
      resume: row?.isPaused === 0 && row.nextDueAtMs !== null,
      delete: row === undefined,
      trigger: true,
    }[operation];
    if (!isSo) this.violations.push(`${scheduleId}: ${operation} was answered, and is not so`);
  }

  #checkRepeated(what: string, answer: unknown): void {
    if ((answer as { created?: boolean } | undefined)?.created !== true) return;
    this.violations.push(`a client ${what}, was answered, asks again, and it is done again`);
  }

  /** Until it has dealt with the due time that it waits for, and with all that have come by now. */
  #awaitDueTime(plan: Plan, awaitedMs: number | null): void {
    const { scheduleId } = plan;
    const { time } = this.#stage;
    const lookAgain = (nextMs: number | null): void => {
      time.after(LOOK_MS, () => this.#awaitDueTime(plan, nextMs));
    };
    if (this.#busy.has(scheduleId)) return lookAgain(null);
    const { nextDueAtMs = null } = this.#findRow.get(scheduleId) ?? {};
    if (nextDueAtMs === null) {
      this.#waiting.delete(scheduleId);
      return;
    }
    const isDealtWith = awaitedMs !== null && nextDueAtMs > Math.max(awaitedMs, time.wallMs);
    if (!isDealtWith) return lookAgain(awaitedMs ?? nextDueAtMs);
    this.#perform(plan, "pause", {
      triggerId: "",
      onDone: () => void this.#waiting.delete(scheduleId),
    });
  }

  #drawPlan(scheduleId: string): Plan {
    const { chance } = this.#stage;
    const timing = chance.pick("plan timing", timings);
    const overlap = chance.pick("plan overlap", ["skip", "allow"] as const);
    const catchUp = chance.pick("plan catch up", ["one", "all", "none"] as const);
    const input = { isLong: chance.isLikely("plan input", 0.5) };
    return { scheduleId, ...timing, overlap, catchUp, input };
  }
}
