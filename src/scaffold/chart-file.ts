/** Writes `chart.ts`: the statechart and nothing else, one static literal that editors may open and rewrite. */
import { actions, constants, delays, functions, guards, mentioned } from "./chart-blocks.ts";
import type { Block } from "./chart-blocks.ts";
import {
  activitiesOf,
  actorsText,
  contextCode,
  keptOf,
  typesText,
  waitDelays,
} from "./chart-setup.ts";
import { arrow, comment, object, openObject, print, text } from "./code.ts";
import type { Code } from "./code.ts";
import { identifierOf, idOf, pascal, stateOf } from "./names.ts";
import type { Plan } from "./plan.ts";
import { stageStates } from "./stage-states.ts";
import { undoStates } from "./undo-states.ts";

/** @param sagachart Where the public API is imported from. */
export function chartText(plan: Plan, sagachart: string): string {
  const machine = machineText(plan);
  const types = typesText(plan);
  const setup = setupText(plan, machine);
  const used = `${setup}\n${machine}`;
  const helpers = mentioned(functions, used);
  const all = `${used}\n${helpers.map((block) => block.text).join("\n")}`;
  return [
    [
      headerText(plan),
      'import { assign, setup } from "xstate";',
      `import { activity, backoffMs } from ${text(sagachart)};`,
    ].join("\n"),
    types,
    ...mentioned(constants, all).map((block) => block.text),
    ...helpers.map((block) => block.text),
    `${setup}${machine}`,
  ].join("\n\n");
}

function headerText(plan: Plan): string {
  const { forward, undos } = activitiesOf(plan);
  const back =
    undos.length === 0 ? "" : `; and the way back, in reverse order: ${undos.join(", ")}`;
  return comment(
    `The statechart of the ${plan.name} saga: ${forward.join(", ")}${back}.`,
    "Each step is one nested state in which retrying can be seen. A failure is `rejected` (it surely did not happen), `unknown` (it may have happened, so it is undone too) or something that was decided. The machine is one static literal, so that an editor may open and rewrite it; all that decides has a name in `setup`.",
  );
}

function setupText(plan: Plan, machine: string): string {
  const keeps = keptOf(plan).map((step): Block => {
    const name = `keep${pascal(step)}`;
    return {
      name,
      text: `${name}: assign((_, params: { ${idOf(step)}: string }) => params),`,
    };
  });
  const waits = waitDelays(plan).map((line): Block => ({ name: nameIn(line), text: line }));
  return [
    `export const ${identifierOf(plan.name)}Machine = setup({`,
    "  types: {",
    "    context: {} as Context,",
    "    input: {} as Input,",
    "    events: {} as SagaEvent,",
    "    output: {} as Output,",
    '    tags: {} as "forward" | "retrying" | "compensating" | "stuck" | "completed" | "compensated",',
    "  },",
    actorsText(plan),
    ...sectionText("actions", mentioned([...actions, ...keeps], machine)),
    ...sectionText("guards", mentioned(guards, machine)),
    ...sectionText("delays", mentioned([...delays, ...waits], machine)),
    "})",
  ].join("\n");
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf(":"));
}

function sectionText(name: string, blocks: readonly Block[]): readonly string[] {
  if (blocks.length === 0) return [];
  const lines = blocks.flatMap((block) => block.text.split("\n")).map((line) => `    ${line}`);
  return [`  ${name}: {`, ...lines, "  },"];
}

function machineText(plan: Plan): string {
  const stages = plan.stages.map((_, index) => [stateOf(plan, index), stageStates(plan, index)]);
  const machine = openObject({
    id: text(plan.name),
    context: arrow("({ input, self })", contextCode(plan)),
    initial: text(stateOf(plan, 0)),
    states: openObject({
      ...(Object.fromEntries(stages) as Parameters<typeof openObject>[0]),
      compensating: undoStates(plan),
      completed: ending("completed"),
      compensated: ending("compensated"),
    }),
    output: arrow("({ context })", {
      status: 'context.failure === null ? ("completed" as const) : ("compensated" as const)',
      failure: "context.failure",
      ...Object.fromEntries(keptOf(plan).map((step) => [idOf(step), `context.${idOf(step)}`])),
    }),
  });
  return print(machine, { before: ".createMachine(", after: ");\n" });
}

function ending(phase: string): Code {
  return object({ type: text("final"), tags: text(phase) });
}
