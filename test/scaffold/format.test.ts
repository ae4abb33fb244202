/** What is written looks as the formatter of this project would make it, whatever the names are. */
import fc from "fast-check";
import { format } from "oxfmt";
import { expect, test } from "vitest";
import { LINE_LENGTH_MAX } from "../../src/scaffold/code.ts";
import { projectLayout, repositoryLayout } from "../../src/scaffold/layout.ts";
import { NAME_LENGTH_MAX, toPlan } from "../../src/scaffold/plan.ts";
import type { Plan, PlanRequest } from "../../src/scaffold/plan.ts";
import { scaffold } from "../../src/scaffold/scaffold.ts";
import { shapes } from "./shapes.ts";

async function misformatted(plan: Plan): Promise<readonly string[]> {
  const layouts = [repositoryLayout(plan.name), projectLayout("machines", plan.name)];
  const files = layouts.flatMap((layout) => scaffold(plan, layout));
  const wrong = await Promise.all(
    files.map(async ({ path, text }) => {
      const { code, errors } = await format(path, text, { printWidth: LINE_LENGTH_MAX });
      return errors.length > 0 || code !== text ? [path] : [];
    }),
  );
  return wrong.flat();
}

test.each(shapes.map((plan) => [plan.name, plan] as const))(
  "the files of %s need no formatting",
  async (_, plan) => {
    expect(await misformatted(plan)).toEqual([]);
  },
);

const letters = "abcdefghijklmnopqrstuvwxyz".split("");
const capitals = letters.map((letter) => letter.toUpperCase());
const nameLength = { minLength: 1, maxLength: NAME_LENGTH_MAX };
const stepName = fc
  .string({ unit: fc.constantFrom(...letters), ...nameLength })
  .map((name) => `${name.slice(0, 3)}X${name.slice(4)}`.slice(0, NAME_LENGTH_MAX));
const eventName = fc
  .string({ unit: fc.constantFrom(...capitals), ...nameLength })
  .map((name) =>
    `${name.slice(0, 10)}_${name.slice(10)}X`.slice(0, NAME_LENGTH_MAX).replace(/_$/, "X"),
  );
const sagaName = fc
  .string({ unit: fc.constantFrom(...letters), ...nameLength })
  .map((name) =>
    `${name.slice(0, 4)}-${name.slice(4)}x`.slice(0, NAME_LENGTH_MAX).replace(/-$/, "x"),
  );

/** Plans that hold; of the others it is known elsewhere that they are refused. */
const plans = fc
  .record({
    name: sagaName,
    steps: fc.array(fc.tuple(stepName, fc.option(stepName)), { minLength: 1, maxLength: 5 }),
    events: fc.array(eventName, { maxLength: 2 }),
    hasApproval: fc.boolean(),
    isParallel: fc.boolean(),
  })
  .map(({ name, steps, events, hasApproval, isParallel }): PlanRequest => {
    const waits = events.map((event) => ({ kind: "wait", event }) as const);
    const approval = hasApproval ? [{ kind: "approval" } as const] : [];
    return {
      name,
      stages: [
        ...approval,
        ...steps.map(([step, undo]) => ({ kind: "step", step: { name: step, undo } }) as const),
        ...waits,
      ],
      parallel: isParallel ? [steps.slice(0, 2).map(([step]) => step)] : [],
    };
  })
  .map((request) => {
    try {
      return toPlan(request);
    } catch {
      return null;
    }
  })
  .filter((plan) => plan !== null);

test(
  "whatever the names and stages are, the files need no formatting",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        expect(await misformatted(plan)).toEqual([]);
      }),
      { numRuns: 60, verbose: fc.VerbosityLevel.Verbose },
    );
  },
);
