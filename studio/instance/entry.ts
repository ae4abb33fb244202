/** What an entry of a journal tells, in words. Pure. */
import type { JournalEntry } from "../../src/client/answers.ts";
import type { GlyphName } from "../../src/draw/glyph.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { edgeText, triggerText } from "../../src/draw/words.ts";

/** By what it was set off, and what became of it. */
export type EntryKind =
  | "start"
  | "event"
  | "done"
  | "error"
  | "after"
  | "operator"
  | "message"
  | "ignored";

export interface EntryWords {
  readonly kind: EntryKind;
  readonly glyph: GlyphName;
  readonly title: string;
  /** What is told beside it; empty if nothing. */
  readonly detail: string;
}

const glyphs: Readonly<Record<EntryKind, GlyphName>> = {
  start: "initial",
  event: "event",
  done: "done",
  error: "error",
  after: "after",
  operator: "actions",
  message: "event",
  ignored: "forbidden",
};

export function wordsOf(entry: JournalEntry, { edges }: ChartModel): EntryWords {
  const kind = kindOf(entry);
  const { type } = entry.event;
  const edge = edges.find(({ event }) => event === type);
  const delay = edge?.kind === "after" ? triggerText(edge) : type;
  return { kind, glyph: glyphs[kind], title: titleOf(entry, delay), detail: detailOf(entry) };
}

function kindOf({ verdict, source, event, operation }: JournalEntry): EntryKind {
  if (verdict !== "applied") return "ignored";
  if (source === "start") return "start";
  if (operation !== null || source === "operator") return "operator";
  if (source === "message" || source === "child") return "message";
  if (event.type.startsWith("xstate.done.")) return "done";
  if (event.type.startsWith("xstate.error.")) return "error";
  return source === "timer" ? "after" : "event";
}

function titleOf({ event, operation, source }: JournalEntry, delay: string): string {
  const [, how, actor] = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(event.type) ?? [];
  if (operation !== null) return operation.operation;
  if (source === "start") return "started";
  if (how === "done") return `${actor} done`;
  if (how === "error") return `${actor} failed`;
  return event.type.startsWith("xstate.after.") ? delay : event.type;
}

function detailOf({ event, operation, verdict }: JournalEntry): string {
  if (verdict !== "applied") return verdict;
  if (operation !== null) {
    const by = operation.by === null ? "" : `${operation.by}: `;
    return by + operation.reason;
  }
  const { error } = event as { error?: unknown };
  if (error !== undefined) return errorText(error);
  const { type: _, ...payload } = event;
  return event.type.startsWith("xstate.") || Object.keys(payload).length === 0
    ? ""
    : JSON.stringify(payload);
}

/** The message of an error as the API renders it. */
export function errorText(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  return typeof message === "string" ? message : JSON.stringify(error);
}

/** Why an entry did not move the chart; null if it did. */
export function whyIgnored(
  { verdict, event, stateBefore }: JournalEntry,
  { edges, states }: ChartModel,
): { readonly reason: string; readonly tried: readonly string[] } | null {
  const reason = reasons[verdict];
  if (reason === undefined) return null;
  const active = new Set(
    (stateBefore ?? "").split(",").flatMap((path) => {
      const keys = path.split(".");
      return keys.map((_, at) => keys.slice(0, at + 1).join("."));
    }),
  );
  const around = new Set(
    states
      .filter(({ path, parent }) => parent === null || active.has(path.join(".")))
      .map(({ id }) => id),
  );
  const tried = edges.filter((edge) => edge.event === event.type && around.has(edge.source));
  return { reason, tried: tried.map(edgeText) };
}

const reasons: Readonly<Record<string, string>> = {
  late: "The chart had left this attempt before its result came. A result counts only while the attempt is awaited.",
  failed:
    "The chart threw when it took this, so nothing moved. It is brought again later; an operator may redeliver it now.",
  parked: "No state took it when it came. It is kept, and delivered as soon as one does.",
  stranded: "It was kept for later, and the instance ended before a state took it.",
  waiting: "There is no room yet for this start under its limit. It begins by itself.",
  unhandled: "It came from another instance, and no transition takes it in this state.",
  undeliverable: "Whoever should take this message is not there, or has ended.",
};
