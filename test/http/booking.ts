/**
 * What the HTTP tests stand on: a small saga with an event for everything that can go well or wrong, and a
 * server on a runtime on a database in memory.
 */
import type { FastifyInstance, InjectOptions } from "fastify";
import { pino } from "pino";
import { afterAll, onTestFinished } from "vitest";
import { assign, setup } from "xstate";
import { z } from "zod";
import { buildServer } from "../../src/http/server.ts";
import type { ServerOptions } from "../../src/http/server.ts";
import { activity, createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { AnySaga, Runtime, Saga, Store } from "../../src/index.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";

export const PATIENCE_MS = 60_000;
export const START_MS = Date.UTC(2026, 0, 1);
/** What must never leave the process. */
export const SECRET = "/home/secret/key.pem";

type BookingEvent =
  | { type: "PAY"; cents: number }
  | { type: "NOTE"; text: string }
  | { type: "FILL" }
  | { type: "BREAK" }
  | { type: "LEAK" }
  | { type: "CRASH"; at: string }
  | { type: "CANCEL" }
  | { type: "saga.retry"; reason?: string | undefined };

export const bookingMachine = setup({
  types: {
    context: {} as { seats: number; note: string; more: unknown },
    input: {} as { seats: number },
    events: {} as BookingEvent,
    output: {} as { seats: number },
  },
  actors: { charge: activity<{ cents: number }, void>(), refund: activity<object, void>() },
  actions: {
    note: assign({ note: ({ event }) => (event.type === "NOTE" ? event.text : "") }),
    fill: assign({
      more: () => ({
        at: new Date(START_MS),
        map: new Map([["a", 1n]]),
        set: new Set([1, Number.NaN]),
        error: Object.assign(new TypeError("no seat"), { row: 7 }),
        nothing: undefined,
      }),
    }),
    keepFunction: assign({ more: () => () => 1 }),
    throwError: assign(() => {
      throw new Error("no seat left");
    }),
  },
}).createMachine({
  id: "booking",
  context: ({ input }) => ({ seats: input.seats, note: "", more: null }),
  output: ({ context }) => ({ seats: context.seats }),
  initial: "waiting",
  states: {
    waiting: {
      tags: ["forward", "open"],
      on: {
        PAY: "paying",
        NOTE: { actions: "note" },
        FILL: { actions: "fill" },
        BREAK: { actions: "throwError" },
        LEAK: { actions: "keepFunction" },
        CRASH: "cancelled",
        CANCEL: "cancelled",
      },
      after: { [PATIENCE_MS]: "forgotten" },
    },
    paying: {
      tags: "forward",
      invoke: {
        id: "charge",
        src: "charge",
        input: ({ event }) => ({ cents: event.type === "PAY" ? event.cents : 0 }),
        onDone: "paid",
        onError: "refunding",
      },
    },
    refunding: {
      tags: "compensating",
      invoke: { id: "refund", src: "refund", input: {}, onDone: "cancelled", onError: "stuck" },
    },
    stuck: { tags: "stuck", on: { "saga.retry": "refunding" } },
    paid: { type: "final", tags: "completed" },
    forgotten: { type: "final", tags: "failed" },
    cancelled: { type: "final", tags: "compensated" },
  },
});

const inputSchema = z.strictObject({ seats: z.int().min(1).max(1000) });

/** A booking whose charge never ends, so that it stays where events put it. */
export function defineBooking(version = 1): Saga<typeof bookingMachine> {
  return defineSaga({
    name: "booking",
    version,
    machine: bookingMachine,
    activities: { charge: () => new Promise(() => {}), refund: () => Promise.resolve() },
    compensations: { charge: "refund" },
    input: inputSchema,
    events: {
      PAY: z.strictObject({ cents: z.int().min(version) }),
      NOTE: z.object({ text: z.string() }),
      // A schema of the user may have bugs like any code.
      CRASH: z.object({
        at: z.string().transform((): string => {
          throw new Error(SECRET);
        }),
      }),
    },
  });
}

export interface Served {
  readonly app: FastifyInstance;
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  /** Lines of the log. */
  readonly lines: Record<string, unknown>[];
}

export interface ServeOptions {
  readonly sagas?: readonly AnySaga[];
  readonly level?: string;
  readonly wrap?: (store: Store) => Store;
  /** Where the Studio looks for the sources of sagas. */
  readonly machines?: ServerOptions["machines"];
}

/** A server on a fresh database in memory, closed with the test. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const served = await open(options);
  onTestFinished(() => shut(served));
  return served;
}

/** One server for all tests of a file, with the instance `b-1`: for tests that change nothing. */
export async function share(): Promise<Served> {
  const served = await open({});
  afterAll(() => shut(served));
  await post(served.app, INSTANCES, { id: "b-1", input: { seats: 2 } });
  return served;
}

async function open({
  sagas = [defineBooking()],
  level = "info",
  wrap = (store) => store,
  machines,
}: ServeOptions): Promise<Served> {
  const clock = new ManualClock(START_MS);
  const metrics = new Metrics();
  const runtime = await createRuntime({
    store: wrap(openSqlite(":memory:")),
    sagas,
    clock,
    telemetry: metrics.telemetry,
    // Nobody moves the clock while a request waits.
    storePatienceMs: 0,
  });
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = buildServer({
    runtime,
    logger,
    metrics,
    ...(machines !== undefined && { machines }),
  });
  await app.ready();
  return { app, runtime, clock, lines };
}

async function shut({ app, runtime }: Served): Promise<void> {
  await app.close();
  await runtime.close({ graceMs: 0 });
}

/** A store that commits by other means; everything else is the real one's. */
export function withCommit(store: Store, commit: Store["commit"]): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === "commit" ? commit : Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed body; undefined if there is none. */
  readonly body: Record<string, unknown>;
}

export async function call(app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const { statusCode, headers, payload } = await app.inject(options);
  return { status: statusCode, headers, body: payload === "" ? undefined : JSON.parse(payload) };
}

export function get(app: FastifyInstance, url: string): Promise<Answer> {
  return call(app, { method: "GET", url });
}

export function post(
  app: FastifyInstance,
  url: string,
  payload: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(app, { method: "POST", url, payload, headers });
}

export const INSTANCES = "/sagas/booking/instances";
export const B1 = `${INSTANCES}/b-1`;

/** A server with the instance `b-1`, waiting. */
export async function serveB1(options: ServeOptions = {}): Promise<Served> {
  const served = await serve(options);
  await post(served.app, INSTANCES, { id: "b-1", input: { seats: 2 } });
  return served;
}
