/**
 * Every route and every error that it may answer. The rows are those of the contract, so that a route without
 * its errors, or an error that nobody can bring about, fails; the documentation has the same rows.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { InjectOptions } from "fastify";
import { describe, expect, test } from "vitest";
import { errorStatus } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { errorKinds, errorsOf } from "../../src/http/contract/openapi.ts";
import type { RouteDescription } from "../../src/http/contract/openapi-parts.ts";
import { routes } from "../../src/http/contract/openapi-table.ts";
import { httpLimits } from "../../src/http/limits.ts";
import { BULKS_RUNNING_MAX } from "../../src/runtime/operators/bulk.ts";
import { FOLLOWERS_MAX } from "../../src/runtime/readers/feed.ts";
import { MAILBOX_EVENTS_MAX } from "../../src/runtime/mailbox.ts";
import { PARKED_EVENTS_MAX } from "../../src/runtime/decisions/park.ts";
import { WAITING_STARTS_MAX } from "../../src/runtime/limits/start-queue.ts";
import { WAITERS_MAX } from "../../src/runtime/readers/waiters.ts";
import { call } from "./booking.ts";
import type { Answer } from "./booking.ts";
import { exchange, exchangeSlowly, hold, openTrial } from "./trial.ts";
import type { Trial } from "./trial.ts";

/** Brings about one error of a route. */
type Provoke = (trial: Trial, route: RouteDescription) => Promise<Answer>;

const well = { mode: "well" };
const reason = "to see what happens";
const every = { everyMs: 60_000, input: well };

/** By operation: a body that is taken. */
const bodies: Readonly<Record<string, object>> = {
  startInstance: { id: "b-2", input: well },
  sendEvent: { type: "GO" },
  createSchedule: { id: "s-2", ...every },
  operate: { operation: "suspend", reason },
  forkInstance: { id: "b-2", fromRevision: 1, reason },
  startBulk: { filter: { saga: "trial" }, operation: "suspend", reason },
};

const places = { saga: "trial", id: "b-1", scheduleId: "s-1", bulkId: "none" };

function pathOf({ path }: RouteDescription, changed: Partial<typeof places> = {}): string {
  const all: Readonly<Record<string, string>> = { ...places, ...changed };
  return path.replaceAll(/:(\w+)/g, (_, name: string) => all[name] ?? "");
}

/** A request that is taken, but for what is changed in it. */
function requestOf(
  route: RouteDescription,
  { body, query = "", headers = {}, ...changed }: Change = {},
): InjectOptions {
  const usual = bodies[route.operationId];
  const payload = usual === undefined && body === undefined ? undefined : { ...usual, ...body };
  return {
    method: route.method,
    url: pathOf(route, changed) + query,
    headers,
    ...(payload && { payload }),
  };
}

