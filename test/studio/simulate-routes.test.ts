/** Simulations, coverage, checks, imports and comparisons over HTTP: what they answer, and what they refuse. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import { execFileSync } from "node:child_process";
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { AnySaga, Runtime } from "../../src/index.ts";
import { drawChart } from "../../src/draw/formats.ts";
import { buildServer } from "../../src/http/server.ts";
import { loadSagas } from "../../src/machines.ts";
import { scaffold } from "../../src/scaffold/scaffold.ts";
import { toPlan, toStep } from "../../src/scaffold/plan.ts";
import { SagaFolder } from "../../src/studio/saga-folder.ts";
import { WAITING_MAX, Workshop } from "../../src/workshop/workshop.ts";

// Inside the repository, where packages are found; in a folder that git leaves alone.
mkdirSync("coverage", { recursive: true });
const folder = mkdtempSync(join("coverage", "simulated-"));
const machinesPath = join(folder, "machines");

const plan = toPlan({
  name: "parcel",
  stages: [
    { kind: "step", step: toStep("reserve:release") },
    { kind: "step", step: toStep("charge:refund") },
    { kind: "step", step: toStep("ship") },
  ],
  parallel: [],
  pivot: "charge",
});

function layoutOf(name: string): Parameters<typeof scaffold>[1] {
  const path = join(machinesPath, name);
  const from = (file: string): string => relative(path, file);
  const api = { sagachart: from("src/index.ts"), testing: from("src/testing/testing.ts") };
  return {
    folder: path,
    testPath: `${path}/${name}.test.ts`,
    sagachart: api.sagachart,
    samples: from("src/check/check.ts"),
    test: { folder: ".", ...api },
  };
}

let runtime: Runtime;
let app: FastifyInstance;
let sagas: readonly AnySaga[];

beforeAll(async () => {
  for (const { path, text } of scaffold(plan, layoutOf("parcel"))) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  sagas = await loadSagas(machinesPath);
  runtime = await createRuntime({ store: openSqlite(":memory:"), sagas });
  app = buildServer({ runtime, machines: { machinesPath, isWritable: true } });
});

afterAll(async () => {
  await app.close();
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
});

async function post(
  url: string,
  payload: object,
  headers = {},
): Promise<{ status: number; body: never }> {
  const answer = await app.inject({ method: "POST", url, payload, headers });
  return { status: answer.statusCode, body: answer.json<never>() };
}

const simulations = "/studio/api/simulations/parcel";
const LOADING_MS = 60_000;

interface Answer {
  readonly path: { readonly moves: readonly object[] };
  readonly steps: readonly { readonly state: string; readonly edges: readonly string[] }[];
  readonly code: string;
}

async function simulated(path: object, act?: object): Promise<Answer> {
  return (await post(simulations, { path, ...(act && { act }) })).body;
}

describe("a simulation", () => {
  test(
    "is a path that goes in and all of its steps that come out",
    { timeout: LOADING_MS },
    async () => {
      const { path, steps } = await simulated({ moves: [] }, { kind: "goOn" });

      expect(steps.at(-1)?.state).toBe("completed");
      expect(await simulated(path)).toMatchObject({ path, steps });
    },
  );

  test(
    "refuses what is no path, and sagas that there are not",
    { timeout: LOADING_MS },
    async () => {
      const bad = await post(simulations, { path: { moves: [{ kind: "jump" }] } });
      expect(bad).toMatchObject({ status: 400, body: { code: "SAGA_SIMULATION_INVALID" } });
      const unknown = await post("/studio/api/simulations/nothing", { path: { moves: [] } });
      expect(unknown).toMatchObject({ status: 404, body: { code: "SAGA_NOT_FOUND" } });
    },
  );

  test("needs to know where the sagas come from", async () => {
    const bare = buildServer({ runtime });
    const answer = await bare.inject({
      method: "POST",
      url: simulations,
      payload: { path: { moves: [] } },
    });
    await bare.close();
    expect(answer.json()).toMatchObject({ code: "SAGA_OPERATION_NOT_POSSIBLE" });
  });

  test("becomes a test beside the saga, which passes there", { timeout: 120_000 }, async () => {
    const { path } = await simulated(
      { moves: [] },
      { kind: "fail", activityId: "charge", outcome: "lostReply", times: 1 },
    );
    expect(path.moves).toEqual([]);
    const failed = await simulated(
      {
        moves: [
          { kind: "settle", activityId: "reserve", outcome: "ok", output: { reserveId: "mine" } },
        ],
      },
      { kind: "fail", activityId: "charge", outcome: "rejected", times: 1 },
    );
    const whole = await simulated(failed.path, { kind: "goOn" });

    const written = await post(`${simulations}/test`, { path: whole.path, write: true });

    expect(written.status).toBe(201);
    const { file } = written.body as { file: string };
    expect(file).toBe(join(machinesPath, "parcel", "parcel.simulated.test.ts"));
    expect(readFileSync(file, "utf8")).toContain('reserve: { reserveId: "mine" }');
    writeFileSync(
      join(folder, "vitest.config.ts"),
      `import { defineConfig } from "vitest/config";\nexport default defineConfig({ test: { include: ["machines/**/*.simulated.test.ts"] }, resolve: { alias: { "sagachart/testing": ${JSON.stringify(resolve("src/testing/testing.ts"))} } } });\n`,
    );
    const said = execFileSync(
      "node_modules/.bin/vitest",
      ["run", "--root", folder, "--reporter", "json"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    expect(JSON.parse(said)).toMatchObject({ success: true, numPassedTests: 1 });
    // Another one of that name stands beside it.
    const second = await post(`${simulations}/test`, { path: whole.path, write: true });
    expect((second.body as { file: string }).file).toMatch(/parcel-2\.simulated\.test\.ts$/);
  });
});

