/** Six workflows as their authors would bring them through kill -9: a real process that dies again and again. */
import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { programOf } from "../fixtures/compiled.ts";
import { databasePath } from "../fixtures/world.ts";
import { openLedger } from "./call-ledger.ts";
import type { CallLedger } from "./call-ledger.ts";
import { insist, nowhere } from "./order-clients.ts";
import type { Server } from "./order-clients.ts";
import { end, startScript } from "./processes.ts";
import type { Started } from "./processes.ts";
import { seeded } from "./seeded.ts";
import { clientOf, scripts, told } from "./workflow-scripts.ts";
import type { Ending, Script } from "./workflow-scripts.ts";

const KILLS = 9;
/** Instances of each workflow. */
const EACH = 4;
/** How long a process lives after it listens, ms. */
const LIFE_MS = { min: 50, max: 900 } as const;
/** Far longer than a workflow needs once nobody kills its process: a lease, a deadline, and a few attempts. */
const SETTLE_MS_MAX = 45_000;
const SEED = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);

test(
  `six workflows end as they must, each effect once, through ${KILLS} kills (KILL_SEED=${SEED})`,
  { timeout: 300_000 },
  async () => {
    const random = seeded(SEED);
    const ledger = await openLedger(seeded(SEED + 1));
    onTestFinished(() => ledger.close());
    const dbPath = databasePath();
    const server: Server = { url: nowhere };
    const begin = async (): Promise<Started> => {
      const started = await startScript(programOf("test/crash/workflows-process.ts"), {
        LEDGER_URL: ledger.url,
        WORKFLOWS_DB: dbPath,
      });
      onTestFinished(() => void end(started.process, "SIGKILL"));
      server.url = started.url;
      return started;
    };

    const runs: Promise<Run>[] = [];
    for (let life = 0; life < KILLS; life += 1) {
      const { process: child } = await begin();
      if (life < EACH) {
        for (const script of scripts) runs.push(run(server, script, { n: life, random }));
      }
      await setTimeout(LIFE_MS.min + random() * (LIFE_MS.max - LIFE_MS.min));
      await end(child, "SIGKILL");
      server.url = nowhere;
    }
    const last = await begin();
    const driven = await Promise.all(runs);
    await settled(dbPath);
    const found = await Promise.all(driven.map((one) => read(server, one, ledger)));
    const exitCode = await end(last.process, "SIGTERM");

    console.log(
      `seed ${SEED}: ${KILLS} kills, ${driven.length} workflows, ${ledger.calls.size} effects, ` +
        `${ledger.repeated()} asked for again`,
    );
    expect(found.map(({ is }) => is)).toEqual(found.map(({ must }) => must));
    expect(ledger.reused).toEqual([]);
    expect(exitCode).toBe(0);
    expect(leftOn(dbPath)).toEqual(nothing);
    expect(wrongIn(dbPath)).toEqual({ integrity: "ok", gaps: 0, verdicts: 0 });
  },
);

interface Run {
  readonly saga: string;
  readonly id: string;
  readonly toEnding: (output: never) => Ending;
}

async function run(
  server: Server,
  { saga, input, drive }: Script,
  { n, random }: { n: number; random: () => number },
): Promise<Run> {
  const id = `${saga}-${n}`;
  const status = await insist(server, `/sagas/${saga}/instances`, {
    id,
    input: { id, ...input(n) },
  });
  if (status !== 201 && status !== 200) throw new Error(`${id} was answered with ${status}`);
  return { saga, id, toEnding: await drive(clientOf(server, { saga, id, n, random })) };
}

/** How an instance has ended, and how it had to. */
async function read(
  server: Server,
  { saga, id, toEnding }: Run,
  ledger: CallLedger,
): Promise<{ is: object; must: object }> {
  const answer = await fetch(`${server.url}/sagas/${saga}/instances/${id}`);
  const { phase, output } = (await answer.json()) as { phase: string; output: unknown };
  const calls = [...ledger.calls.values()].filter(({ facts }) => facts.id === id);
  const of = (kind: string): string[] =>
    calls.filter((one) => one.kind === kind).map(({ call, facts }) => told(call, facts));
  const is = { output, actions: of("action"), activities: of("activity").toSorted() };
  const must = phase === "completed" ? toEnding(output as never) : {};
  return { is: { id, phase, ...is }, must: { id, phase: "completed", ...must } };
}

const nothing = {
  running: 0,
  outbox: 0,
  timers: 0,
  messages: 0,
  actions: 0,
  children: 0,
  parked: 0,
};

/** Waits until nothing is left to do, and gives up in time: what is left is shown by the test. */
async function settled(dbPath: string): Promise<void> {
  const untilMs = Date.now() + SETTLE_MS_MAX;
  const isLeft = (): boolean => Object.values(leftOn(dbPath)).some((count) => count !== 0);
  while (isLeft() && Date.now() < untilMs) await setTimeout(100);
}

function leftOn(dbPath: string): typeof nothing {
  return reading(dbPath, (count) => ({
    running: count(
      `SELECT count(*) FROM instances WHERE phase NOT IN ('completed', 'failed', 'stopped')`,
    ),
    outbox: count("SELECT count(*) FROM outbox"),
    timers: count("SELECT count(*) FROM timers"),
    messages: count("SELECT count(*) FROM messages"),
    actions: count("SELECT count(*) FROM actions"),
    children: count("SELECT count(*) FROM children"),
    parked: count("SELECT count(*) FROM parked"),
  }));
}

function wrongIn(dbPath: string): object {
  return reading(dbPath, (count) => ({
    integrity: count("PRAGMA integrity_check"),
    gaps: count(
      `SELECT count(*) FROM instances i WHERE revision <>
       (SELECT count(*) FROM journal j WHERE j.instance = i.key)`,
    ),
    // Messages that went astray.
    verdicts: count(
      `SELECT count(*) FROM journal WHERE verdict IN ('undeliverable', 'unhandled', 'stranded')`,
    ),
  }));
}

function reading<Found>(dbPath: string, look: (count: (sql: string) => number) => Found): Found {
  const database = new Database(dbPath, { readonly: true });
  const found = look((sql) => database.prepare(sql).pluck().get() as number);
  database.close();
  return found;
}
