/** `sagachart new`: writes a saga from its steps, as files for people to go on with. */
import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { SagaError } from "../../errors.ts";
import { toPlan, toStep } from "../../scaffold/plan.ts";
import type { Plan, PlanRequest } from "../../scaffold/plan.ts";
import { scaffold } from "../../scaffold/scaffold.ts";
import type { Cli } from "../cli.ts";
import { machinesOption } from "../file-options.ts";
import { askPlan } from "../new/ask-plan.ts";
import { layoutFor, missingPackages, tsconfigFor, writeFiles } from "../new/write-files.ts";

type StageRequest = PlanRequest["stages"][number];

export function newCommand(cli: Cli): CommandUnknownOpts {
  // The order on the command line, over several options, is the order of the saga.
  const stages: StageRequest[] = [];
  const groups: string[][] = [];
  const command = new Command("new")
    .description("write a new saga: its chart, activities, definition, samples and test")
    .argument("[name]", "name of the saga; left out, it is asked for")
    .option("--step <name:undo>", "a step, and what undoes it; may be repeated", (value) => {
      stages.push({ kind: "step", step: toStep(value) });
      return stages;
    })
    .option("--wait-for <EVENT>", "wait here for an event from outside; may be repeated", (value) =>
      stages.push({ kind: "wait", event: value }),
    )
    .option("--parallel <a,b>", "run these steps at the same time; may be repeated", (value) =>
      groups.push(namesIn(value)),
    )
    .option("--pivot <step>", "after it the saga only goes forward")
    .option("--human", "wait here for a person to approve, with reminders")
    .addOption(machinesOption())
    .addHelpText("after", HELP);
  command.on("option:human", () => stages.push({ kind: "approval" }));
  command.action(async (name, options) => {
    const request = await requestOf(cli, { name, stages, groups, pivot: options.pivot });
    const plan = toPlan(request);
    write(cli, plan, cli.config({ SAGACHART_MACHINES: options.machines }).machinesPath);
  });
  return command;
}

const HELP = `
Steps, waits and approvals happen in the order in which they are given. A step without an undo is the
pivot, unless a step before it is. Each step has retries with a backoff, a timeout and an undo, drawn in
its chart as states; what is written is yours to change. On a terminal, without steps, it asks for them.

Examples:
  $ sagachart new order --step reserve:release --step charge:refund --step ship --pivot charge
  $ sagachart new trip --step bookFlight:cancelFlight --step bookHotel:cancelHotel \\
      --parallel bookFlight,bookHotel --step charge:refund
  $ sagachart new parcel --step reserve:release --wait-for PACKED --step ship
  $ sagachart new onboarding --step createAccount:closeAccount --human --step sendContract`;

function namesIn(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("Write it as a,b.");
  return names;
}

async function requestOf(
  cli: Cli,
  given: {
    name: string | undefined;
    stages: readonly StageRequest[];
    groups: readonly string[][];
    pivot: string | undefined;
  },
): Promise<PlanRequest> {
  const { name, stages, groups, pivot } = given;
  if (stages.length === 0 && cli.shell.canAsk && !cli.isJson) {
    // Loaded only where somebody is asked.
    const { terminalAsker } = await import("../new/terminal-asker.ts");
    return askPlan(terminalAsker, name);
  }
  if (name === undefined) {
    throw new SagaError("SAGA_COMMAND_INVALID", "the saga needs a name: sagachart new order …");
  }
  return { name, stages, parallel: groups, pivot };
}

function write(cli: Cli, plan: Plan, machinesPath: string): void {
  const { folder } = cli.shell;
  const layout = layoutFor(folder, machinesPath, plan.name);
  const isProject = layout.sagachart === "sagachart";
  const files = scaffold(plan, layout);
  writeFiles(folder, files);
  const settings = isProject ? tsconfigFor(folder, machinesPath) : [];
  writeFiles(folder, settings);

  const paths = [...files, ...settings].map(({ path }) => path);
  const missing = isProject ? missingPackages(folder) : [];
  cli.answer({ saga: plan.name, pivot: plan.pivot, files: paths, missingPackages: missing }, () =>
    [
      ...paths.map((path) => `wrote ${path}`),
      ...(plan.pivot === null ? [] : [`after "${plan.pivot}" it only goes forward`]),
      "",
      ...(missing.length === 0 ? [] : [`npm install --save-dev ${missing.join(" ")}`]),
      `sagachart dev   # then: sagachart start-instance ${plan.name} --input '{"reference":"r-1"}'`,
      `npx vitest run ${layout.testPath}`,
    ].join("\n"),
  );
}