describe("coverage", () => {
  test(
    "by instances is what they went through, edge by edge",
    { timeout: LOADING_MS },
    async () => {
      const [saga] = sagas;
      if (saga === undefined) throw new Error("no saga");
      await runtime.start(saga, { instanceId: "i-7", input: { reference: "r-1" } as never });
      await runtime.waitFor(saga, "i-7", { phase: "completed" });
      const { steps } = await simulated({ moves: [] }, { kind: "goOn" });

      const answer = await app.inject({ url: "/studio/api/coverage/parcel/instances" });

      const { edges, counted, cut } = answer.json<{
        edges: object;
        counted: number;
        cut: string[];
      }>();
      expect({ counted, cut }).toEqual({ counted: 1, cut: [] });
      expect(Object.keys(edges).toSorted()).toEqual(steps.flatMap((step) => step.edges).toSorted());
    },
  );
});

describe("what is imported", () => {
  const mermaid =
    "stateDiagram-v2\n  [*] --> idle\n  idle --> busy : GO [isReady]\n  busy --> [*]\n";

  test("is read and drawn, and written only for the asking", async () => {
    const read = await post("/studio/api/imports", { source: mermaid, name: "Tiny Flow" });
    expect(read).toMatchObject({ status: 200, body: { format: "mermaid", name: "tiny-flow" } });
    expect(existsSync(join(machinesPath, "tiny-flow"))).toBe(false);

    const written = await post("/studio/api/imports", {
      source: mermaid,
      name: "Tiny Flow",
      write: true,
    });
    expect(written.status).toBe(201);
    expect(readFileSync(join(machinesPath, "tiny-flow", "chart.ts"), "utf8")).toContain("isReady");
    const again = await post("/studio/api/imports", {
      source: mermaid,
      name: "tiny-flow",
      write: true,
    });
    expect(again).toMatchObject({ status: 409, body: { code: "SAGA_FILE_REFUSED" } });
    // It names the package, which is not built here.
    rmSync(join(machinesPath, "tiny-flow"), { recursive: true });
  });

  test("has a name that cannot lead out of the folder", async () => {
    const { body } = await post("/studio/api/imports", {
      source: mermaid,
      name: "../../etc/passwd",
    });
    expect(body).toMatchObject({ name: "etc-passwd" });
  });

  test("is not written for a page of another origin", async () => {
    const asked = { source: mermaid, name: "foreign", write: true };
    const { body } = await post("/studio/api/imports", asked, { origin: "https://evil.example" });
    expect(body).toMatchObject({ code: "SAGA_ORIGIN_REFUSED" });
    expect(existsSync(join(machinesPath, "foreign"))).toBe(false);
  });

  test("is kept as it is if it is TypeScript, and nothing of it runs", async () => {
    const source = `import { setup } from "xstate";
globalThis.hasRun = true;
const machine = setup({ actions: { note: () => {} } }).createMachine({
  id: "pasted",
  initial: "a",
  states: { a: { tags: "forward", on: { GO: { target: "b", actions: "note" } } }, b: { type: "final", tags: "completed" } },
});
`;
    const { body } = await post("/studio/api/imports", { source });

    const { files, name } = body as { files: { path: string; text: string }[]; name: string };
    expect(name).toBe("pasted");
    expect(files[0]?.text).toBe(source.replace("const machine", "export const machine"));
    expect("hasRun" in globalThis).toBe(false);
  });
});

