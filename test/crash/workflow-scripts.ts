/** What clients do to each workflow, what they know in the end, and what must then be true of it. */
import { setTimeout } from "node:timers/promises";
import { MAILS } from "../fixtures/workflows/inbox.ts";
import { STEPS } from "../fixtures/workflows/signup.ts";
import { insist } from "./order-clients.ts";
import type { Server } from "./order-clients.ts";

export interface Ending {
  readonly output: unknown;
  /** In order. */
  readonly actions: readonly string[];
  /** Sorted. */
  readonly activities: readonly string[];
}

export interface Script {
  readonly saga: string;
  /** Of the n-th instance, from 0. */
  readonly input: (n: number) => object;
  /** Gives how the instance has to end, by what its client knows; of chance only the output may speak. */
  readonly drive: (client: Client) => Promise<(output: never) => Ending>;
}

export interface Client {
  readonly n: number;
  readonly random: () => number;
  /** Insists until it is answered, and gives the status. */
  readonly send: (event: { type: string }, key: string) => Promise<number>;
  readonly look: () => Promise<Look>;
}

/** What an instance shows; empty while its server is not there. */
export interface Look {
  readonly state?: string;
  readonly context?: unknown;
}

const alone = (): Promise<void> => Promise.resolve();

const creditCheck: Script = {
  saga: "credit-check",
  input: (n) => ({ income: incomeOf(n) }),
  drive: async ({ n }) => {
    await alone();
    const isApproved = incomeOf(n) >= 40_000;
    return () => ({
      output: { heard: ["ASKED", "SCORED"], isApproved },
      actions: [told("tellApplicant", { isApproved })],
      activities: [told("askBureau", { income: incomeOf(n) })],
    });
  },
};

function incomeOf(n: number): number {
  return n % 2 === 0 ? 50_000 : 20_000;
}

const AMOUNTS = [100, 250, 200, 300, 290, 400, 500] as const;

const carAuction: Script = {
  saga: "car-auction",
  input: () => ({}),
  drive: async ({ send, random }) => {
    const bids: number[] = [];
    const turnedDown: number[] = [];
    const actions: string[] = [];
    for (const amount of AMOUNTS) {
      const status = await send({ type: "BID", amount } as { type: string }, `bid-${amount}`);
      if (status === 409) break;
      check(status === 200, `a bid was answered with ${status}`);
      const isHighest = amount > (bids.at(-1) ?? 0);
      (isHighest ? bids : turnedDown).push(amount);
      actions.push(told(isHighest ? "confirmBid" : "turnDown", { amount }));
      await setTimeout(random() * 700);
    }
    const highest = bids.at(-1);
    return () => ({
      output: { bids, turnedDown },
      actions,
      activities: highest === undefined ? [] : [told("writeContract", { amount: highest })],
    });
  },
};

const inbox: Script = {
  saga: "inbox",
  input: () => ({}),
  drive: async () => {
    await alone();
    const mails = Array.from({ length: MAILS }, (_, index) => index + 1);
    return () => ({
      output: { mails },
      actions: mails.map((n) => told("acknowledge", { n })),
      activities: [told("archive", { mails })],
    });
  },
};

const provisioning: Script = {
  saga: "provisioning",
  input: () => ({}),
  drive: async ({ send, random }) => {
    for (const round of [1, 2]) {
      await setTimeout(random() * 400);
      const status = await send({ type: "HOLD" }, `hold-${round}`);
      if (status === 409) break;
      await setTimeout(random() * 400);
      const again = await send({ type: "CONTINUE" }, `continue-${round}`);
      check(status === 200 && again === 200, `held with ${status}, continued with ${again}`);
    }
    const ready = ["access", "network", "storage"];
    return () => ({
      output: { ready },
      actions: [told("announce", { ready })],
      activities: ready.map((resource) => told("provision", { resource })),
    });
  },
};

/** The first alarm is left until the doctor is called. */
const READINGS = [80, 130, 135, 90, 140, 85, 150, 155, 95] as const;
const HIGHS = READINGS.filter((bpm) => bpm > 120).length;
const ALARMS = [1, 2, 3] as const;

const patientMonitoring: Script = {
  saga: "patient-monitoring",
  input: () => ({}),
  drive: async ({ send, random, look }) => {
    for (const [index, bpm] of READINGS.entries()) {
      const status = await send({ type: "READING", bpm } as { type: string }, `reading-${index}`);
      check(status === 200, `a reading was answered with ${status}`);
      await setTimeout(random() * 300);
      if (index === 2) await until(async () => (await look()).state?.includes("escalated"));
    }
    // What a reducer has to say comes by a commit of its own: an event of a client may be taken before it.
    await until(async () => ((await look()).context as { highs?: number })?.highs === HIGHS);
    const status = await send({ type: "DISCHARGE" }, "discharge");
    check(status === 200 || status === 202, `the discharge was answered with ${status}`);
    return ({ said, doctors }: { said: readonly { n: number }[]; doctors: readonly number[] }) => ({
      output: {
        bpm: READINGS,
        highs: HIGHS,
        // Nurses may come in any order; what each of them said is in order.
        said: inAnyOrderOfNurses(said),
        doctors: doctors.filter((n, index) => n === 1 || n > (doctors[index - 1] ?? 0)),
      },
      actions: ALARMS.flatMap((n) => [
        told("alarm", { n }),
        ...(n === 1 || doctors.includes(n) ? [told("callDoctor", { n })] : []),
      ]),
      activities: [],
    });
  },
};

/** What nurses have to say, in the order in which they said it if that is a possible one. */
function inAnyOrderOfNurses(said: readonly { n: number }[]): readonly object[] {
  const waiting = ALARMS.map((n) => [
    { type: "NURSE_CALLED", n },
    { type: "NURSE_HERE", n },
  ]);
  const spoken = said.flatMap(({ n }) => waiting[n - 1]?.shift() ?? []);
  return [...spoken, ...waiting.flat()];
}

const signup: Script = {
  saga: "signup",
  input: () => ({}),
  drive: async () => {
    await alone();
    const steps = Array.from({ length: STEPS }, (_, index) => index + 1);
    return () => ({
      output: { steps, thanks: steps },
      actions: steps.map((n) => told("mailStep", { n })),
      activities: [told("createAccount", {}), told("verify", {})],
    });
  },
};

export const scripts: readonly Script[] = [
  creditCheck,
  carAuction,
  inbox,
  provisioning,
  patientMonitoring,
  signup,
];

/** A call as a line to compare, without the id of its instance. */
export function told(call: string, facts: object): string {
  const entries = Object.entries(facts).filter(([name]) => name !== "id");
  return `${call} ${JSON.stringify(Object.fromEntries(entries))}`;
}

export function clientOf(
  server: Server,
  { saga, id, n, random }: { saga: string; id: string; n: number; random: () => number },
): Client {
  const path = `/sagas/${saga}/instances/${id}`;
  return {
    n,
    random,
    send: (event, key) => insist(server, `${path}/events`, event, key),
    look: async () => {
      try {
        const answer = await fetch(`${server.url}${path}`);
        return (await answer.json()) as Look;
      } catch {
        return {};
      }
    },
  };
}

async function until(condition: () => Promise<boolean | undefined>): Promise<void> {
  while (!(await condition())) await setTimeout(50);
}

function check(isWell: boolean, problem: string): void {
  if (!isWell) throw new Error(problem);
}
