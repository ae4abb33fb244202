/** The example of the README is true: it compiles as it stands, and it runs. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const BANK = `
const bank = {
  charge: (_input: { cents: number }, _options: { idempotencyKey: string; signal: AbortSignal }) =>
    Promise.resolve({ paymentId: "p-1" }),
  refund: (_options: { idempotencyKey: string }) => Promise.resolve(),
};
`;

/** The one TypeScript example, with a bank to charge and the package as it is in this repository. */
function exampleIn(folder: string): string {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readFileSync("README.md", "utf8")) ?? [];
  const [head = "", ...rest] = example.split("\n\n");
  return [head, BANK, ...rest]
    .join("\n\n")
    .replace('"sagachart"', '"../../src/index.ts"')
    .replace('"sagas.db"', JSON.stringify(join(folder, "sagas.db")))
    .replace("await runtime.waitFor", "export const ended = await runtime.waitFor");
}

test("the example compiles, and its payment completes", { timeout: 60_000 }, async () => {
  // Inside the repository, where its packages are found; in a folder that git leaves alone.
  mkdirSync("coverage", { recursive: true });
  const folder = mkdtempSync(join("coverage", "readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "example.ts");
  writeFileSync(path, exampleIn(folder));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["example.ts"] }),
  );

  execFileSync("node_modules/.bin/tsc", ["-p", folder], { stdio: "pipe" });
  const { ended } = (await import(pathToFileURL(path).href)) as { ended: { phase: string } };

  expect(ended.phase).toBe("completed");
});
