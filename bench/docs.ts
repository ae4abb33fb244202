/** `npm run bench:docs`: makes the page of figures of the report that is kept beside the benches. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { toPage } from "./harness/page.ts";
import { pagePath, reportPath } from "./harness/paths.ts";
import type { Report } from "./harness/report.ts";

const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
if (values.help) {
  process.stdout.write(
    [
      "npm run bench -- --out bench/last-run.json && npm run bench:docs",
      "",
      `Reads ${fileURLToPath(reportPath)} and writes ${fileURLToPath(pagePath)}.`,
      "",
    ].join("\n"),
  );
} else {
  const report = JSON.parse(readFileSync(reportPath, "utf8")) as Report;
  writeFileSync(pagePath, toPage(report));
  process.stdout.write(`wrote ${fileURLToPath(pagePath)}\n`);
}
