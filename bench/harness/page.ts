/** The page of figures, made of the report of a run and of nothing else: a test keeps the two equal. */
import { machineLine } from "./machine.ts";
import { settingsLine } from "./report.ts";
import type { BenchReport, Report } from "./report.ts";
import { toTable, toVerdictTable } from "./table.ts";
import { verdictsOnAll } from "./targets.ts";

const INTRODUCTION = `What Sagachart costs beside what the machine can do at most, and beside others on the same work.
Every accepted event is forced to the disk before it is answered (\`synchronous=FULL\`), here and for all that it is compared with, and
no feature is switched off. Rates depend on the machine; believe the ratios, which are taken within one round of one run.`;

const READING = `In each table, a measure has one number for each round: its median, least and greatest stand here. All that is compared takes its
turn in every round, in an order that turns around; one round before them warms up and is not counted, unless each turn is a process of its own. *ratio* is the median of the ratios
within the rounds, *to* is what it is divided by.`;

const MISSED = `Where a target is missed, two of the tables below tell why. In *peers* the limit takes part as well: what the very rows of our sagas would
take by raw statements, with XState's transitions and nothing else, so it shows how far a target can be reached at all with what we keep of each step.
In *parts* each part of a transition is done by itself: no single one is in the way.`;

export function toPage(report: Report): string {
  const { begunAt, command, benches, machine } = report;
  const verdicts = verdictsOnAll(benches.flatMap((bench) => bench.verdicts));
  return [
    "# Performance",
    "",
    INTRODUCTION,
    "",
    `Measured on ${begunAt.slice(0, 10)} by \`${command}\`; this page is made of its report by \`npm run bench:docs\`.`,
    `The machine: ${machineLine(machine)}.`,
    "",
    "## Targets",
    "",
    toVerdictTable(verdicts),
    "",
    ...(verdicts.every(({ isReached }) => isReached) ? [] : [MISSED, ""]),
    READING,
    "",
    ...benches.flatMap(toSection),
  ].join("\n");
}

function toSection(bench: BenchReport): readonly string[] {
  const { name, story, rounds, seconds, rows, notes, command = `npm run bench -- ${name}` } = bench;
  return [
    `## ${name}`,
    "",
    story,
    "",
    toTable(rows),
    "",
    [`\`${command}\`: ${rounds} rounds, ${seconds} s; ${settingsLine(bench)}.`, ...notes].join(" "),
    "",
  ];
}
