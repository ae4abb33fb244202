/** Searching over HTTP: every filter, alone and with others, finds what looking at each instance finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildServer } from "../../src/http/server.ts";
import type { Store } from "../../src/index.ts";
import { phases } from "../../src/saga/phase.ts";
import type { InstanceRecord } from "../../src/store/store.ts";
import { instanceRecord, journalEntry, writeSet } from "../../src/testing/store-records.ts";
import { get, post, INSTANCES, serve, START_MS } from "./booking.ts";
import type { Answer, Served } from "./booking.ts";

// Printed on failure: rerun with FC_SEED=<seed>.
const seed = Number(process.env["FC_SEED"] ?? Date.now());

interface ServedWithStore extends Served {
  readonly store: Store;
}

async function serveWithStore(): Promise<ServedWithStore> {
  let store: Store | undefined;
  const served = await serve({ wrap: (opened) => (store = opened) });
  if (store === undefined) throw new Error("the server has no store");
  return { ...served, store };
}

/** Commits instances as they are: a search looks at no chart. */
async function put(store: Store, records: readonly InstanceRecord[]): Promise<void> {
  const journal = journalEntry();
  await store.commit(records.map((instance) => ({ ...writeSet(1), instance, journal })));
}

function idsOf({ status, body }: Answer): readonly string[] {
  expect({ status, body }).toMatchObject({ status: 200 });
  return (body["items"] as { id: string }[]).map(({ id }) => id);
}

/** Ids of all pages from the first on. */
async function walk(
  app: Served["app"],
  parameters: URLSearchParams,
  between: () => Promise<unknown> = async () => {},
): Promise<readonly string[]> {
  const query = new URLSearchParams(parameters);
  const ids: string[] = [];
  for (;;) {
    const answer = await get(app, `/instances?${query.toString()}`);
    ids.push(...idsOf(answer));
    const { next } = answer.body as { next: string | null };
    if (next === null) return ids;
    query.set("cursor", next);
    await between();
  }
}

const sagas = ["booking", "größe %", "book_ng"];
const states = ["a", "a.b", "a.bc", "ab", "a.b,c.d", "c.d.e,a", "a%", "c"];
const tags = ["x", "y", "x%", "ß"];
const names = ["k", "k.k", "ü&=", "__proto__", "%"];
const texts = ["1", "%", "_", `'"; --`, "ß🚚", " + ", "\\"];
const pieces = ["a", "b", "%", "_", "'", '"', "é", "🚚", " ", "+", "&", "="];
const times = [0, 1, 2, 3].map((ms) => START_MS + ms);

const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...texts)), {
    selector: ([name]) => name,
    maxLength: 3,
  })
  .map((entries) => Object.fromEntries(entries) as Record<string, string>);
const text = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 });
const record = fc
  .record({
    saga: fc.constantFrom(...sagas),
    instanceId: text.map((parts) => parts.join("")),
    version: fc.integer({ min: 1, max: 2 }),
    phase: fc.constantFrom(...phases),
    state: fc.constantFrom(...states),
    tags: fc.subarray(tags),
    suspended: fc.constantFrom(null, null, { by: null, reason: "later", atMs: START_MS }),
    attributes,
    createdAtMs: fc.constantFrom(...times),
  })
  .map((facts) => instanceRecord(facts));
const world = fc.uniqueArray(record, {
  selector: ({ saga, instanceId }) => JSON.stringify([saga, instanceId]),
  maxLength: 40,
});

interface Filters {
  readonly saga?: string;
  readonly version?: number;
  readonly phase?: readonly string[];
  readonly state?: string;
  readonly tag?: string;
  readonly suspended?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly q?: string;
  readonly startedAfter?: number;
  readonly startedBefore?: number;
}

const filterArbitraries = {
  saga: fc.constantFrom(...sagas, "none"),
  version: fc.integer({ min: 1, max: 3 }),
  phase: fc.subarray([...phases], { minLength: 1 }),
  state: fc.constantFrom(...states, "c.d", "b", "a_"),
  tag: fc.constantFrom(...tags, "_"),
  suspended: fc.boolean(),
  attributes,
  q: text.map((parts) => parts.slice(0, 2).join("")),
  startedAfter: fc.constantFrom(...times),
  startedBefore: fc.constantFrom(...times),
};
const filterNames = Object.keys(filterArbitraries) as (keyof Filters)[];
const valueOf = (name: keyof Filters): fc.Arbitrary<unknown> => filterArbitraries[name];

