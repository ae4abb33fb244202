/** What is exported can be imported again, and is what it was; what other programs read in our exports is what is there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import { drawChart } from "../../src/draw/formats.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { toXStateJson } from "../../src/draw/xstate-json.ts";
import { readChart } from "../../src/exchange/exchange.ts";
import type { ReadChart } from "../../src/exchange/exchange.ts";
import { sagaFiles } from "../../src/exchange/write-saga.ts";
import { lint } from "../../src/saga/lint.ts";
import type { AnySaga } from "../../src/index.ts";
import { onboardingSaga } from "../../machines/onboarding/index.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { payoutSaga } from "../../machines/payout/index.ts";
import { subscriptionSaga } from "../../machines/subscription/index.ts";
import { tripSaga } from "../../machines/trip/index.ts";

const sagas: readonly AnySaga[] = [
  onboardingSaga,
  orderSaga,
  payoutSaga,
  subscriptionSaga,
  tripSaga,
];

// Inside the repository, where packages are found; in a folder that git leaves alone.
mkdirSync("coverage", { recursive: true });
const folder = mkdtempSync(join("coverage", "imported-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files of an imported chart, written. */
function write(chart: ReadChart, name: string): string {
  const path = `${folder}/machines/${name}`;
  const from = (file: string): string => relative(path, file);
  const api = { sagachart: from("src/index.ts"), testing: from("src/testing/testing.ts") };
  const layout = {
    folder: path,
    testPath: `${path}/${name}.test.ts`,
    sagachart: api.sagachart,
    samples: from("src/check/check.ts"),
    test: { folder: ".", ...api },
  };
  for (const file of sagaFiles({ ...chart, name }, layout)) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.text);
  }
  return path;
}

async function load(path: string): Promise<AnySaga> {
  const module = (await import(pathToFileURL(resolve(path, "index.ts")).href)) as object;
  return Object.values(module).find((value) => "machine" in value) as AnySaga;
}

/** What a chart is apart from what its parts are called inside: states, and edges with their goals. */
function shapeOf(model: ChartModel): object {
  const path = new Map(model.states.map((state) => [state.id, state.path.join(".")]));
  return {
    states: model.states.map(({ id, type, history, initial }) => [
      path.get(id),
      type,
      history,
      initial === null ? null : path.get(initial),
    ]),
    edges: model.edges
      .filter(({ kind, targets }) => kind !== "initial" && targets.length > 0)
      .map(({ source, kind, targets }) =>
        [path.get(source), kind, ...targets.map((id) => path.get(id))].join(" "),
      )
      .toSorted(),
  };
}

function machineOf(config: object): AnyStateMachine {
  return createMachine(config as never);
}

describe.each(sagas)("$name", (saga) => {
  test("as JSON comes back identical, as files that lint and are the same machine", async () => {
    const json = await drawChart(saga.machine, "json");

    const read = readChart(json, "xstate-json");
    expect(read.config).toEqual(JSON.parse(json));

    const again = await load(write(read, `${saga.name}-json`));
    expect(toXStateJson(again.machine)).toEqual(JSON.parse(json));
    expect(lint(again)).toEqual([]);
  });

  test("as SCXML comes back with the same states, edges, guards and actions", async () => {
    const read = readChart(await drawChart(saga.machine, "scxml"), "scxml");

    const model = toChartModel(machineOf(read.config));
    expect(shapeOf(model)).toEqual(shapeOf(toChartModel(saga.machine)));
    const again = await load(write(read, `${saga.name}-scxml`));
    expect(shapeOf(toChartModel(again.machine))).toEqual(shapeOf(model));
  });

  test("as Mermaid comes back with the same states and edges", async () => {
    const read = readChart(await drawChart(saga.machine, "mermaid"), "mermaid");

    const model = toChartModel(machineOf(read.config));
    const { states, edges } = shapeOf(toChartModel(saga.machine)) as {
      states: unknown[][];
      edges: string[];
    };
    // A diagram knows no depth of history, and where a history state leads only by its parent.
    const shape = shapeOf(model) as { states: unknown[][]; edges: string[] };
    expect(shape.states.length).toBe(states.length);
    expect(shape.edges).toEqual(edges);
  });
});

test("what is written compiles in the strictest way", { timeout: 60_000 }, () => {
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.json",
      include: ["machines/order-json", "machines/trip-scxml"],
    }),
  );
  let said = "";
  try {
    execFileSync("node_modules/.bin/tsc", ["-p", folder], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  expect(said).toBe("");
});

test("another program reads as many states and transitions in our SCXML as there are", async () => {
  const { render } = await import("state-machine-cat");
  for (const saga of sagas) {
    const model = toChartModel(saga.machine);
    const scxml = await drawChart(saga.machine, "scxml");
    const options = { inputType: "scxml", outputType: "json" } as const;
    const read = (await render(scxml, options)) as unknown as Nested;

    // It draws where a compound state begins as a state of its own, with a transition.
    const begins = statesIn(read).filter(({ type }) => type === "initial").length;
    const edges = model.edges.filter(({ kind }) => kind !== "initial");
    expect([saga.name, statesIn(read).length - begins]).toEqual([saga.name, model.states.length]);
    expect([saga.name, transitionsIn(read) - begins]).toEqual([saga.name, edges.length]);
  }
});

interface Nested {
  readonly states?: readonly (Nested & { readonly type: string; readonly statemachine?: Nested })[];
  readonly transitions?: readonly unknown[];
}

function statesIn({ states = [] }: Nested): readonly { readonly type: string }[] {
  return states.flatMap((state) => [state, ...statesIn(state.statemachine ?? {})]);
}

function transitionsIn({ states = [], transitions = [] }: Nested): number {
  const inside = states.map(({ statemachine = {} }) => transitionsIn(statemachine));
  return transitions.length + inside.reduce((sum, count) => sum + count, 0);
}