type Change = Partial<typeof places> & {
  readonly body?: object;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

function ask({ app }: Trial, route: RouteDescription, change?: Change): Promise<Answer> {
  return call(app, requestOf(route, change));
}

const asking =
  (change: Change): Provoke =>
  (trial, route) =>
    ask(trial, route, change);

/** Asks after another request, such as one that takes the place. */
const after =
  (before: (trial: Trial) => Promise<unknown> | void, change?: Change): Provoke =>
  async (trial, route) => {
    await before(trial);
    return ask(trial, route, change);
  };

const withStore = (code: ErrorCode, change?: Change): Provoke =>
  after(({ control }) => void (control.storeError = code), change);
const withLoaded = (loaded: Trial["control"]["loaded"]): Provoke =>
  after(({ control }) => void (control.loaded = loaded), { id: "b-9" });
const sending =
  (...types: ("GO" | "END")[]) =>
  async ({ runtime, saga }: Trial): Promise<void> => {
    for (const type of types) await runtime.send(saga, "b-1", { type });
  };

/** Fills what holds so many; none of it is ever done. */
const filling =
  (count: number, one: (trial: Trial) => Promise<unknown>) =>
  (trial: Trial): void => {
    hold(trial);
    for (let n = 0; n < count; n += 1) void one(trial).catch(() => {});
  };
const ofInstance = filling(MAILBOX_EVENTS_MAX + 1, ({ runtime, saga }) =>
  runtime.send(saga, "b-1", { type: "GO" }),
);
const ofNewInstance = filling(MAILBOX_EVENTS_MAX + 1, ({ runtime, saga }) =>
  runtime.start(saga, { instanceId: "b-2", input: well }),
);
const ofSchedule = filling(MAILBOX_EVENTS_MAX + 1, ({ runtime, saga }) =>
  runtime.schedules.pause(saga, "s-1"),
);
const ofNewSchedule = filling(MAILBOX_EVENTS_MAX + 1, ({ runtime, saga }) =>
  runtime.schedules.create(saga, { scheduleId: "s-2", ...every }),
);
const ofWaiters = filling(WAITERS_MAX, ({ runtime, saga }) =>
  runtime.waitUpTo(saga, "b-1", { waitFor: { phase: "failed" } }),
);

const ofStarts = async (trial: Trial): Promise<void> => {
  trial.control.crowded = true;
  hold(trial);
  const { runtime, saga } = trial;
  for (let n = 0; n <= WAITING_STARTS_MAX; n += 1) {
    void runtime.start(saga, { instanceId: `c-${n}`, input: well }).catch(() => {});
  }
  // Until all of them have come as far as they can.
  await new Promise((resolve) => setImmediate(resolve));
};

const TOO_LONG = "x".repeat(httpLimits.paramLengthMax + 1);
const WAITING = "?waitFor=phase:completed";
const UNKNOWN_PARAMETER: Provoke = asking({ query: "?unknown=1" });
const UNKNOWN_MEMBER: Provoke = asking({ body: { unknown: 1 } });

/** How any route is brought to an error that it may answer. */
const anywhere: Readonly<Partial<Record<ErrorCode, Provoke>>> = {
  SAGA_REQUEST_INVALID: (trial, route) =>
    exchange(trial, `${route.method} ${pathOf(route)} HTTP/1.1\r\nHost: a\r\nHost\r\n\r\n`),
  SAGA_REQUEST_TIMEOUT: (trial, route) =>
    exchangeSlowly(trial, `${route.method} ${pathOf(route)} HTTP/1.1\r\n`),
  SAGA_HEADERS_TOO_LARGE: (trial, route) => {
    const header = "x".repeat(httpLimits.headerBytesMax);
    return exchange(
      trial,
      `${route.method} ${pathOf(route)} HTTP/1.1\r\nHost: a\r\nX: ${header}\r\n\r\n`,
    );
  },
  SAGA_INTERNAL: after(({ control }) => void (control.throws = true)),
  SAGA_ID_INVALID: (trial, route) => {
    const [last = "saga"] =
      route.path
        .match(/\w+(?=$|\/)/g)
        ?.filter((name) => name in places)
        .slice(-1) ?? [];
    return ask(trial, route, { [last]: TOO_LONG });
  },
  SAGA_BODY_TOO_LARGE: (trial, route) =>
    ask(trial, route, { body: { text: "x".repeat(httpLimits.bodyBytesMax) } }),
  SAGA_MEDIA_TYPE_UNSUPPORTED: ({ app }, route) =>
    call(app, {
      ...requestOf(route),
      payload: "{}",
      headers: { "content-type": "text/plain" },
    }),
  SAGA_NOT_FOUND: asking({ saga: "none" }),
  SAGA_INSTANCE_NOT_FOUND: asking({ id: "none" }),
  SAGA_SCHEDULE_NOT_FOUND: asking({ scheduleId: "none" }),
  SAGA_OPERATION_NOT_FOUND: asking({}),
  SAGA_RUNTIME_CLOSED: after(({ runtime }) => runtime.close()),
  SAGA_STORE_BUSY: withStore("SAGA_STORE_BUSY"),
  SAGA_STORE_FULL: withStore("SAGA_STORE_FULL"),
  SAGA_STORE_OUTCOME_UNKNOWN: withStore("SAGA_STORE_OUTCOME_UNKNOWN"),
  SAGA_REVISION_CONFLICT: after(({ control }) => void (control.conflicts = true)),
  SAGA_VERSION_UNKNOWN: withLoaded({ version: 9 }),
  SAGA_INSTANCE_QUARANTINED: withLoaded({ snapshot: "{}" }),
  SAGA_SCHEDULE_DAMAGED: after(({ control }) => void (control.hasDamage = true)),
  SAGA_WAITERS_FULL: after(ofWaiters, { query: WAITING }),
  SAGA_STARTS_FULL: after(ofStarts),
  SAGA_STREAMS_FULL: after(async ({ runtime }) => {
    for (let n = 0; n < FOLLOWERS_MAX; n += 1) await runtime.follow();
  }),
};

/** By operation: its errors that need more, or that are better brought about otherwise. */
const own: Readonly<Record<string, Readonly<Partial<Record<ErrorCode, Provoke>>>>> = {
  startInstance: {
    SAGA_REQUEST_INVALID: UNKNOWN_MEMBER,
    SAGA_ID_INVALID: asking({ body: { id: "" } }),
    SAGA_INPUT_INVALID: asking({ body: { input: {} } }),
    SAGA_INSTANCE_EXISTS: asking({ body: { id: "b-1", input: { mode: "other" } } }),
    SAGA_TRANSITION_FAILED: asking({ body: { input: { mode: "throw" } } }),
    SAGA_CONTEXT_NOT_SERIALIZABLE: asking({ body: { input: { mode: "leak" } } }),
    SAGA_SNAPSHOT_TOO_LARGE: asking({ body: { input: { mode: "hoard" } } }),
    SAGA_MAILBOX_FULL: after(ofNewInstance),
  },
  getInstance: {
    SAGA_REQUEST_INVALID: asking({ query: "?waitFor=noon" }),
    // One that is in memory is not asked for.
    SAGA_STORE_BUSY: withStore("SAGA_STORE_BUSY", { id: "b-9" }),
    SAGA_STORE_OUTCOME_UNKNOWN: withStore("SAGA_STORE_OUTCOME_UNKNOWN", { id: "b-9" }),
  },
  sendEvent: {
    SAGA_REQUEST_INVALID: asking({ query: "?waitFor=noon" }),
    SAGA_ID_INVALID: asking({ headers: { "idempotency-key": "a b" } }),
    SAGA_EVENT_INVALID: asking({ body: { type: "PAY", cents: "none" } }),
    SAGA_EVENT_NOT_ACCEPTED: after(({ control }) => void (control.isOpen = false)),
    SAGA_INSTANCE_ENDED: after(sending("END")),
    SAGA_INSTANCE_SUSPENDED: after(({ runtime, saga }) =>
      runtime.operate(saga, "b-1", { operation: "suspend", reason }),
    ),
    SAGA_IDEMPOTENCY_KEY_REUSED: after(
      ({ runtime, saga }) => runtime.send(saga, "b-1", { type: "END" }, { eventId: "e-1" }),
      { headers: { "idempotency-key": "e-1" } },
    ),
    SAGA_TRANSITION_FAILED: asking({ body: { type: "BREAK" } }),
    SAGA_CONTEXT_NOT_SERIALIZABLE: asking({ body: { type: "LEAK" } }),
    SAGA_SNAPSHOT_TOO_LARGE: after(({ control }) => void (control.isHoarding = true), {
      body: { type: "LEAK" },
    }),
    SAGA_MAILBOX_FULL: after(ofInstance),
    SAGA_PARKING_FULL: after(
      async ({ runtime, saga }) => {
        for (let n = 0; n < PARKED_EVENTS_MAX; n += 1) {
          await runtime.send(saga, "b-1", { type: "EARLY" });
        }
      },
      { body: { type: "EARLY" } },
    ),
  },
  getJournal: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  searchInstances: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  countInstances: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  getDwellTimes: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  createSchedule: {
    SAGA_REQUEST_INVALID: UNKNOWN_MEMBER,
    SAGA_ID_INVALID: asking({ body: { id: "" } }),
    SAGA_SCHEDULE_INVALID: asking({ body: { cron: "* * * * *" } }),
    SAGA_INPUT_INVALID: asking({ body: { input: {} } }),
    SAGA_SCHEDULE_EXISTS: asking({ body: { id: "s-1", everyMs: 61_000 } }),
    SAGA_SCHEDULES_TOO_MANY: after(
      ({ control }) => void (control.schedules = httpLimits.schedulesPerSagaMax),
    ),
    SAGA_MAILBOX_FULL: after(ofNewSchedule),
  },
  listSchedules: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  pauseSchedule: { SAGA_REQUEST_INVALID: UNKNOWN_MEMBER, SAGA_MAILBOX_FULL: after(ofSchedule) },
  resumeSchedule: {
    SAGA_REQUEST_INVALID: UNKNOWN_MEMBER,
    SAGA_MAILBOX_FULL: after(ofSchedule),
    SAGA_REVISION_CONFLICT: after(async ({ runtime, saga, control }) => {
      await runtime.schedules.pause(saga, "s-1");
      control.conflicts = true;
    }),
  },
  triggerSchedule: {
    SAGA_REQUEST_INVALID: UNKNOWN_MEMBER,
    SAGA_ID_INVALID: asking({ headers: { "idempotency-key": "a b" } }),
    SAGA_INPUT_INVALID: after(({ control }) => void (control.isStrict = true)),
    SAGA_INSTANCE_EXISTS: after(
      async ({ app, runtime, saga }) => {
        const headers = { "idempotency-key": "t-1" };
        await call(app, { method: "POST", url: "/sagas/trial/schedules/s-1/trigger", headers });
        await runtime.schedules.delete(saga, "s-1");
        const input = { mode: "other" };
        await runtime.schedules.create(saga, { scheduleId: "s-1", everyMs: 60_000, input });
      },
      { headers: { "idempotency-key": "t-1" } },
    ),
    SAGA_TRANSITION_FAILED: after(
      ({ runtime, saga }) =>
        runtime.schedules.create(saga, {
          scheduleId: "s-2",
          everyMs: 60_000,
          input: { mode: "throw" },
        }),
      { scheduleId: "s-2" },
    ),
    SAGA_CONTEXT_NOT_SERIALIZABLE: after(
      ({ runtime, saga }) =>
        runtime.schedules.create(saga, {
          scheduleId: "s-2",
          everyMs: 60_000,
          input: { mode: "leak" },
        }),
      { scheduleId: "s-2" },
    ),
    SAGA_SNAPSHOT_TOO_LARGE: after(
      ({ runtime, saga }) =>
        runtime.schedules.create(saga, {
          scheduleId: "s-2",
          everyMs: 60_000,
          input: { mode: "hoard" },
        }),
      { scheduleId: "s-2" },
    ),
    SAGA_MAILBOX_FULL: after(ofSchedule),
  },
  deleteSchedule: { SAGA_MAILBOX_FULL: after(ofSchedule) },
  operate: {
    SAGA_REQUEST_INVALID: asking({ body: { reason: "" } }),
    SAGA_ID_INVALID: asking({ headers: { "idempotency-key": "a b" } }),
    SAGA_FORCE_REQUIRED: asking({ body: { operation: "terminate" } }),
    SAGA_EVENT_INVALID: asking({ body: { operation: "cancel" } }),
    SAGA_EVENT_NOT_ACCEPTED: after(sending("GO"), { body: { operation: "retry" } }),
    SAGA_INSTANCE_ENDED: after(sending("END")),
    SAGA_INSTANCE_SUSPENDED: after(
      ({ runtime, saga }) => runtime.operate(saga, "b-1", { operation: "suspend", reason }),
      { body: { operation: "suspend" } },
    ),
    SAGA_OPERATION_NOT_POSSIBLE: asking({ body: { operation: "resume" } }),
    SAGA_IDEMPOTENCY_KEY_REUSED: after(
      ({ runtime, saga }) => runtime.send(saga, "b-1", { type: "GO" }, { eventId: "e-1" }),
      { headers: { "idempotency-key": "e-1" } },
    ),
    SAGA_TRANSITION_FAILED: asking({ body: { operation: "retry" } }),
    SAGA_CONTEXT_NOT_SERIALIZABLE: asking({ body: { operation: "skip" } }),
    SAGA_SNAPSHOT_TOO_LARGE: after(({ control }) => void (control.isHoarding = true), {
      body: { operation: "skip" },
    }),
    SAGA_MAILBOX_FULL: after(ofInstance),
  },
  forkInstance: {
    SAGA_REQUEST_INVALID: asking({ body: { fromRevision: 0 } }),
    SAGA_ID_INVALID: asking({ body: { id: "" } }),
    SAGA_INPUT_INVALID: asking({ body: { input: {} } }),
    SAGA_EVENT_INVALID: asking({ body: { event: { type: "NONE" } } }),
    SAGA_INSTANCE_EXISTS: after(({ runtime, saga }) =>
      runtime.start(saga, { instanceId: "b-2", input: { mode: "other" } }),
    ),
    SAGA_INSTANCE_ENDED: after(sending("END"), { body: { fromRevision: 2 } }),
    SAGA_OPERATION_NOT_POSSIBLE: asking({ body: { fromRevision: 2 } }),
    SAGA_EVENT_NOT_ACCEPTED: asking({ body: { event: { type: "EARLY" } } }),
    SAGA_JOURNAL_NOT_REPRODUCIBLE: after(
      async (trial) => {
        await sending("GO")(trial);
        trial.control.isOpen = false;
      },
      { body: { fromRevision: 2 } },
    ),
    SAGA_TRANSITION_FAILED: asking({ body: { input: { mode: "throw" } } }),
    SAGA_CONTEXT_NOT_SERIALIZABLE: asking({ body: { input: { mode: "leak" } } }),
    SAGA_SNAPSHOT_TOO_LARGE: asking({ body: { input: { mode: "hoard" } } }),
    SAGA_MAILBOX_FULL: after(ofNewInstance),
  },
  startBulk: {
    SAGA_REQUEST_INVALID: asking({ body: { filter: {} } }),
    SAGA_FORCE_REQUIRED: asking({ body: { operation: "terminate" } }),
    SAGA_OPERATION_NOT_POSSIBLE: after(async (trial) => {
      hold(trial);
      for (let n = 0; n < BULKS_RUNNING_MAX; n += 1) {
        await trial.runtime.bulks.start({ saga: "trial" }, { operation: "suspend", reason });
      }
    }),
  },
  streamInstance: { SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER },
  streamAll: {
    SAGA_REQUEST_INVALID: UNKNOWN_PARAMETER,
    SAGA_NOT_FOUND: asking({ query: "?saga=none" }),
  },
  getReadiness: {
    SAGA_NOT_READY: after(({ runtime }) => runtime.close()),
  },
};

function provocationOf(route: RouteDescription, code: ErrorCode): Provoke | undefined {
  return own[route.operationId]?.[code] ?? anywhere[code];
}

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "%s",
  (_, route) => {
    test("is answered well when nothing is wrong", async () => {
      const trial = await openTrial();
      const { bulks } = trial.runtime;
      const bulk = await bulks.start({ saga: "none" }, { operation: "suspend", reason });
      // A stream does not end; its head does.
      const isStream = route.answers.some(({ mediaType }) => mediaType === "text/event-stream");
      const request = requestOf(route, { bulkId: bulk.id });

      const answer = await trial.app.inject(isStream ? { ...request, method: "HEAD" } : request);

      expect(route.answers.map(({ status }) => status)).toContain(answer.statusCode);
    });

    test.each(errorsOf(route))("answers %s", async (code) => {
      const provoke = provocationOf(route, code);
      if (provoke === undefined) throw new Error(`nobody knows how to bring about ${code} here`);
      const trial = await openTrial();

      const { status, headers, body } = await provoke(trial, route);

      expect(body).toMatchObject({
        type: `/docs/errors#${code.toLowerCase()}`,
        title: expect.stringMatching(/^[A-Z][a-z ]+$/),
        status: errorStatus[code],
        detail: expect.stringMatching(/./),
        code,
      });
      expect(status).toBe(errorStatus[code]);
      expect(headers["content-type"]).toBe("application/problem+json");
      expect(headers["cache-control"]).toBe("no-store");
      const isPassing = status === 429 || status === 503 || status === 507;
      expect(headers["retry-after"]).toBe(
        isPassing ? String(httpLimits.retryAfterSeconds) : undefined,
      );
    });
  },
);

