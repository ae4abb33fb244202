/** The contract says what the door does: its routes, its shapes, its errors, and what each saga takes. */
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import { expect, onTestFinished, test } from "vitest";
import { createMachine } from "xstate";
import { z } from "zod";
import { orderSaga } from "../../machines/order/index.ts";
import { errorStatus } from "../../src/errors.ts";
import { buildServer } from "../../src/http/server.ts";
import { CONTRACT_VERSION, toOpenApi } from "../../src/http/contract/openapi.ts";
import { instanceProperties, schemas } from "../../src/http/contract/openapi-schemas.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { routes } from "../../src/http/contract/openapi-table.ts";
import { defineSaga } from "../../src/index.ts";
import type { AnySaga } from "../../src/index.ts";
import { toChart } from "../../src/saga/chart.ts";
import { B1, defineBooking, get, INSTANCES, post, serve, serveB1 } from "./booking.ts";

interface Contract {
  readonly paths: Record<string, Record<string, { operationId: string; responses: object }>>;
  readonly components: { readonly schemas: Record<string, object> };
}

function contractOf(...sagas: readonly AnySaga[]): Contract {
  return toOpenApi({ charts: sagas.map(toChart), prefix: "" }) as unknown as Contract;
}

/** What the contract says of a value of this name. */
function judge(contract: Contract, name: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(contract, "contract");
  const check = ajv.getSchema(`contract#/components/schemas/${name}`);
  if (check === undefined) throw new Error(`the contract has no schema ${name}`);
  return check;
}

test("the contract is OpenAPI 3.1, with one saga, with several and with none", async () => {
  for (const sagas of [[], [defineBooking()], [defineBooking(), orderSaga]]) {
    const validator = new Validator();

    const { valid, errors } = await validator.validate(
      JSON.parse(JSON.stringify(contractOf(...sagas))) as Record<string, unknown>,
    );

    expect(errors).toBeUndefined();
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  }
});

test("the contract describes each route that the server has, and no other", async () => {
  const { runtime } = await serve();
  const found: string[] = [];
  const app = buildServer({ runtime, metrics: new Metrics() });
  app.addHook("onRoute", ({ method, url }) => {
    // The Studio asks for what only it needs, and may ask otherwise in the next version.
    if (url.startsWith("/studio")) return;
    for (const one of [method].flat()) if (one !== "HEAD") found.push(`${one} ${url}`);
  });
  await app.ready();
  onTestFinished(() => app.close());

  const described = routes.map(({ method, path }) => `${method} ${path}`);

  // Describe what is missing in src/http/contract/openapi-table.ts and its neighbours.
  const missing = found.filter((route) => !described.includes(route));
  const gone = described.filter((route) => !found.includes(route));
  expect({ missing, gone }).toEqual({ missing: [], gone: [] });
});

