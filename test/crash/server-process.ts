/** The server as a process that is there to be killed: no demo services in it, and no build of the Studio. */
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { loadConfig } from "../../src/config.ts";
import { runProcess } from "../../src/main.ts";

try {
  await runProcess(loadConfig(process.env), async () => {});
} catch (error) {
  const code = error instanceof Error && "code" in error ? `${String(error.code)}: ` : "";
  process.stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCodeOf(error));
}
