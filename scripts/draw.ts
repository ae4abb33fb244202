/** `npm run draw`: writes the pictures of all sagas in `machines/`. A test keeps them equal to the charts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawChart } from "../src/draw/formats.ts";
import { loadSagas } from "../src/machines.ts";

const USAGE = `Usage: npm run draw -- [--machines <folder>] [--to <folder>]

Writes two SVG files for each saga: <saga>.svg, and <saga>-overview.svg with its steps folded.

  --machines <folder>  where the sagas are; default machines
  --to <folder>        where the pictures go; default docs/images
  --help               this text
`;

// Rather late than without lines: a file stays.
const PATIENCE_MS = 120_000;

const { values } = parseArgs({
  options: {
    machines: { type: "string", default: "machines" },
    to: { type: "string", default: join("docs", "images") },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
} else {
  mkdirSync(values.to, { recursive: true });
  for (const { name, machine } of await loadSagas(values.machines)) {
    const look = { title: `The saga ${name}`, signal: AbortSignal.timeout(PATIENCE_MS) };
    const pictures = {
      [`${name}.svg`]: await drawChart(machine, "svg", look),
      [`${name}-overview.svg`]: await drawChart(machine, "svg", { ...look, foldDepth: 1 }),
    };
    for (const [file, svg] of Object.entries(pictures)) {
      const path = join(values.to, file);
      writeFileSync(path, svg);
      process.stdout.write(`${path}\n`);
    }
  }
}
