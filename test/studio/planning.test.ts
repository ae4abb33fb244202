/** What a plan of the Studio asks for, and which of its steps run at once whatever is done to it. */
import { expect, test } from "vitest";
import { toPlan } from "../../src/scaffold/plan.ts";
import type { PlanRequest } from "../../src/scaffold/plan.ts";
import {
  firstPlan,
  neighbourOf,
  pivotsOf,
  templates,
  toRequest,
  withEarlier,
  withNew,
  without,
} from "../../studio/create/plan.ts";
import type { Stage } from "../../studio/create/plan.ts";

const step = (name: string, isBeside = false): Stage => ({
  kind: "step",
  name,
  undo: `un${name}`,
  isBeside,
});
/** `a b+c` is a step, and two at once. */
const shown = (stages: readonly Stage[]): string =>
  stages
    .map(({ name, isBeside }) => (isBeside ? "+" : " ") + name)
    .join("")
    .trim();

test("each template but the empty one is a plan that can be, and one has steps at once", () => {
  const kinds = templates
    .filter(({ stages }) => stages.length > 0)
    .map(({ stages }) => toPlan(toRequest({ ...firstPlan, name: "order", stages }) as PlanRequest))
    .map(({ stages }) => stages.map(({ kind }) => kind));

  expect(kinds.length).toBe(templates.length - 1);
  expect(kinds.filter((all) => all.includes("parallel"))).toEqual([["parallel", "step"]]);
});

test("which steps run at once stays with their places when steps come, go and change places", () => {
  const stages = [step("a"), step("b"), step("c", true), step("d", true)];

  expect(toRequest({ ...firstPlan, stages })).toMatchObject({ parallel: [["b", "c", "d"]] });
  expect(shown(withEarlier(stages, 1))).toBe("b a+c+d");
  expect(shown(withEarlier(stages, 2))).toBe("a c+b+d");
  expect(shown(without(stages, 1))).toBe("a c+d");
  expect(shown(without(stages, 2))).toBe("a b+d");
  expect(shown(withNew(stages, "step", 2))).toBe("a b+step1+c+d");
  expect(shown(withNew(stages, "step", 1))).toBe("a step1 b+c+d");
  expect(shown(withNew(stages, "wait", 3))).toBe("a b+c ARRIVED1 d");
  expect(shown(without([step("a"), ...withNew([step("b")], "wait", 0)], 0))).toBe("ARRIVED1 b");
});

test("only what runs by itself can be the pivot, and only a step has a neighbour", () => {
  const stages = [step("a"), step("b"), step("c", true), ...withNew([], "approval", 0), step("d")];

  expect(pivotsOf(stages)).toEqual(["a", "d"]);
  expect(stages.map((_, at) => neighbourOf(stages, at))).toEqual([null, "a", "b", null, null]);
  expect(toRequest({ ...firstPlan, stages, pivot: "c" })).not.toHaveProperty("pivot");
});
