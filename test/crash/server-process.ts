/** The server as a process that is there to be killed: no demo services in it, and no build of the Studio. */
import { loadConfig } from "../../src/config.ts";
import { runProcess } from "../../src/main.ts";

await runProcess(loadConfig(process.env), async () => {});
