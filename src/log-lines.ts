/**
 * Where log lines go: standard output, a turn of the event loop together. A write for each line took as
 * long as a tenth of an event. Whatever ends the process but SIGKILL finds all of them written.
 */
import { pino } from "pino";
import type { Logger } from "pino";
import { systemClock } from "./clock.ts";
import type { LogLevel } from "./log.ts";

/** Bytes of lines from which on they are written at once. */
const LINES_BYTES_MAX = 8 * 1024;

/** What is needed of pino's destination. */
interface Lines {
  write(line: string): unknown;
  flushSync(): void;
}

let standardOutput: Lines | undefined;

export function createLogger(level: LogLevel | "trace" | "silent"): Logger {
  return pino({ level }, (standardOutput ??= openStandardOutput()));
}

function openStandardOutput(): Lines {
  const lines = pino.destination({ fd: 1, sync: true, minLength: LINES_BYTES_MAX });
  const output = onceATurn(lines, (flush) => systemClock.endOfTurn(flush));
  process.on("exit", () => lines.flushSync());
  return output;
}

/** Lines are kept until the turn ends, and written together then. */
export function onceATurn(lines: Lines, endOfTurn: (flush: () => void) => void): Lines {
  let isWaiting = false;
  const flush = (): void => {
    isWaiting = false;
    lines.flushSync();
  };
  return {
    write(line) {
      lines.write(line);
      if (isWaiting) return;
      isWaiting = true;
      endOfTurn(flush);
    },
    flushSync: () => lines.flushSync(),
  };
}
