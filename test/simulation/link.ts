/**
 * The line between a process and its store. A near store answers at once, as SQLite does. A far one answers after a
 * while: its calls interleave, and a call of a process that has died may still arrive.
 */
import type { CommitOutcome, Store, WriteSet } from "../../src/store/store.ts";
import { SagaError } from "../../src/errors.ts";
import { never } from "./stage.ts";
import type { Mortal, Stage } from "./stage.ts";

type Call = () => Promise<unknown>;

const LATENCY_MS_MAX = 60;
/** How late a call may arrive whose process has died. */
const STRAY_MS_MAX = 3_000;
/** After that nothing arrives any more of what was sent while there were faults. */
export const ARRIVAL_MS_MAX = LATENCY_MS_MAX + STRAY_MS_MAX + 1;

/** The store as the process has it. */
export function linked(store: Store, life: Mortal, stage: Stage): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...given: unknown[]): Promise<unknown> => {
        if (!life.isAlive) return never();
        const call = async (): Promise<unknown> => {
          if (name !== "close") readErrorOf(String(name), life, stage);
          const result: unknown = await kept(method.apply(target, given), stage);
          if (name === "commit") {
            tellCommit(given[0] as WriteSet[], result as CommitOutcome[], life);
          }
          return result;
        };
        return stage.isFar ? far(call, life, stage) : near(call, life);
      };
    },
  });
}

/** A store is never given what contradicts what it has: it is told so by its outcome. */
async function kept(result: unknown, { violations }: Stage): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    if (/constraint/i.test(String(error))) violations.push(`a write was no step: ${String(error)}`);
    throw error;
  }
}

async function near(call: Call, life: Mortal): Promise<unknown> {
  try {
    const result = await call();
    return life.isAlive ? result : await never();
  } catch (error) {
    if (!life.isAlive) return never();
    throw error;
  }
}

function far(call: Call, life: Mortal, { time, chance, faults }: Stage): Promise<unknown> {
  const latencyMs = (): number => chance.between("latency", 0, LATENCY_MS_MAX);
  return new Promise((resolve, reject) => {
    const answer = (tell: () => void): void => {
      time.after(latencyMs(), () => life.isAlive && tell());
    };
    const arrive = (): void => {
      call().then(
        (result) => answer(() => resolve(result)),
        (error: unknown) => answer(() => reject(error)),
      );
    };
    time.after(latencyMs(), () => {
      if (life.isAlive) return arrive();
      if (!chance.isLikely("stray", 0.5) || faults.areOver) return;
      time.after(chance.between("stray by", 0, STRAY_MS_MAX), arrive);
    });
  });
}

/** A read that fails leaves the data alone; a transaction has faults of its own, at its beginning and its end. */
function readErrorOf(name: string, life: Mortal, { faults, chance }: Stage): void {
  if (!life.isAlive || !/^(load|find|read)/.test(name) || !faults.strikes("read-error")) return;
  life.say(`${name} fails`);
  if (chance.isLikely("read-error kind", 0.5)) {
    throw new SagaError("SAGA_STORE_BUSY", "simulated: another program holds the database");
  }
  throw new Error("simulated: a read failed");
}

function tellCommit(
  writeSets: readonly WriteSet[],
  outcomes: readonly CommitOutcome[],
  life: Mortal,
): void {
  for (const [index, writeSet] of writeSets.entries()) {
    const { instance, journal } = writeSet;
    const outcome = outcomes[index] === "committed" ? "" : ` IS LEFT OUT: ${outcomes[index]}`;
    const to = `${journal.stateBefore ?? ""} → ${journal.stateAfter} (${journal.phase})`;
    const verdict = journal.verdict === "applied" ? "" : ` ${journal.verdict}`;
    const fault = instance.fault === null ? "" : ` FAULT ${instance.fault}`;
    life.say(
      `${instance.saga}/${instance.instanceId} ${instance.revision}: ${journal.eventType}${verdict} ${to}${fault}${outcome}`,
    );
    for (const born of writeSet.born) tellCommit([born], ["committed"], life);
  }
}