test("no error is brought about that the contract does not tell", () => {
  const told = routes.flatMap((route) =>
    errorsOf(route).map((code) => `${route.operationId} ${code}`),
  );
  const tried = Object.entries(own).flatMap(([name, codes]) =>
    Object.keys(codes).map((code) => `${name} ${code}`),
  );

  expect(tried.filter((one) => !told.includes(one))).toEqual([]);
});

/** What no route answers: there is no such route, it never came so far, or it is not of HTTP. */
const ofNoRoute: readonly ErrorCode[] = [
  "SAGA_COMMAND_INVALID",
  "SAGA_ROUTE_NOT_FOUND",
  "SAGA_METHOD_NOT_ALLOWED",
  "SAGA_WAIT_TIMEOUT",
  "SAGA_CHART_INVALID",
  "SAGA_DEFINITION_INVALID",
  "SAGA_CHECK_INVALID",
  "SAGA_SNAPSHOT_INVALID",
  "SAGA_TRANSACTION_INVALID",
  "SAGA_CONFIG_INVALID",
  "SAGA_STORE_LOCKED",
  "SAGA_STORE_TOO_NEW",
  "SAGA_STORE_INVALID",
  "SAGA_STORE_MISMATCH",
  "SAGA_STORE_DAMAGED",
  "SAGA_STORE_TAKEN",
];