/** The answer by looking at each instance. `records` are in the order of their starts. */
function bruteForce(records: readonly InstanceRecord[], filters: Filters): readonly string[] {
  const { attributes: wanted = {} } = filters;
  const isWithin = (leaf: string): boolean => `${leaf}.`.startsWith(`${filters.state}.`);
  const isAsked = ({ saga, version, phase }: InstanceRecord): boolean =>
    saga === (filters.saga ?? saga) &&
    version === (filters.version ?? version) &&
    (filters.phase ?? [phase]).includes(phase);
  const isThere = ({ state, tags: all, suspended }: InstanceRecord): boolean =>
    (suspended !== null) === (filters.suspended ?? suspended !== null) &&
    (filters.state === undefined || state.split(",").some(isWithin)) &&
    (filters.tag === undefined || all.includes(filters.tag));
  const hasAll = (one: InstanceRecord): boolean =>
    Object.entries(wanted).every(([name, value]) =>
      Object.entries(one.attributes).some(([n, v]) => n === name && v === value),
    );
  const isNamed = ({ instanceId, createdAtMs }: InstanceRecord): boolean =>
    instanceId.startsWith(filters.q ?? "") &&
    createdAtMs >= (filters.startedAfter ?? 0) &&
    createdAtMs < (filters.startedBefore ?? Infinity);
  return records
    .filter((one) => isAsked(one) && isThere(one) && hasAll(one) && isNamed(one))
    .toReversed()
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    .map(({ instanceId }) => instanceId);
}

function toParameters(filters: Filters): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of filterNames) {
    const value = filters[name];
    if (value === undefined) continue;
    if (name === "attributes") {
      for (const [key, one] of Object.entries(value)) parameters.set(`attribute.${key}`, one);
    } else if (name.startsWith("started")) {
      parameters.set(name, new Date(value as number).toISOString());
    } else {
      const each = [value].flat() as (string | number | boolean)[];
      for (const one of each) parameters.append(name, `${one}`);
    }
  }
  return parameters;
}

const worlds = { seed, numRuns: 15 };

test.each(filterNames)("%s alone finds what looking at each instance finds", async (name) => {
  await fc.assert(
    fc.asyncProperty(world, fc.array(valueOf(name), { maxLength: 5 }), async (records, all) => {
      const { app, store } = await serveWithStore();
      await put(store, records);

      for (const value of all) {
        const filters: Filters = { [name]: value };
        expect(await walk(app, toParameters(filters))).toEqual(bruteForce(records, filters));
      }
    }),
    worlds,
  );
});

test("filters together find what looking at each instance finds, by pages of any size", async () => {
  const filters = fc.record(filterArbitraries, { requiredKeys: [] });
  const queries = fc.array(fc.tuple(filters, fc.integer({ min: 1, max: 7 })), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(world, queries, async (records, all) => {
      const { app, store } = await serveWithStore();
      await put(store, records);

      for (const [one, limit] of all) {
        const parameters = toParameters(one);
        parameters.set("limit", String(limit));
        expect(await walk(app, parameters)).toEqual(bruteForce(records, one));
      }
    }),
    { ...worlds, numRuns: 60 },
  );
}, 60_000);

test("counts are those of looking at each instance", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (records) => {
      const { app, store } = await serveWithStore();
      await put(store, records);

      const { body } = await get(app, "/instances/counts");

      const counted = new Map<string, number>();
      for (const { saga, version, phase, state } of records) {
        const name = JSON.stringify({ saga, version, phase, state });
        counted.set(name, (counted.get(name) ?? 0) + 1);
      }
      const expected = [...counted].map(([name, instances]) => ({
        ...JSON.parse(name),
        instances,
      }));
      expect(body["counts"]).toHaveLength(expected.length);
      expect(body["counts"]).toEqual(expect.arrayContaining(expected));
    }),
    worlds,
  );
});

test("cursors walk over all instances once while others are started", async () => {
  const { app, clock } = await serve();
  const start = (id: string) => post(app, INSTANCES, { id, input: { seats: 1 } });
  for (let index = 0; index < 20; index += 1) {
    await start(`b-${index}`);
    if (index % 3 === 0) await clock.advance(1);
  }

  let added = 0;
  const ids = await walk(app, new URLSearchParams({ limit: "3", saga: "booking" }), async () => {
    // Some start in the ms of those that are on the page.
    await start(`new-${(added += 1)}`);
    if (added % 2 === 0) await clock.advance(1);
  });

  expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => `b-${19 - index}`));
});

test("an item tells all of an instance but its context", async () => {
  const { app } = await serve();
  const correlated = { "x-correlation-id": "trace-1" };
  const start = { id: "b-1", input: { seats: 1 }, attributes: { customer: "c-7" } };
  await post(app, INSTANCES, start, correlated);

  const { body } = await get(app, "/instances");

  const at = new Date(START_MS).toISOString();
  expect(body).toEqual({
    items: [
      {
        saga: "booking",
        version: 1,
        id: "b-1",
        revision: 1,
        phase: "forward",
        state: "waiting",
        tags: ["open"],
        error: null,
        waitsFor: null,
        suspended: null,
        quarantined: null,
        attributes: { customer: "c-7" },
        correlationId: "trace-1",
        createdAt: at,
        updatedAt: at,
      },
    ],
    next: null,
  });
});

