/**
 * Where log lines go: standard output, a turn of the event loop together. A write for each line took as
 * long as a tenth of an event. Whatever ends the process but SIGKILL finds all of them written.
 */
import { pino } from "pino";
import type { Logger } from "pino";
import { systemClock } from "./clock.ts";
import type { LogLevel } from "./log.ts";

/** Characters of lines from which on they are written at once. */
const LINES_LENGTH_MAX = 8 * 1024;

/** What pino needs of a destination. */
interface Lines {
  write(line: string): void;
  /** Writes what is kept; pino calls it after a line of level `fatal`. */
  flushSync(): void;
}

let standardOutput: Lines | undefined;

export function createLogger(level: LogLevel | "trace" | "silent"): Logger {
  return pino({ level }, (standardOutput ??= openStandardOutput()));
}

function openStandardOutput(): Lines {
  const output = pino.destination({ fd: 1, sync: true });
  // Not its `flushSync`: that syncs too, which a file of a log makes everybody wait for, and a pipe throws at.
  const lines = onceATurn(
    (text) => output.write(text),
    (flush) => systemClock.endOfTurn(flush),
  );
  process.on("exit", () => lines.flushSync());
  return lines;
}

/** Lines are kept until the turn ends, and written together then. */
export function onceATurn(
  write: (text: string) => void,
  endOfTurn: (flush: () => void) => void,
): Lines {
  let kept = "";
  let isWaiting = false;
  const flushSync = (): void => {
    const text = kept;
    kept = "";
    if (text !== "") write(text);
  };
  return {
    write(line) {
      kept += line;
      if (kept.length >= LINES_LENGTH_MAX) flushSync();
      if (isWaiting) return;
      isWaiting = true;
      endOfTurn(() => {
        isWaiting = false;
        flushSync();
      });
    },
    flushSync,
  };
}