test(
  "a comparison tells what is different, and what becomes of instances",
  { timeout: LOADING_MS },
  async () => {
    const [saga] = sagas;
    if (saga === undefined) throw new Error("no saga");
    const json = await drawChart(saga.machine, "json");
    const source = json
      .replaceAll('"completed": {', '"delivered": {')
      .replaceAll('"completed"\n', '"delivered"\n');

    const { body } = await post("/studio/api/comparisons", {
      before: { saga: "parcel" },
      after: { source },
    });

    expect(body).toMatchObject({ before: { label: "parcel, version 1" } });
    const same = await post("/studio/api/comparisons", {
      before: { saga: "parcel" },
      after: { saga: "parcel", file: true },
    });
    expect(same.body).toMatchObject({ diff: { words: [], renames: {} } });
  },
);

describe("the folder of the sagas", () => {
  test("is not left, by a path or by a link", () => {
    const sagaFolder = new SagaFolder({ machinesPath, isWritable: true });
    const outside = mkdtempSync(join(folder, "outside-"));
    symlinkSync(join("..", relative(folder, outside)), join(machinesPath, "link"));

    for (const path of [
      join(folder, "x.ts"),
      join(machinesPath, "..", "x.ts"),
      join(machinesPath, "link", "x.ts"),
      "/tmp/x.ts",
    ]) {
      expect(() => sagaFolder.writeNew([{ path, text: "" }])).toThrow("is not inside");
    }
    expect(existsSync(join(outside, "x.ts"))).toBe(false);
    rmSync(join(machinesPath, "link"));
  });

  test("takes all files or none, and none over another", () => {
    const sagaFolder = new SagaFolder({ machinesPath, isWritable: true });
    const files = ["new/a.ts", "parcel/chart.ts"].map((path) => ({
      path: join(machinesPath, path),
      text: "",
    }));
    expect(() => sagaFolder.writeNew(files)).toThrow("is there already");
    expect(existsSync(join(machinesPath, "new"))).toBe(false);
  });

  test("takes nothing where nothing may be written", () => {
    const sagaFolder = new SagaFolder({ machinesPath, isWritable: false });
    expect(() => sagaFolder.writeNew([{ path: join(machinesPath, "a.ts"), text: "" }])).toThrow(
      "writes no files",
    );
  });
});

test(
  "a guard that never returns costs its own deadline, and the next one is answered",
  { timeout: 120_000 },
  async () => {
    const path = join(folder, "looping", "looping");
    mkdirSync(path, { recursive: true });
    // All of the API takes long to load where no build is.
    const api = relative(path, "src/saga/define.ts");
    writeFileSync(
      join(path, "index.ts"),
      `import { setup } from "xstate";
import { defineSaga } from "${api}";
const machine = setup({ types: { events: {} as { type: "GO" } | { type: "END" } }, guards: { forever: () => { for (;;) {} } } }).createMachine({
  id: "looping", initial: "a",
  states: { a: { tags: "forward", on: { GO: { guard: "forever", target: "b" }, END: "b" } }, b: { type: "final", tags: "completed" } },
});
export const loopingSaga = defineSaga({ name: "looping", version: 1, machine, activities: {} });
`,
    );
    writeFileSync(join(path, "samples.ts"), "export const samples = { input: {} };\n");
    const workshop = new Workshop({ machinesPath: join(folder, "looping"), quickMs: 8_000 });
    const send = (type: string): Promise<unknown> =>
      workshop.ask({
        kind: "simulate",
        saga: "looping",
        path: { moves: [{ kind: "send", event: { type } }] },
        act: undefined,
      });

    // A guard is asked ahead where an instance stands.
    await expect(send("GO")).rejects.toMatchObject({ code: "SAGA_SIMULATION_FAILED" });
    expect(await send("END")).toMatchObject({ now: { isOver: true } });
    await workshop.close();
  },
);

test("more requests than may wait are refused, and those that wait are answered", async () => {
  const workshop = new Workshop({ machinesPath });
  const ask = (): Promise<unknown> => workshop.ask({ kind: "chart", saga: "parcel" });

  const answers = await Promise.allSettled(Array.from({ length: WAITING_MAX + 1 }, ask));
  await workshop.close();

  const refused = answers.filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([{ reason: { code: "SAGA_SIMULATIONS_FULL" } }]);
});
