/**
 * A saga and a server that can be brought to every error there is: what the table of errors stands on. What goes
 * wrong in the store or in a schema is switched on while the server runs.
 */
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { assign, setup } from "xstate";
import { z } from "zod";
import { SagaError } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { buildServer } from "../../src/http/server.ts";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";
import type { Runtime, Saga, Store } from "../../src/index.ts";
import { SNAPSHOT_BYTES_MAX } from "../../src/runtime/snapshot-size.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { deferred } from "../fixtures/world.ts";
import type { Deferred } from "../fixtures/world.ts";
import type { Answer } from "./booking.ts";

/** What a test may switch on. */
export interface Control {
  /** Every call of the store fails with it. */
  storeError: ErrorCode | null;
  /** Whatever is written was changed by somebody else. */
  conflicts: boolean;
  /** What else cannot be stored is too much of it. */
  isHoarding: boolean;
  /** Nothing is written before it. */
  gate: Deferred<void> | null;
  /** Instances that there are not are read as `b-1`, changed so. */
  loaded: Partial<{ version: number; snapshot: string }> | null;
  /** How many schedules the store says there are. */
  schedules: number | null;
  /** The rows of schedules are not as they were written. */
  hasDamage: boolean;
  /** So many starts wait that no more may. */
  crowded: boolean;
  /** Every handler fails in a way that nobody expects. */
  throws: boolean;
  /** The guard of GO looks at the world, as none should. */
  isOpen: boolean;
  /** The schema of the input takes nothing any more. */
  isStrict: boolean;
}

export interface Trial {
  readonly app: FastifyInstance;
  readonly runtime: Runtime;
  readonly saga: Saga<ReturnType<typeof trialMachine>>;
  readonly control: Control;
}

const TOO_LARGE = "x".repeat(SNAPSHOT_BYTES_MAX);

type TrialEvent =
  | { type: "GO" }
  | { type: "END" }
  | { type: "BREAK" }
  | { type: "LEAK" }
  | { type: "EARLY" }
  | { type: "PAY"; cents: number }
  | { type: "saga.cancel" }
  | { type: "saga.retry"; reason?: string | undefined }
  | { type: "saga.skip"; reason?: string | undefined };

function trialMachine(control: Control) {
  return setup({
    types: {
      context: {} as { kept: unknown },
      input: {} as { mode: string },
      events: {} as TrialEvent,
    },
    actions: {
      leak: assign({ kept: () => (control.isHoarding ? TOO_LARGE : () => 1) }),
      fail: assign(() => {
        throw new Error("no");
      }),
    },
    guards: { isOpen: () => control.isOpen },
  }).createMachine({
    id: "trial",
    context: ({ input }) => {
      if (input.mode === "throw") throw new Error("no");
      if (input.mode === "hoard") return { kept: TOO_LARGE };
      return { kept: input.mode === "leak" ? () => 1 : null };
    },
    initial: "waiting",
    states: {
      waiting: {
        tags: "forward",
        on: {
          GO: { target: "later", guard: "isOpen" },
          END: "ended",
          PAY: "later",
          BREAK: { actions: "fail" },
          LEAK: { actions: "leak" },
          "saga.cancel": "ended",
          "saga.retry": { actions: "fail" },
          "saga.skip": { actions: "leak" },
        },
      },
      later: { tags: "forward", on: { EARLY: "ended", END: "ended" } },
      ended: { type: "final", tags: "completed" },
    },
  });
}

