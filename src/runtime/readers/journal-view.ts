/** The view of a journal entry: what the runtime tells callers about a committed event. */
import type { EventObject } from "xstate";
import { decode } from "../../saga/codec.ts";
import type { JournalEntry } from "../../store/store.ts";

/** A committed event, as callers see it. */
export interface JournalView extends Omit<JournalEntry, "event" | "effects"> {
  readonly event: EventObject;
  readonly effects: readonly object[];
}

export function toJournalView(entry: JournalEntry): JournalView {
  return {
    ...entry,
    event: decode(entry.event) as EventObject,
    effects: JSON.parse(entry.effects) as object[],
  };
}
