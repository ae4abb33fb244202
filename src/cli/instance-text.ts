/** Instances and what they went through, as text for people. */
import type { FoundInstance, JournalEntry } from "../client/client.ts";
import { paint } from "./shell.ts";
import type { Shell, Style } from "./shell.ts";
import type { AnyInstance } from "./remote.ts";
import { facts, printable, table } from "./table.ts";

const styles: Readonly<Record<string, Style>> = {
  forward: "cyan",
  retrying: "yellow",
  compensating: "yellow",
  stuck: "red",
  completed: "green",
  compensated: "dim",
  failed: "red",
};

export function phaseText(shell: Pick<Shell, "hasColor">, phase: string): string {
  return paint(shell, styles[phase] ?? "bold", phase);
}

/** One line: which instance, and how it stands. */
export function instanceLine(shell: Shell, instance: AnyInstance): string {
  const { saga, id, phase, state, revision } = instance;
  return `${saga}/${printable(id)}  ${phaseText(shell, phase)}  ${state}  revision ${revision}`;
}

/** Why it does not move. */
function stillness({ suspended, quarantined }: AnyInstance): [string, string | null][] {
  return [
    [
      "suspended",
      suspended && `by ${suspended.by ?? "nobody named"} at ${suspended.at}: ${suspended.reason}`,
    ],
    ["quarantined", quarantined && `since ${quarantined.at}: ${quarantined.reason}`],
  ];
}

export function instanceText(shell: Shell, instance: AnyInstance): string {
  const { phase, context, output, error, timers, activities } = instance;
  return facts(shell, [
    ["saga", `${instance.saga} version ${instance.version}`],
    ["id", instance.id],
    ["phase", phase],
    ["state", instance.state],
    ["tags", instance.tags.join(", ") || null],
    ["revision", String(instance.revision)],
    ...stillness(instance),
    ["error", error === null ? null : JSON.stringify(error)],
    ["accepts", instance.accepts.map(({ type }) => type).join(", ") || null],
    ["timers", timers.map(({ event, dueAt }) => `${event} at ${dueAt}`).join("\n") || null],
    [
      "activities",
      activities
        .map((each) => `${each.activityId} attempt ${each.attempt}, ${each.status}`)
        .join("\n") || null,
    ],
    ["parked", instance.parkedEvents.map(({ event }) => event).join(", ") || null],
    ["attributes", pairs(instance.attributes)],
    ["correlation", instance.correlationId],
    ["created", instance.createdAt],
    ["updated", instance.updatedAt],
    ["context", JSON.stringify(context, null, 2)],
    ["output", output === null ? null : JSON.stringify(output, null, 2)],
  ]);
}

export function foundText(shell: Shell, items: readonly FoundInstance[]): string {
  const rows = items.map((item) => [
    item.saga,
    item.id,
    item.phase,
    item.state,
    String(item.revision),
    item.updatedAt,
  ]);
  const text = table(shell, ["SAGA", "ID", "PHASE", "STATE", "REVISION", "UPDATED"], rows);
  return text;
}

export function journalText(shell: Shell, entries: readonly JournalEntry[]): string {
  const rows = entries.map((entry) => [
    String(entry.revision),
    entry.at,
    entry.source,
    entry.event.type,
    entry.stateAfter,
    entry.phase,
    [entry.verdict === "applied" ? "" : entry.verdict, entry.operation?.reason ?? ""]
      .filter(Boolean)
      .join(": "),
  ]);
  return table(shell, ["REV", "AT", "SOURCE", "EVENT", "STATE", "PHASE", ""], rows);
}

function pairs(values: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return entries.join(", ") || null;
}
