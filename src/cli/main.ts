#!/usr/bin/env node
/** The program `sagachart`, as a shell starts it. */
import { userInfo } from "node:os";
import { processEnvironment } from "../config.ts";
import { runCli } from "./program.ts";
import { processShell } from "./shell.ts";

const stopping = new AbortController();
// A second Ctrl-C ends it at once, as Node does by itself.
process.once("SIGINT", () => stopping.abort());
process.once("SIGTERM", () => stopping.abort());

// A reader that has seen enough, such as `head`, closes the pipe: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const shell = processShell(processEnvironment(), { signal: stopping.signal, user: userName() });
process.exitCode = await runCli(process.argv.slice(2), shell);

/** Null where the user has no name, as in some containers. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
