import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { applyOperation } from "../../src/edit/apply.ts";
import { factsOf } from "../../src/edit/facts.ts";
import type { StateFacts } from "../../src/edit/facts.ts";
import { openChart, statesFrom } from "../../src/edit/source.ts";
import { SagaError } from "../../src/errors.ts";
import { loadChart } from "./load-chart.ts";
import { diceOf, randomOperation } from "./random-operations.ts";
import { readByStately } from "./stately.ts";
import type { StatelyState } from "./stately.ts";

const files = readdirSync("machines")
  .map((folder) => `machines/${folder}/chart.ts`)
  .filter((file) => existsSync(file));
const EDITS = 40;

/** Paths of all states below one, in order. */
function pathsOf(states: readonly StateFacts[], above = ""): readonly string[] {
  return states.flatMap(({ key, states: inner }) => [
    above + key,
    ...pathsOf(inner, `${above}${key}.`),
  ]);
}

function statelyPaths({ states = {} }: StatelyState, above = ""): readonly string[] {
  return Object.entries(states).flatMap(([key, state]) => [
    above + key,
    ...statelyPaths(state, `${above}${key}.`),
  ]);
}

// It tells the console of every function that it keeps as it is.
beforeAll(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterAll(() => vi.restoreAllMocks());

test.each(files)(
  "Stately's reader finds the states of %s, before and after edits",
  async (file) => {
    let source = openChart(readFileSync(file, "utf8"));
    const expectSame = async (): Promise<void> => {
      const paths = statelyPaths(readByStately(source.text).toConfig());
      expect(paths).toEqual(pathsOf(factsOf(await loadChart(source.text)).root.states));
    };
    await expectSame();
    const dice = diceOf(7);
    for (let done = 0; done < EDITS; done += 1) {
      try {
        source = applyOperation(source, randomOperation(source, dice)).source;
      } catch (error) {
        if (!(error instanceof SagaError)) throw error;
      }
    }
    await expectSame();
  },
);

test.each(files)("what Stately's editor writes into %s can be edited here again", async (file) => {
  const text = readFileSync(file, "utf8");
  const [state] = openChart(text).root.children;
  const { configEdit } = readByStately(text).modify([
    { type: "rename_state", path: [state?.key], name: "renamedThere" },
  ]);
  const [start, end] = configEdit?.range ?? [];

  const theirs = text.slice(0, start?.index) + (configEdit?.newText ?? "") + text.slice(end?.index);

  const source = openChart(theirs);
  expect(source.root.children.map(({ key }) => key)).toContain("renamedThere");
  expect(statesFrom(source.root).filter(({ edit }) => edit.level !== "editable")).toEqual([]);
  const again = applyOperation(source, { op: "renameState", path: ["renamedThere"], to: "ours" });
  const { root } = factsOf(await loadChart(again.source.text));
  expect(root.states.map(({ key }) => key)).toContain("ours");
});