/** A server with the instance `b-1`, waiting, and the schedule `s-1`. */
export async function openTrial(): Promise<Trial> {
  const control: Control = {
    storeError: null,
    conflicts: false,
    isHoarding: false,
    gate: null,
    loaded: null,
    schedules: null,
    hasDamage: false,
    crowded: false,
    throws: false,
    isOpen: true,
    isStrict: false,
  };
  const saga = defineSaga({
    name: "trial",
    version: 1,
    machine: trialMachine(control),
    activities: {},
    input: z.strictObject({ mode: z.string() }).refine(() => !control.isStrict),
    events: { PAY: z.strictObject({ cents: z.int() }), "saga.cancel": z.strictObject({}) },
    parks: ["EARLY"],
    limits: {
      instances: {
        key: () => "all",
        get perSecond() {
          return control.crowded ? 1 : 10_000;
        },
      },
    },
  });
  const store = controlled(openSqlite(":memory:"), control);
  const runtime = await createRuntime({
    store,
    sagas: [saga],
    clock: new ManualClock(),
    // Time stands still.
    storePatienceMs: 0,
  });
  const app = buildServer({ runtime, metrics: new Metrics() });
  app.addHook("preHandler", async () => {
    if (control.throws) throw new Error("nobody expects it");
  });
  await app.ready();
  onTestFinished(async () => {
    control.gate?.resolve();
    await app.close();
    await runtime.close({ graceMs: 0 });
  });
  await runtime.start(saga, { instanceId: "b-1", input: { mode: "well" } });
  await runtime.schedules.create(saga, {
    scheduleId: "s-1",
    everyMs: 60_000,
    input: { mode: "well" },
  });
  return { app, runtime, saga, control };
}

/** What asks the database nothing. */
const untouched: ReadonlySet<string> = new Set(["close", "remarks", "watchDamage"]);

type Method = (...given: unknown[]) => Promise<unknown>;

function controlled(store: Store, control: Control): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || untouched.has(String(name))) {
        return typeof member === "function" ? member.bind(target) : member;
      }
      return async (...given: unknown[]) => {
        if (control.storeError !== null) throw new SagaError(control.storeError, "it cannot now");
        const [first] = given as [readonly unknown[]];
        const isWrite = name === "commit" || name === "putSchedules";
        if (isWrite) await control.gate?.promise;
        if (isWrite && control.conflicts) return first.map(() => "revision");
        if (name === "countSchedules" && control.schedules !== null) return control.schedules;
        if (control.hasDamage && (name === "loadSchedule" || name === "listSchedules")) {
          throw new SagaError("SAGA_SCHEDULE_DAMAGED", "it is not as it was written");
        }
        if (name === "load" && control.loaded !== null) return loadChanged(target, control, given);
        return (member as Method).apply(target, given);
      };
    },
  });
}

async function loadChanged(
  store: Store,
  { loaded }: Control,
  [key]: unknown[],
): ReturnType<Store["load"]> {
  const asked = key as { saga: string; instanceId: string };
  const stored = await store.load({ ...asked, instanceId: "b-1" });
  return stored && { ...stored, record: { ...stored.record, ...asked, ...loaded } };
}

/** What a socket is answered that such bytes come from. */
export async function exchange({ app }: Trial, bytes: string): Promise<Answer> {
  const socket = await open(app);
  socket.write(bytes);
  return parse(await text(socket));
}

/** What it is answered when the time of a request is up before it is whole. */
export async function exchangeSlowly({ app }: Trial, bytes: string): Promise<Answer> {
  const slow = new Promise<Socket>((resolve) => app.server.once("connection", resolve));
  const socket = await open(app);
  socket.write(bytes);
  const error = Object.assign(new Error("timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
  // As Node does it.
  app.server.emit("clientError", error, await slow);
  return parse(await text(socket));
}

async function open(app: FastifyInstance): Promise<Socket> {
  if (!app.server.listening) await app.listen({ host: "127.0.0.1", port: 0 });
  return connect((app.server.address() as AddressInfo).port, "127.0.0.1");
}

function parse(answer: string): Answer {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => {
    const [name = "", value = ""] = field.split(": ");
    return [name.toLowerCase(), value];
  });
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: JSON.parse(body) as Record<string, unknown>,
  };
}

/** Holds back all that is written until the test is over. */
export function hold({ control }: Trial): void {
  control.gate = deferred<void>();
}
