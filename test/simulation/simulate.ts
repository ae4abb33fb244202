/**
 * One run: a seed decides which sagas are played, what their clients send, what their services answer, and what goes
 * wrong. Faults stop when half of it is over; then everything must come to rest, and is judged.
 */
import type { Chart } from "../../src/saga/chart.ts";
import type { InstanceKey, JournalEntry } from "../../src/store/store.ts";
import { patrol } from "./cast/patrol.ts";
import { cast, guests } from "./cast.ts";
import type { Role } from "./cast/role.ts";
import { Chance } from "./chance.ts";
import { Clients } from "./clients.ts";
import { Deeds } from "./deeds.ts";
import { createDisk } from "./disk.ts";
import { Faults } from "./faults.ts";
import type { FaultClass } from "./faults.ts";
import { Forger } from "./forger.ts";
import { judgeActions } from "./judge-actions.ts";
import { judge } from "./judge.ts";
import type { Case } from "./judge.ts";
import { judgeSchedules } from "./judge-schedules.ts";
import { Life } from "./life.ts";
import { ARRIVAL_MS_MAX } from "./link.ts";
import { Onlookers } from "./onlookers.ts";
import { drawPlans, Planner } from "./planner.ts";
import type { Stage } from "./stage.ts";
import { Services } from "./services.ts";
import { VirtualTime } from "./time.ts";
import { Trace } from "./trace.ts";
import { chartsOf, lend, sagaOfRole } from "./troupe.ts";

export interface RunOptions {
  /** Classes of faults that are off. */
  readonly without?: readonly string[];
  /** Only these sagas are played. */
  readonly only?: readonly string[];
  /** Where the store is; by default chance decides. */
  readonly isFar?: boolean;
}

export interface Run {
  readonly seed: number;
  /** What is wrong, in words; empty if all is well. */
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** Classes of faults that were on. */
  readonly faults: readonly FaultClass[];
  readonly figures: Figures;
}

export interface Figures {
  readonly instances: number;
  readonly commits: number;
  /** Lives of processes that ended before the run did. */
  readonly crashes: number;
  /** Attempts that services were asked for, and what they did. */
  readonly attempts: number;
  readonly effects: number;
  readonly faults: ReadonlyMap<FaultClass, number>;
}

const FAULTS_MS = 20_000;
/** Insistence waits for a minute at most, and a lapse for a lease; each may have to wait for another. */
const REST_MS = 900_000;
const TICK_MS = 100;
const CLOSING_MS = 1_500;
const ENDS = "'completed', 'compensated', 'failed'";

export async function simulate(seed: number, options: RunOptions = {}): Promise<Run> {
  const chance = new Chance(seed);
  const time = new VirtualTime(chance);
  const plans = drawPlans(chance, options.only);
  // Instances are compared before they are swapped; of a schedule the fence keeps those away who are not there any more.
  const disk = await createDisk({ isFenced: plans > 0 });
  const stage: Stage = {
    chance,
    time,
    faults: new Faults(chance, options.without),
    trace: new Trace(time),
    disk,
    isFar: options.isFar ?? chance.isLikely("far", 0.3),
    leaseMs: chance.pick("lease", [2_000, 5_000, 12_000]),
    attemptsMax: chance.pick("attempts", [1, 3, 1_000]),
    violations: [],
  };
  const run = new RunOfSeed(seed, stage, { ...options, plans });
  try {
    return await run.perform();
  } finally {
    disk.close();
  }
}

class RunOfSeed {
  readonly #seed: number;
  readonly #stage: Stage;
  readonly #roles: readonly Role[];
  readonly #instances: readonly { readonly role: Role; readonly key: InstanceKey }[];
  readonly #charts: ReadonlyMap<string, Chart>;
  readonly #services: Services;
  readonly #clients: Clients;
  readonly #forger: Forger;
  readonly #onlookers: Onlookers;
  readonly #planner: Planner;
  readonly #deeds: Deeds;
  readonly #violations: string[] = [];
  readonly #isEnded;
  readonly #unrest;
  readonly #started;
  #life: Life;
  #lives = 1;

