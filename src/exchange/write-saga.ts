/**
 * Writes a chart of names as the files of a saga, in the shape that `sagachart new` gives them: a machine that is one
 * static literal, with a stub in `setup` for each name, and beside it activities, definition and samples.
 */
import { array, comment, data, object, openObject, print, text, union } from "../scaffold/code.ts";
import type { Code } from "../scaffold/code.ts";
import { identifierOf } from "../scaffold/names.ts";
import type { Layout } from "../scaffold/layout.ts";
import type { ScaffoldedFile } from "../scaffold/scaffold.ts";
import { isObject, statesOf } from "./imported.ts";
import type { Config, ImportFormat, Loss } from "./imported.ts";
import { keyText, mentionedIn, typeText } from "./mentioned-names.ts";
import type { Mentioned, Mentions } from "./mentioned-names.ts";
import { isKept } from "./read-xstate.ts";

export interface WrittenChart {
  /** Name of the saga, and of its folder. */
  readonly name: string;
  readonly config: Config;
  /** Null: it comes from nowhere. */
  readonly format: ImportFormat | null;
  readonly losses: readonly Loss[];
  /** The text of the chart's file, if it is one already, and what its machine is called there. */
  readonly source?: { readonly text: string; readonly machineName: string };
}

const formatNames: Readonly<Record<ImportFormat, string>> = {
  "xstate-json": "XState's JSON",
  scxml: "SCXML",
  mermaid: "Mermaid",
  typescript: "TypeScript",
};

export function sagaFiles(chart: WrittenChart, layout: Layout): readonly ScaffoldedFile[] {
  const { folder, sagachart, samples } = layout;
  const mentioned = mentionedIn(chart.config);
  return [
    { path: `${folder}/chart.ts`, text: chart.source?.text ?? chartText(chart, sagachart) },
    { path: `${folder}/activities.ts`, text: activitiesText(chart, mentioned, sagachart) },
    { path: `${folder}/index.ts`, text: indexText(chart, sagachart) },
    { path: `${folder}/samples.ts`, text: samplesText(chart, samples) },
  ];
}