test("dwell times tell how long instances stayed in the states that they left", async () => {
  const { app, clock } = await serve();
  for (const [id, ms] of [
    ["b-1", 10],
    ["b-2", 20],
  ] as const) {
    await post(app, INSTANCES, { id, input: { seats: 1 } });
    await clock.advance(ms);
    await post(app, `${INSTANCES}/${id}/events`, { type: "CANCEL" });
  }

  const waiting = { saga: "booking", version: 1, state: "waiting", stays: 2, p50Ms: 10, p95Ms: 20 };
  expect((await get(app, "/instances/dwell")).body).toEqual({ states: [waiting] });
  const ofBooking = await get(app, "/instances/dwell?saga=booking&version=1");
  expect(ofBooking.body).toEqual({ states: [waiting] });
  const ofOther = await get(app, "/instances/dwell?saga=booking&version=2");
  expect(ofOther.body).toEqual({ states: [] });
});

test("a time may have any zone and any precision down to the second", async () => {
  const { app, store } = await serveWithStore();
  await put(store, [instanceRecord({ createdAtMs: Date.UTC(2026, 0, 1, 12) })]);

  const found = async (time: string) =>
    idsOf(await get(app, `/instances?startedAfter=${encodeURIComponent(time)}`)).length;

  expect(await found("2026-01-01T12:00:00Z")).toBe(1);
  expect(await found("2026-01-01T12:00Z")).toBe(1);
  expect(await found("2026-01-01T12:00:00.001Z")).toBe(0);
  expect(await found("2026-01-01T14:00:00+02:00")).toBe(1);
  expect(await found("2026-01-01T11:00:01-01:00")).toBe(0);
});

const long = "x".repeat(1_001);
const manyAttributes = Array.from({ length: 21 }, (_, index) => `attribute.a${index}=1`).join("&");

test.each([
  ["an unknown parameter", "?sagas=order"],
  ["another case", "?Saga=order"],
  ["no saga", "?saga="],
  ["two sagas", "?saga=a&saga=b"],
  ["a long text", `?state=${long}`],
  ["version 0", "?version=0"],
  ["a suspension that is neither", "?suspended=yes"],
  ["a version that is no number", "?version=1.5"],
  ["an unknown phase", "?phase=running"],
  ["one unknown phase among others", "?phase=stuck&phase=running"],
  ["no phase", "?phase="],
  ["no state", "?state="],
  ["two tags", "?tag=a&tag=b"],
  ["no name of an attribute", "?attribute.=1"],
  ["no value of an attribute", "?attribute.a="],
  ["two values of an attribute", "?attribute.a=1&attribute.a=2"],
  ["too many attributes", `?${manyAttributes}`],
  ["a prefix that is empty", "?q="],
  ["a date alone", "?startedAfter=2026-01-01"],
  ["a time without a zone", "?startedAfter=2026-01-01T00:00:00"],
  ["a day that there is not", "?startedBefore=2026-02-30T00:00:00Z"],
  ["an hour that there is not", "?startedBefore=2026-02-03T24:00:00Z"],
  ["a time in ms", "?startedBefore=1767225600000"],
  ["limit 0", "?limit=0"],
  ["a limit above 200", "?limit=201"],
  ["two limits", "?limit=1&limit=2"],
  ["a cursor that is rubbish", "?cursor=rubbish"],
  ["no cursor", "?cursor="],
  ["a cursor with more at its end", `?cursor=${Buffer.from("1.2").toString("base64url")}!`],
  ["a cursor of other text", `?cursor=${Buffer.from("1.2.3").toString("base64url")}`],
  [
    "a cursor of a large number",
    `?cursor=${Buffer.from("1.9999999999999999").toString("base64url")}`,
  ],
  ["an unknown parameter of counts", "/counts?version=1"],
  ["two sagas of counts", "/counts?saga=a&saga=b"],
  ["an unknown parameter of dwell", "/dwell?state=a"],
  ["a version of dwell that is none", "/dwell?version=x"],
])("%s is refused", async (_, query) => {
  const { app } = await serve();

  const { status, body } = await get(app, `/instances${query}`);

  expect({ status, code: body["code"] }).toEqual({ status: 400, code: "SAGA_REQUEST_INVALID" });
});

test("texts are taken up to their limits, and pages up to theirs", async () => {
  const { app } = await serve();
  const few = manyAttributes.slice(0, manyAttributes.lastIndexOf("&"));

  for (const query of [`state=${long.slice(1)}`, few, "limit=200"]) {
    expect(idsOf(await get(app, `/instances?${query}`))).toEqual([]);
  }
});

test("a runtime that is closed searches nothing", async () => {
  const { runtime } = await serve();
  const app = buildServer({ runtime });
  await runtime.close();

  for (const path of ["/instances", "/instances/counts", "/instances/dwell"]) {
    expect((await get(app, path)).body["code"]).toBe("SAGA_RUNTIME_CLOSED");
  }
});

test("without a limit a page has 50 instances", async () => {
  const { app, store } = await serveWithStore();
  const records = Array.from({ length: 51 }, (_, index) =>
    instanceRecord({ instanceId: `o-${index}` }),
  );
  await put(store, records);

  expect(idsOf(await get(app, "/instances"))).toHaveLength(50);
});