  constructor(seed: number, stage: Stage, { only, plans }: RunOptions & { plans: number }) {
    this.#seed = seed;
    this.#stage = stage;
    const { chance, disk } = stage;
    this.#isEnded = disk.client
      .prepare(`SELECT 1 FROM instances WHERE saga = ? AND instance_id = ? AND phase IN (${ENDS})`)
      .pluck();
    this.#unrest = disk.client
      .prepare(
        `SELECT (SELECT count(*) FROM instances WHERE phase NOT IN (${ENDS})) + (SELECT count(*) FROM outbox)
         + (SELECT count(*) FROM messages) + (SELECT count(*) FROM actions) + (SELECT count(*) FROM parked)`,
      )
      .pluck();
    this.#started = disk.client
      .prepare(`SELECT count(*) FROM instances WHERE parent IS NULL AND saga <> '${patrol.name}'`)
      .pluck();
    this.#instances = drawRoles(chance, only).map((role, index) => ({
      role,
      key: { saga: role.name, instanceId: `i-${index + 1}` },
    }));
    const played = this.#instances.map(({ role }) => role);
    this.#roles = [...new Set(plans === 0 ? played : [...played, patrol])];
    this.#charts = chartsOf(this.#roles);
    this.#services = new Services(stage, {
      outputs: Object.assign({}, ...this.#roles.map(({ outputs }) => outputs)) as never,
      undoes: (saga, activity) => this.#charts.get(saga)?.undoes.get(activity) ?? [],
      answered: this.#roles.flatMap(({ answered = [] }) => answered),
      atOnce: Object.assign({}, ...this.#roles.map(({ atOnce }) => atOnce)) as never,
    });
    this.#deeds = new Deeds(stage);
    this.#clients = new Clients(stage, () => this.#life);
    this.#forger = new Forger(stage, this.#clients);
    this.#onlookers = new Onlookers(stage, this.#clients);
    this.#planner = new Planner(stage, this.#clients, plans);
    this.#life = this.#newLife();
  }

  async perform(): Promise<Run> {
    const { time, faults, isFar, leaseMs, attemptsMax, trace } = this.#stage;
    const onRejection = (reason: unknown): void => {
      this.#violations.push(
        `nobody has caught ${reason instanceof Error ? reason.stack : String(reason)}`,
      );
    };
    process.on("unhandledRejection", onRejection);
    const place = isFar ? "far away" : "near";
    trace.add(
      "run",
      `seed ${this.#seed}: the store is ${place}, a lease is ${leaseMs} ms, ${attemptsMax} attempts at a time`,
    );
    trace.add("run", `faults: ${faults.on.join(", ")}`);
    this.#begin();
    for (const { role, key } of this.#instances) {
      this.#clients.play(role, key);
      this.#forger.play(key);
      this.#onlookers.play(key);
    }
    this.#planner.play();
    this.#tick();
    time.after(FAULTS_MS, () => this.#heal());
    try {
      await time.run({ untilMs: FAULTS_MS + REST_MS, isOver: () => this.#isAtRest() });
      const figures = await this.#judge();
      return {
        seed: this.#seed,
        violations: this.#violations,
        trace: trace.lines,
        faults: faults.on,
        figures,
      };
    } finally {
      process.off("unhandledRejection", onRejection);
    }
  }

  #newLife(): Life {
    return new Life(this.#lives, this.#stage, {
      onEnd: (life) => this.#onEnd(life),
      onTold: (life, event) => {
        if (event.kind === "fenced") life.say(`fences off ${event.what} of ${event.instanceId}`);
        if (event.kind === "held") life.say(`holds ${event.idempotencyKey} back`);
        if (event.kind === "undelivered") {
          life.say(`cannot deliver ${event.what}: ${String(event.error)}`);
        }
      },
    });
  }

  #begin(): void {
    const life = this.#life;
    const services = this.#services;
    lend({
      activityOf: (name) => services.activityOf(life, name),
      actionOf: (name) => services.actionOf(life, name),
      ...this.#deeds.of(life),
    });
    life.begin(this.#roles.map(sagaOfRole));
    this.#planner.lifeBegins();
  }

  #onEnd(life: Life): void {
    const { time, chance } = this.#stage;
    this.#services.lose(life);
    this.#clients.ended(life);
    time.after(chance.between("reboot", 10, 2_500), () => {
      this.#lives += 1;
      this.#life = this.#newLife();
      this.#begin();
    });
  }

  /** What may happen at any time. */
  #tick(): void {
    const { time, faults, chance } = this.#stage;
    if (faults.areOver) return;
    time.after(TICK_MS, () => this.#tick());
    if (this.#life.isStruckBy("crash-idle", "while it waits")) return;
    if (faults.strikes("stop")) this.#life.stop(chance.pick("grace", [0, 500, 3_000]));
    if (faults.strikes("jump")) this.#jump();
  }

  #jump(): void {
    const { time, chance, trace } = this.#stage;
    const byMs = chance.between("jumps", -18_000, 42_000);
    trace.add("clock", `is set by ${byMs} ms`);
    // Set forth, it has leases lapse: what they hold must be over by then.
    if (byMs > 0) this.#services.skipTime();
    this.#planner.clockIsSet(byMs);
    time.jump(byMs);
  }

  #heal(): void {
    const { faults, trace, isFar, time } = this.#stage;
    trace.add("run", "no more faults");
    faults.stop();
    // What a call that arrives late has left is found by the next process.
    if (isFar) time.after(ARRIVAL_MS_MAX, () => this.#life.end("the last restart"));
    this.#close(1);
    this.#planner.close();
  }

  /** Brings to their end those who are not there. */
  #close(round: number): void {
    if (this.#isAtRest()) return;
    this.#stage.time.after(CLOSING_MS, () => this.#close(round + 1));
    for (const { role, key } of this.#instances) {
      if (this.#isEnded.get(key.saga, key.instanceId) !== undefined) continue;
      const event = role.closing[round % role.closing.length];
      if (event === undefined) continue;
      const eventId = `closing-${round}`;
      this.#clients.ask(
        (runtime) =>
          runtime.sendOnce({ name: key.saga } as never, key.instanceId, event as never, {
            eventId,
          }),
        () => {},
      );
    }
  }

  #isAtRest(): boolean {
    const { faults } = this.#stage;
    if (!faults.areOver || !this.#clients.areDone || !this.#planner.areDone) return false;
    return this.#unrest.get() === 0 && this.#started.get() === this.#instances.length;
  }

  async #judge(): Promise<Figures> {
    const { disk, faults } = this.#stage;
    // One that has heard of a failed disk answers nothing any more.
    const mayAsk = !faults.struck.has("io-error");
    const store =
      (mayAsk ? this.#life.store : null) ??
      disk.open({ onBegin: () => {}, onCommit: (commit) => commit() });
    const keys = disk.client
      .prepare("SELECT saga, instance_id AS instanceId FROM instances ORDER BY key")
      .all() as InstanceKey[];
    const parts = [this.#stage, this.#services, this.#clients, this.#forger, this.#onlookers];
    for (const { violations } of [...parts, this.#planner]) {
      this.#violations.push(...violations);
    }
    for (const { key } of this.#instances) {
      if (!keys.some((other) => isSame(key, other))) {
        this.#violations.push(`${key.saga}/${key.instanceId} is not there`);
      }
    }
    if (!this.#clients.areDone) this.#violations.push("a client has not been answered");
    if (!this.#planner.areDone) this.#violations.push("a schedule does not go on");
    this.#violations.push(...judgeSchedules(disk.client, this.#planner));
    const journals: JournalEntry[] = [];
    for (const key of keys) {
      const stored = await store.load(key);
      const chart = this.#charts.get(key.saga);
      if (stored === null || chart === undefined) throw new Error(`no instance ${key.instanceId}`);
      const journal: JournalEntry[] = [
        ...(await store.readJournal(key, { afterRevision: 0, limit: 1_000 })),
      ];
      journals.push(...journal);
      const role = this.#roles.find(({ name }) => name === key.saga) ?? null;
      const one: Case = {
        key,
        chart,
        role,
        stored,
        journal,
        ledger: this.#services.ledger.filter((entry) => isSame(entry, key)),
        acknowledged: this.#clients.acknowledged.filter((each) => isSame(each.key, key)),
        refused: [...this.#clients.refused, ...this.#forger.sent].filter((each) =>
          isSame(each.key, key),
        ),
        looks: this.#onlookers.looks.filter((each) => isSame(each.key, key)),
        rows: this.#deeds.rowsOf(key),
      };
      this.#violations.push(...judge(one));
    }
    const { acted } = this.#services;
    this.#violations.push(...judgeActions(journals, acted, faults.on));
    const left = disk.client
      .prepare("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM actions)")
      .pluck()
      .get();
    if (left !== 0) this.#violations.push(`${String(left)} messages and actions are left`);
    return {
      instances: keys.length,
      commits: journals.length,
      crashes: this.#lives - 1,
      attempts: this.#services.attempts,
      effects: this.#services.ledger.length,
      faults: faults.struck,
    };
  }
}

/** Guests come beside the others, so that what these do is drawn as without them. */
function drawRoles(chance: Chance, only: RunOptions["only"]): readonly Role[] {
  const isPlayed = ({ name }: Role): boolean => only?.includes(name) ?? true;
  const count = chance.between("instances", 2, 4);
  const draw = (stream: string, from: readonly Role[], most: number): readonly Role[] =>
    from.length === 0 ? [] : Array.from({ length: most }, () => chance.pick(stream, from));
  const played = draw("roles", cast.filter(isPlayed), count);
  const guestCount = played.length === 0 ? count : chance.between("guest count", 0, 2);
  return [...played, ...draw("guests", guests.filter(isPlayed), guestCount)];
}

function isSame(one: InstanceKey, other: InstanceKey): boolean {
  return one.saga === other.saga && one.instanceId === other.instanceId;
}