test("each call has a name of its own", () => {
  const { paths } = contractOf(defineBooking(), orderSaga);

  const names = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("the server answers with the contract of its own sagas", async () => {
  const { app } = await serve();

  const { status, headers, body } = await get(app, "/openapi.json");

  expect(status).toBe(200);
  expect(headers["content-type"]).toMatch(/^application\/json/);
  expect(body).toEqual(JSON.parse(JSON.stringify(contractOf(defineBooking()))));
});

test("the answers of the server are what the contract says, member for member", async () => {
  const { app } = await serveB1();
  const contract = contractOf(defineBooking());
  await post(app, `${B1}/events`, { type: "FILL" });

  const answers: Record<string, unknown> = {
    Instance: (await get(app, B1)).body,
    "booking.Instance": (await get(app, B1)).body,
    JournalPage: (await get(app, `${B1}/journal`)).body,
    Saga: ((await get(app, "/sagas")).body["sagas"] as object[])[0],
    SagaWithChart: (await get(app, "/sagas/booking")).body,
    SagaEvents: (await get(app, "/sagas/booking/events")).body,
  };

  for (const [name, answer] of Object.entries(answers)) {
    const check = judge(contract, name);
    expect([name, check(answer), check.errors]).toEqual([name, true, null]);
    const { properties } = contract.components.schemas[name] as { properties: object };
    expect(Object.keys(properties).toSorted()).toEqual(Object.keys(answer as object).toSorted());
  }
  const [entry] = (answers["JournalPage"] as { entries: object[] }).entries;
  const { properties } = schemas["JournalEntry"] as { properties: object };
  expect(Object.keys(entry ?? {}).toSorted()).toEqual(Object.keys(properties).toSorted());
});

test("a problem is what the contract says of its code", async () => {
  const { app } = await serveB1();
  const contract = contractOf(defineBooking());

  const problems = [
    await post(app, `${B1}/events`, { type: "saga.retry" }),
    await post(app, `${B1}/events`, { type: "NOTHING" }),
    await post(app, `${B1}/events`, { type: "PAY", cents: 0 }),
    await post(app, INSTANCES, { input: {} }),
    await get(app, "/nowhere"),
  ];

  for (const { body } of problems) {
    const check = judge(contract, `Problem.${String(body["code"])}`);
    expect([body["code"], check(body), check.errors]).toEqual([body["code"], true, null]);
  }
});

test("each error code has a problem of its own, with its status", () => {
  const { schemas: told } = contractOf().components;

  for (const [code, status] of Object.entries(errorStatus)) {
    expect([code, told[`Problem.${code}`]]).toMatchObject([
      code,
      {
        properties: { code: { const: code }, status: { const: status } },
        description: expect.stringMatching(/\.$/),
      },
    ]);
  }
});

test("a saga's own path takes its own events and input, told apart by their type", () => {
  const contract = contractOf(defineBooking());

  const event = judge(contract, "booking.Event");
  const start = judge(contract, "booking.Start");

  expect(event({ type: "PAY", cents: 1 })).toBe(true);
  expect(event({ type: "CANCEL", anything: 1 })).toBe(true);
  expect(event({ type: "PAY", cents: 0 })).toBe(false);
  expect(event({ type: "PAY", cents: 1, tip: 1 })).toBe(false);
  expect(event({ type: "NOTHING" })).toBe(false);
  expect(start({ id: "b-1", input: { seats: 2 } })).toBe(true);
  expect(start({ input: { seats: 0 } })).toBe(false);
  expect(start({})).toBe(false);
  expect(contract.paths[`${INSTANCES}/{id}/events`]?.["post"]).toMatchObject({
    operationId: "booking_sendEvent",
    requestBody: {
      content: { "application/json": { schema: { $ref: "#/components/schemas/booking.Event" } } },
    },
  });
  expect(contract.components.schemas["booking.Event"]).toMatchObject({
    discriminator: { mapping: { PAY: "#/components/schemas/booking.Event.PAY" } },
  });
});

test("schemas that are recursive, or a choice, or have odd names, keep their meaning", () => {
  interface Tree {
    name: string;
    below: Tree[];
  }
  const tree: z.ZodType<Tree> = z.lazy(() =>
    z.strictObject({ name: z.string(), below: z.array(tree) }),
  );
  const machine = createMachine({
    initial: "a",
    states: { a: { tags: "forward" } },
    on: { "odd-name": ".a" },
  });
  const saga = defineSaga({
    name: "odd",
    version: 1,
    machine,
    activities: {},
    events: {
      GROW: z.strictObject({ tree }),
      "odd name/é": z.strictObject({ n: z.number() }),
      PICK: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]),
    } as never,
  });

  const event = judge(contractOf(saga), "odd.Event");

  expect(event({ type: "GROW", tree: { name: "oak", below: [{ name: "fir", below: [] }] } })).toBe(
    true,
  );
  expect(event({ type: "GROW", tree: { name: "oak", below: [{ name: 1, below: [] }] } })).toBe(
    false,
  );
  expect(event({ type: "odd name/é", n: 1 })).toBe(true);
  expect(event({ type: "odd name/é", n: "1" })).toBe(false);
  expect(event({ type: "odd-name" })).toBe(true);
  expect(event({ type: "PICK", a: "1" })).toBe(true);
  expect(event({ type: "PICK", c: "1" })).toBe(false);
});

test("the version of the contract is the package's", () => {
  const read = readFileSync(new URL("../../package.json", import.meta.url), "utf8");

  expect(CONTRACT_VERSION).toBe((JSON.parse(read) as { version: string }).version);
});

test("an instance has the members that are described, whatever saga it is of", () => {
  const { schemas: told } = contractOf(defineBooking()).components;

  expect(Object.keys((told["booking.Instance"] as { properties: object }).properties)).toEqual(
    Object.keys(instanceProperties),
  );
});
