/** The server's log as a person reads it beside an editor: one short line for each thing that happens. */
import { paint } from "../shell.ts";
import type { Shell } from "../shell.ts";
import { phaseText } from "../instance-text.ts";
import { printable } from "../table.ts";

/** What of a log line is shown; the rest is in the journal. */
interface LogLine {
  readonly level?: number;
  readonly time?: number;
  readonly msg?: string;
  readonly [name: string]: unknown;
}

const HIDDEN = ["level", "time", "pid", "hostname", "msg"];
const WARN_LEVEL = 40;
const ERROR_LEVEL = 50;

/** The line to show; null: it tells nothing new. A line that is no JSON is shown as it is. */
export function toShownLine(shell: Pick<Shell, "hasColor">, line: string): string | null {
  const log = parse(line);
  if (log === null) return printable(line);
  if (log.msg === "listening" || log.msg === "stopped") return null;
  return `${paint(shell, "dim", timeOf(log))}  ${printable(bodyOf(shell, log))}`;
}

function bodyOf(shell: Pick<Shell, "hasColor">, log: LogLine): string {
  const text = (name: string): string => (typeof log[name] === "string" ? log[name] : "");
  const name = `${text("saga")}/${text("instanceId")}`;
  if (log.msg === "transition") {
    return `${name}  ${text("event")} → ${text("state")}  ${phaseText(shell, text("phase"))}`;
  }
  if (log.msg === "attempt") {
    const failed = (log["error"] as { message?: string } | undefined)?.message;
    const attempt = `${text("activity")} ${String(log["attempt"])}: ${text("outcome")}`;
    return `${name}  ${attempt}${failed === undefined ? "" : `, ${failed}`}`;
  }
  const facts = Object.entries(log).filter(([key]) => !HIDDEN.includes(key));
  const told = facts.length === 0 ? "" : `  ${JSON.stringify(Object.fromEntries(facts))}`;
  const level = log.level ?? 0;
  const message = log.msg ?? "";
  if (level < WARN_LEVEL) return `${message}${told}`;
  return `${paint(shell, level < ERROR_LEVEL ? "yellow" : "red", message)}${told}`;
}

function timeOf({ time }: LogLine): string {
  if (typeof time !== "number") return "";
  // oxlint-disable-next-line no-restricted-globals -- a time of the log, not the time
  return new Date(time).toISOString().slice("2026-01-01T".length, -1);
}

function parse(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as LogLine) : null;
  } catch {
    return null;
  }
}
