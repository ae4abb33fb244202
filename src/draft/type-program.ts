/**
 * The program that asks the project's own TypeScript about drafts, in a process of its own: a compiler takes memory
 * and time, and is whatever the project has installed.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { compilerAt } from "./compiler.ts";
import type { DraftRequest, TypeFault, TypesAnswer } from "./draft-message.ts";

/** More are not read before the first ones are mended. */
const FAULTS_MAX = 50;
/** XState's types are long; what is wrong stands at their beginning. */
const MESSAGE_LENGTH_MAX = 600;

process.on("message", (request: DraftRequest) => {
  void typesOf(request).then(
    (value) => process.send?.({ id: request.id, value }),
    (error: unknown) =>
      process.send?.({
        id: request.id,
        error: error instanceof Error ? error.message : String(error),
      }),
  );
});
process.send?.({ isReady: true });
// Nobody waits for an answer any more.
process.on("disconnect", () => process.exit(0));

async function typesOf({ file, folder, text }: DraftRequest): Promise<TypesAnswer> {
  const compiler = await compilerAt(folder);
  if (typeof compiler === "string") return { version: null, reason: compiler, faults: [] };
  const files = ["chart.ts", "activities.ts", "index.ts", "samples.ts"]
    .map((name) => join(folder, name))
    .filter((path) => path === file || existsSync(path));
  const found = compiler.diagnose({
    settings: settingsAbove(folder),
    files,
    draft: { file, text },
  });
  const faults = found
    .slice(0, FAULTS_MAX)
    .map(({ file: path, start, code, message }): TypeFault => {
      const source = path === file ? text : readFileSync(path, "utf8");
      return {
        file: basename(path),
        line: source.slice(0, start).split("\n").length,
        start,
        message: `${message.slice(0, MESSAGE_LENGTH_MAX)} (TS${code})`,
      };
    });
  return { version: compiler.version, reason: null, faults };
}

/** The nearest settings above a folder. */
function settingsAbove(folder: string): string | null {
  const path = join(folder, "tsconfig.json");
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? null : settingsAbove(parent);
}
