/** Sagas that the Studio creates: shown before they are written, in the scaffolder's shape, and never over anything. */
import { existsSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { draftMachine, lintDraft } from "../../src/exchange/draft.ts";
import { readTypeScript } from "../../src/exchange/read-typescript.ts";
import { buildServer } from "../../src/http/server.ts";
import { createRuntime, openSqlite } from "../../src/index.ts";
import { projectLayout } from "../../src/scaffold/layout.ts";
import { stepsOf, toPlan } from "../../src/scaffold/plan.ts";
import type { Plan } from "../../src/scaffold/plan.ts";
import { scaffold } from "../../src/scaffold/scaffold.ts";
import { machinesAtHand } from "../draft/machines-at-hand.ts";
import { shapes } from "../scaffold/shapes.ts";

async function serverAtHand(): Promise<{ app: FastifyInstance; folder: string }> {
  const folder = machinesAtHand();
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [orderSaga] });
  const app = buildServer({ runtime, machines: { machinesPath: folder, isWritable: true } });
  onTestFinished(async () => {
    await app.close();
    await runtime.close({ graceMs: 0 });
  });
  return { app, folder };
}

const step = (name: string, undo: string | null) =>
  ({ kind: "step", step: { name, undo } }) as const;
const stages = [
  step("reserve", "release"),
  { kind: "wait", event: "PACKED" } as const,
  step("ship", null),
];

interface Planned {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly model: { readonly states: readonly { readonly id: string }[] };
  readonly pivot: string | null;
}

test("a new saga is shown first, and written as sagachart new does", async () => {
  const { app, folder } = await serverAtHand();
  const ask = (extra: object) =>
    app.inject({
      method: "POST",
      url: "/studio/api/drafts",
      payload: { name: "parcel", stages, ...extra },
    });

  const shown = await ask({});
  expect(shown.statusCode).toBe(200);
  const { files, model, pivot } = shown.json<Planned>();
  const plan = toPlan({ name: "parcel", stages, parallel: [] });
  expect(files).toEqual(scaffold(plan, projectLayout(folder, "parcel")));
  expect(model.states.map(({ id }) => id)).toContain("parcel.waitingForPacked");
  expect(pivot).toBe("ship");
  expect(existsSync(join(folder, "parcel"))).toBe(false);

  const written = await ask({ write: true });
  expect(written.statusCode).toBe(201);
  expect(files.map(({ path }) => readFileSync(path, "utf8"))).toEqual(
    files.map(({ text }) => text),
  );
  expect((await app.inject("/studio/api/editing")).json()).toEqual({
    mayEdit: true,
    waiting: ["parcel"],
  });

  const again = await ask({ write: true });
  expect(again.json()).toMatchObject({ status: 409, code: "SAGA_FILE_REFUSED" });
});

test("steps that run at once are planned, and become what passes the checker", async () => {
  const { app, folder } = await serverAtHand();
  // What is written of it is checked in the tests of the scaffolder.
  const plan = shapes.find(({ name }) => name === "side-by-side") as Plan;
  const groups = plan.stages.filter(({ kind }) => kind === "parallel").map(stepsOf);

  const answer = await app.inject({
    method: "POST",
    url: "/studio/api/drafts",
    payload: {
      name: plan.name,
      stages: plan.stages.flatMap((stage) =>
        stage.kind === "parallel" ? stage.steps.map(({ name, undo }) => step(name, undo)) : [stage],
      ),
      parallel: groups.map((steps) => steps.map(({ name }) => name)),
      write: true,
    },
  });

  expect(groups.length).toBeGreaterThan(0);
  expect(answer.statusCode).toBe(201);
  const { files } = answer.json<Planned>();
  expect(files).toEqual(scaffold(plan, projectLayout(folder, plan.name)));
});

test("a chart to draw in can be registered as it is", async () => {
  const { app } = await serverAtHand();

  const answer = await app.inject({
    method: "POST",
    url: "/studio/api/drafts",
    payload: { name: "blank-page", stages: [], write: true },
  });

  const [chart] = answer.json<Planned>().files;
  const machine = draftMachine(readTypeScript(chart?.text ?? "").config);
  expect(lintDraft("blank-page", machine)).toEqual([]);
  expect(chart?.text).toContain("export const blankPageMachine = setup({");
});

test.each([
  ["", 400],
  ["Order", 400],
  ["1st", 400],
  ["a b", 400],
  ["..", 400],
  ["../order", 400],
  ["a/../../b", 400],
  [".hidden", 400],
  ["constructor", 400],
  ["a".repeat(23), 400],
  // It is registered, and has a folder; a folder; a link that leads nowhere.
  ["order", 409],
  ["calls", 409],
  ["linked", 409],
])("no saga is created by the name %j", async (name, status) => {
  const { app, folder } = await serverAtHand();
  symlinkSync("/nowhere/at/all", join(folder, "linked"));

  const answers = await Promise.all(
    [stages, []].map((given) =>
      app.inject({
        method: "POST",
        url: "/studio/api/drafts",
        payload: { name, stages: given, write: true },
      }),
    ),
  );

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([status, status]);
  expect(readdirSync(folder).toSorted()).toEqual(["calls", "linked", "order"]);
});

test("a plan that makes no saga is refused with its reason", async () => {
  const { app } = await serverAtHand();

  const answer = await app.inject({
    method: "POST",
    url: "/studio/api/drafts",
    payload: { name: "parcel", stages: [step("ship", null), step("ship", "recall")] },
  });

  expect(answer.json()).toMatchObject({
    status: 400,
    code: "SAGA_COMMAND_INVALID",
    detail: '"ship" is given twice; use another name',
  });
});