/** What only the Studio's own routes answer, which the contract leaves out: they are there for its pages. */
const ofTheStudio: readonly ErrorCode[] = [
  "SAGA_SIMULATION_INVALID",
  "SAGA_IMPORT_INVALID",
  "SAGA_STUDIO_READ_ONLY",
  "SAGA_ORIGIN_REFUSED",
  "SAGA_SOURCE_NOT_FOUND",
  "SAGA_FILE_REFUSED",
  "SAGA_SOURCE_CHANGED",
  "SAGA_EDIT_REFUSED",
  "SAGA_SOURCE_INVALID",
  "SAGA_DRAFT_INVALID",
  "SAGA_SIMULATION_FAILED",
  "SAGA_LAYOUTS_FULL",
  "SAGA_DRAFTS_FULL",
  "SAGA_SIMULATIONS_FULL",
  "SAGA_SOURCE_NOT_WRITTEN",
];

test("each code is answered by some route, or by none for a reason", () => {
  const answered = new Set(routes.flatMap(errorsOf));
  const codes = Object.keys(errorStatus) as ErrorCode[];

  expect(codes.filter((code) => !answered.has(code)).toSorted()).toEqual(
    [...ofNoRoute, ...ofTheStudio].toSorted(),
  );
});

test("each code of the Studio alone is brought about by a test of it", () => {
  const tests = ["compare", "draft", "edit", "exchange", "simulate", "studio"].flatMap((folder) =>
    readdirSync(`test/${folder}`)
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(`test/${folder}/${file}`, "utf8")),
  );

  expect(ofTheStudio.filter((code) => !tests.some((text) => text.includes(code)))).toEqual([]);
});

const httpPage = readFileSync(new URL("../../docs/reference/http.md", import.meta.url), "utf8");
const codesIn = (text: string): string[] => text.match(/SAGA_\w+/g) ?? [];

test("http.md lists the errors of each route's own, in the order of the contract", () => {
  const rows = [...httpPage.matchAll(/^\| `([A-Z]+ \/[^`]*)` \| [^|]+ \|([^|]*)\|$/gm)];

  expect(
    Object.fromEntries(rows.map(([, route = "", codes = ""]) => [route, codesIn(codes)])),
  ).toEqual(
    Object.fromEntries(routes.map((route) => [`${route.method} ${route.path}`, route.errors])),
  );
});

test("http.md lists what routes of a kind may answer, and no other kinds", () => {
  const [, table = ""] = httpPage.split("| a route | errors |\n|---|---|\n");
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n");

  expect(rows).toEqual(
    errorKinds.map(
      ({ of, errors }) => `| ${of} | ${errors.map((code) => `\`${code}\``).join(" ")} |`,
    ),
  );
});
