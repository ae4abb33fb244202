/** `npm run bench`: builds product and benches, and runs them by Node alone. */
import { spawnSync } from "node:child_process";
import { build } from "./harness/built.ts";

const program = [await build(), ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, program, { stdio: "inherit" });
process.exitCode = status ?? 1;
