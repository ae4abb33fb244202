/** Writes what stands beside the chart: the activities, the definition, and the samples for checks and tests. */
import { activitiesOf, eventsOf, hasApproval, keptOf, waitsOf } from "./chart-setup.ts";
import { array, comment, object, openObject, print, text } from "./code.ts";
import type { Code } from "./code.ts";
import { identifierOf, idOf, pascal } from "./names.ts";
import { stepsOf } from "./plan.ts";
import type { Plan } from "./plan.ts";

export function activitiesText(plan: Plan, sagachart: string): string {
  const machine = `${identifierOf(plan.name)}Machine`;
  const kept = keptOf(plan);
  const { forward, undos } = activitiesOf(plan);
  const functions = [...forward, ...undos].map((name) =>
    activityText(name, kept.includes(name) ? idOf(name) : null),
  );
  const header = comment(
    `The work behind the effects of the ${plan.name} saga. Each function stands in for a call to a service: it writes a line into the log and answers.`,
    "Hand the idempotency key on with each call, so that a repeated attempt has its effect once, and the signal, so that the call ends when nobody waits for it any more. Throw `Rejected` when the service refuses; any other error counts as unknown: it may have happened. An undo takes a missing id: it undoes whatever there is of this reference.",
  );
  return [
    [
      header,
      `import type { Activities } from ${text(sagachart)};`,
      `import type { ${machine} } from "./chart.ts";`,
    ].join("\n"),
    REJECTED,
    [`export const activities: Activities<typeof ${machine}> = {`, ...functions, "};\n"].join("\n"),
  ].join("\n\n");
}

const REJECTED = `/** The service refused: it surely did not happen. Of an error only plain fields survive a restart. */
export class Rejected extends Error {
  readonly kind = "rejected";
}`;

function activityText(name: string, answered: string | null): string {
  const given = answered === null ? "input, signal, log" : "input, idempotencyKey, signal, log";
  return [
    `  ${name}: async ({ ${given} }) => {`,
    "    signal.throwIfAborted();",
    `    log.info(input, ${text(name)});`,
    ...(answered === null ? [] : [`    return { ${answered}: idempotencyKey };`]),
    "  },",
  ].join("\n");
}

export function indexText(plan: Plan, sagachart: string): string {
  const name = identifierOf(plan.name);
  return [
    [
      `/** The ${plan.name} saga: its chart, its activities, what undoes them, and who may send it what. */`,
      'import { z } from "zod";',
      `import { defineSaga } from ${text(sagachart)};`,
      `import type { Saga } from ${text(sagachart)};`,
      'import { activities } from "./activities.ts";',
      `import { ${name}Machine } from "./chart.ts";`,
    ].join("\n"),
    "const Input = z.strictObject({ reference: z.string().min(1).max(200) });",
    ...schemas(plan),
    print(definition(plan), {
      before: `export const ${name}Saga: Saga<typeof ${name}Machine> = defineSaga(`,
      after: ");\n",
    }),
  ].join("\n\n");
}

function schemas(plan: Plan): readonly string[] {
  return [
    ...waitsOf(plan).map((event) => `const ${pascal(event)} = z.strictObject({});`),
    ...(hasApproval(plan) ? [APPROVAL_SCHEMAS] : []),
    "const Reasoned = z.strictObject({ reason: z.string().max(500).optional() });",
  ];
}

const APPROVAL_SCHEMAS = `const Person = z.string().min(1).max(200);
const Approved = z.strictObject({ by: Person });
const Declined = z.strictObject({ by: Person, reason: z.string().max(500).optional() });`;

function definition(plan: Plan): Code {
  const compensations = plan.stages
    .flatMap(stepsOf)
    .map(({ name, undo }) => [name, undo === null ? "null" : text(undo)]);
  const events = eventsOf(plan).map(([type]) => [
    type,
    type.startsWith("saga.") ? "Reasoned" : pascal(type),
  ]);
  // What comes from outside may come too early.
  const early = [...waitsOf(plan), ...(hasApproval(plan) ? ["APPROVED", "DECLINED"] : [])];
  return openObject({
    name: text(plan.name),
    version: "1",
    machine: `${identifierOf(plan.name)}Machine`,
    activities: "activities",
    compensations: openObject(Object.fromEntries(compensations)),
    input: "Input",
    events: openObject(Object.fromEntries(events)),
    parks: early.length > 0 ? array(early.map(text)) : undefined,
  });
}

export function samplesText(plan: Plan, samples: string): string {
  const outputs = keptOf(plan).map((step) => [step, object({ [idOf(step)]: text(`${step}-1`) })]);
  const code = openObject({
    input: object({ reference: text("r-1") }),
    outputs: openObject(Object.fromEntries(outputs)),
    events: hasApproval(plan)
      ? openObject({
          APPROVED: array([object({ by: text("ann") })]),
          DECLINED: array([object({ by: text("ann"), reason: text("too risky") })]),
        })
      : undefined,
  });
  return [
    [
      `/** What a check or a test of the ${plan.name} saga needs to know of the world around it, by example. */`,
      `import type { Samples } from ${text(samples)};`,
    ].join("\n"),
    print(code, { before: "export const samples: Samples = ", after: ";\n" }),
  ].join("\n\n");
}
