/** Writes the test of a new saga: what is called, and undone, when each step goes well, is refused, or gives no answer. */
import { eventsOf } from "./chart-setup.ts";
import { array, object, print, text } from "./code.ts";
import type { Code } from "./code.ts";
import { ASK_FOR_APPROVAL, identifierOf } from "./names.ts";
import { isBehindPivot, stepsOf } from "./plan.ts";
import type { Plan, Step } from "./plan.ts";
import type { Layout } from "./layout.ts";

/** One row of the written table. */
interface Case {
  readonly step: string;
  readonly ending: "rejected" | "lost";
  readonly phase: "compensated" | "stuck";
  readonly calls: readonly string[];
}

export function testText(plan: Plan, layout: Layout): string {
  const saga = `${identifierOf(plan.name)}Saga`;
  const answers = answersOf(plan);
  return [
    [
      `/** The ${plan.name} saga, step by step: each can be refused, or get no answer. */`,
      'import { expect, onTestFinished, test } from "vitest";',
      ...importsOf(layout, saga, answers.length > 0),
    ].join("\n"),
    `const HOUR_MS = 3_600_000;`,
    ...answersText(answers),
    runText(saga, answers.length > 0),
    happyText(plan),
    casesText(plan),
  ].join("\n\n");
}

function importsOf(layout: Layout, saga: string, isAnswered: boolean): readonly string[] {
  const { folder, sagachart, testing } = layout.test;
  const own = [
    `import { Rejected } from "${folder}/activities.ts";`,
    ...(isAnswered ? [`import type { SagaEvent } from "${folder}/chart.ts";`] : []),
    `import { ${saga} } from "${folder}/index.ts";`,
    `import { samples } from "${folder}/samples.ts";`,
  ];
  const api = [
    `import { createRuntime, openSqlite } from "${sagachart}";`,
    `import type { InstanceView } from "${sagachart}";`,
    `import { ManualClock } from "${testing}";`,
  ];
  return folder === "." ? [...api, ...own] : [...own, ...api];
}

/** The events that move a saga along which waits for them. */
function answersOf(plan: Plan): readonly Code[] {
  return eventsOf(plan)
    .filter(([type]) => !type.startsWith("saga.") && type !== "DECLINED")
    .map(([type]) =>
      object({ type: text(type), by: type === "APPROVED" ? text("ann") : undefined }),
    );
}

function answersText(answers: readonly Code[]): readonly string[] {
  if (answers.length === 0) return [];
  const code = print(array(answers), {
    before: "const answers: readonly SagaEvent[] = ",
    after: ";",
  });
  return [`/** What comes from outside, when it is waited for. */\n${code}`];
}

const ANSWERING = `
  for (const answer of answers) {
    const { accepts } = await runtime.get(saga, "i-1");
    if (accepts.some(({ type }) => type === answer.type)) await runtime.send(saga, "i-1", answer);
    await clock.advance(HOUR_MS);
  }`;

function runText(saga: string, isAnswered: boolean): string {
  return `interface Run {
  readonly instance: InstanceView;
  /** Activities in the order of their first calls. */
  readonly calls: readonly string[];
}

/** Runs an instance whose activities go well, but for those that end as told. */
async function run(endings: Readonly<Record<string, "rejected" | "lost">>): Promise<Run> {
  const calls = new Set<string>();
  const scripted = (name: string) => async (): Promise<unknown> => {
    calls.add(name);
    if (endings[name] === "rejected") throw new Rejected("no");
    if (endings[name] === "lost") throw new Error("no answer");
    return samples.outputs?.[name];
  };
  const names = Object.keys(${saga}.activities);
  const activities = Object.fromEntries(names.map((name) => [name, scripted(name)]));
  const saga = { ...${saga}, activities };
  const clock = new ManualClock();
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [saga], clock });
  onTestFinished(() => runtime.close());

  await runtime.start(saga, { instanceId: "i-1", input: { reference: "r-1" } });
  await clock.advance(HOUR_MS);${isAnswered ? ANSWERING : ""}
  return { instance: await runtime.get(saga, "i-1"), calls: [...calls] };
}`;
}

function happyText(plan: Plan): string {
  const calls = callsUntil(plan, plan.stages.length);
  return [
    'test("all steps are done in order", async () => {',
    "  const { instance, calls } = await run({});",
    "",
    '  expect(instance.phase).toBe("completed");',
    print(array(calls.map(text)), { depth: 1, before: "expect(calls).toEqual(", after: ");" }),
    "});",
  ].join("\n");
}

function casesText(plan: Plan): string {
  const rows = casesOf(plan).map(({ step, ending, phase, calls }) =>
    array([text(step), text(ending), text(phase), array(calls.map(text))]),
  );
  const table = array(rows);
  return [
    print(table, {
      before: 'test.each<[string, "rejected" | "lost", string, readonly string[]]>(',
      after: ')("when %s is %s, it ends up %s", async (step, ending, phase, expected) => {',
    }),
    "  const { instance, calls } = await run({ [step]: ending });",
    "",
    "  expect(instance.phase).toBe(phase);",
    "  expect(calls).toEqual(expected);",
    "});\n",
  ].join("\n");
}

/** Each step, refused and lost. */
function casesOf(plan: Plan): readonly Case[] {
  return plan.stages.flatMap((stage, index) =>
    stepsOf(stage).flatMap((step) =>
      (["rejected", "lost"] as const).map((ending) => caseOf(plan, index, step, ending)),
    ),
  );
}

function caseOf(plan: Plan, index: number, step: Step, ending: Case["ending"]): Case {
  const calls = callsUntil(plan, index + 1);
  const isForGood = isBehindPivot(plan, index) || (step.undo === null && ending === "lost");
  if (isForGood) return { step: step.name, ending, phase: "stuck", calls };

  // Of steps that run at the same time, all but the refused one are done.
  const own = stepsOf(plan.stages[index] ?? { kind: "approval" });
  const done = own.filter(({ name }) => name !== step.name || ending === "lost");
  const before = plan.stages.slice(0, index).flatMap(stepsOf);
  const isAlone = own.length === 1;
  const toUndo = [...before, ...(isAlone && ending === "rejected" ? [] : done)];
  const undos = toUndo.flatMap(({ undo }) => undo ?? []).toReversed();
  return { step: step.name, ending, phase: "compensated", calls: [...calls, ...undos] };
}

/** What is called when all goes well, up to a place. */
function callsUntil(plan: Plan, index: number): readonly string[] {
  return plan.stages
    .slice(0, index)
    .flatMap((stage) =>
      stage.kind === "approval" ? [ASK_FOR_APPROVAL] : stepsOf(stage).map(({ name }) => name),
    );
}