/** The machine as a module. */
function chartText(chart: WrittenChart, sagachart: string): string {
  const mentioned = mentionedIn(chart.config);
  const machine = print(stateCode(chart.config), { before: ".createMachine(", after: ");\n" });
  const setup = setupText(chart, mentioned);
  const needsRaise = machine.includes(": raise(") || /[[\s]raise\(/.test(machine);
  const imports = needsRaise ? "raise, setup" : "setup";
  return [
    [
      comment(...headerParagraphs(chart)),
      `import { ${imports} } from "xstate";`,
      ...(mentioned.actors.length > 0 ? [`import { activity } from ${text(sagachart)};`] : []),
    ].join("\n"),
    ...(mentioned.events.length > 0
      ? [
          union(
            "export type SagaEvent",
            mentioned.events.map((type) => `{ type: ${text(type)} }`),
          ),
        ]
      : []),
    `${setup}${machine}`,
  ].join("\n\n");
}

function headerParagraphs({ name, format, losses }: WrittenChart): readonly string[] {
  if (format === null) {
    return [
      `The statechart of the ${name} saga.`,
      "The machine is one static literal, so that an editor may open and rewrite it; all that decides has a name in `setup`.",
    ];
  }
  return [
    `The statechart of the ${name} saga, imported from ${formatNames[format]}.`,
    losses.length === 0
      ? "All that decides or does something has a name in `setup`, and is yours to write: a guard says no until then, an action does nothing."
      : `All that decides or does something has a name in \`setup\`, and is yours to write: a guard says no until then, an action does nothing. ${losses.length} places of the source could not be kept as they were.`,
  ];
}

function setupText({ config, name }: WrittenChart, mentioned: Mentioned): string {
  const { context } = config;
  const types = [
    ...(context === undefined ? [] : [`context: {} as ${typeText(context)},`]),
    ...(mentioned.events.length === 0 ? [] : ["events: {} as SagaEvent,"]),
  ];
  const actors = mentioned.actors.map(
    (src) => `${keyText(src)}: activity<object | undefined, unknown>(),`,
  );
  const delays = mentioned.delays.map((delay) => `${keyText(delay)}: 1_000,`);
  return [
    `export const ${identifierOf(name)}Machine = setup({`,
    ...section("types", types),
    ...section("actors", actors),
    ...section("actions", stubs(mentioned.actions, "{}")),
    ...section("guards", stubs(mentioned.guards, "false")),
    ...section("delays", delays),
    "})",
  ].join("\n");
}

function stubs(mentions: Mentions, body: string): readonly string[] {
  return [...mentions].map(([name, params]) => {
    const parameters =
      params === null ? "()" : `(_, _params: ${params === "any" ? "unknown" : params})`;
    return `${keyText(name)}: ${parameters} => ${body},`;
  });
}

function section(name: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`  ${name}: {`, ...lines.map((line) => `    ${line}`), "  },"];
}

/** A state as code: its states a line each, however few they are. */
function stateCode(state: Config): Code {
  const entries = Object.entries(state).map(([key, value]): readonly [string, Code] => {
    if (key !== "states") return [key, partCode(value)];
    const inside = Object.entries(statesOf(state)).map(([name, child]) => [name, stateCode(child)]);
    return [key, openObject(Object.fromEntries(inside) as Record<string, Code>)];
  });
  const members = Object.fromEntries(entries);
  return "states" in state ? openObject(members) : object(members);
}

/** A part of a state. A raised event is XState's own action again. */
function partCode(value: unknown): Code {
  if (Array.isArray(value)) return array(value.map(partCode));
  if (!isObject(value)) return data(value);
  if (isKept(value)) {
    const { event } = value["params"] as { readonly event: string };
    return `raise({ type: ${text(event)} })`;
  }
  const entries = Object.entries(value).map(([key, part]) => [key, partCode(part)] as const);
  return object(Object.fromEntries(entries));
}

function machineNameOf({ name, source }: WrittenChart): string {
  return source?.machineName ?? `${identifierOf(name)}Machine`;
}

function activitiesText(chart: WrittenChart, { actors }: Mentioned, sagachart: string): string {
  const { name } = chart;
  const machine = machineNameOf(chart);
  const functions = actors.map((src) =>
    [
      `  ${keyText(src)}: async ({ input, signal, log }) => {`,
      "    signal.throwIfAborted();",
      `    log.info({ input }, ${text(src)});`,
      "  },",
    ].join("\n"),
  );
  const code = [`export const activities: Activities<typeof ${machine}> = {`, ...functions, "};\n"];
  return [
    [
      comment(
        `The work behind the effects of the ${name} saga. Each function stands in for a call to a service: it writes a line into the log and answers nothing.`,
        "Hand the idempotency key on with each call, so that a repeated attempt has its effect once, and the signal, so that the call ends when nobody waits for it any more.",
      ),
      `import type { Activities } from ${text(sagachart)};`,
      `import type { ${machine} } from "./chart.ts";`,
    ].join("\n"),
    functions.length === 0
      ? `export const activities: Activities<typeof ${machine}> = {};\n`
      : code.join("\n"),
  ].join("\n\n");
}

function indexText(chart: WrittenChart, sagachart: string): string {
  const { name } = chart;
  const machine = machineNameOf(chart);
  const definition = openObject({
    name: text(name),
    version: "1",
    machine,
    activities: "activities",
  });
  return [
    [
      `/** The ${name} saga: its chart and its activities. */`,
      `import { defineSaga } from ${text(sagachart)};`,
      `import type { Saga } from ${text(sagachart)};`,
      'import { activities } from "./activities.ts";',
      `import { ${machine} } from "./chart.ts";`,
    ].join("\n"),
    print(definition, {
      before: `export const ${identifierOf(name)}Saga: Saga<typeof ${machine}> = defineSaga(`,
      after: ");\n",
    }),
  ].join("\n\n");
}

function samplesText({ name }: WrittenChart, samples: string): string {
  return [
    [
      `/** What a check or a test of the ${name} saga needs to know of the world around it, by example. */`,
      `import type { Samples } from ${text(samples)};`,
    ].join("\n"),
    "export const samples: Samples = { input: {}, outputs: {} };\n",
  ].join("\n\n");
}
