/** The journal of an instance as a log: one row an entry, the newest last. A row that is chosen shows that moment. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JournalEntry } from "../../src/client/answers.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { clockText, spanText } from "../app/now.ts";
import { Glyph } from "../ui/glyph.tsx";
import { wordsOf } from "./entry.ts";
import type { EntryKind, EntryWords } from "./entry.ts";

export interface LogProps {
  readonly entries: readonly JournalEntry[];
  readonly model: ChartModel;
  /** The revision that is looked at; null: the present. */
  readonly revision: number | null;
  readonly onRevision: (revision: number) => void;
}

const filters: Readonly<Record<string, (words: EntryWords, entry: JournalEntry) => boolean>> = {
  All: () => true,
  Events: ({ kind }) => kind === "event" || kind === "operator" || kind === "message",
  Failed: ({ kind }) => kind === "error",
  Retries: (_, { phase }) => phase === "retrying",
  Compensations: (_, { phase }) => phase === "compensating" || phase === "stuck",
  Ignored: ({ kind }) => kind === "ignored",
};

export function Log({ entries, model, revision, onRevision }: LogProps) {
  const [filter, setFilter] = useState("All");
  const list = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => entries.map((entry) => ({ entry, words: wordsOf(entry, model) })),
    [entries, model],
  );
  const shown = rows.filter(({ entry, words }) => filters[filter]?.(words, entry) === true);
  const firstMs = Date.parse(entries[0]?.at ?? "");
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = list;
    if (current !== null && isAtEnd.current && revision === null) {
      current.scrollTop = current.scrollHeight;
    }
  }, [shown.length, revision]);

  return (
    <section class="log" aria-label="Journal">
      <div class="log-filters" role="group" aria-label="Show">
        {Object.keys(filters).map((name) => {
          const count = rows.filter(({ entry, words }) => filters[name]?.(words, entry)).length;
          return (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={name === filter}
              disabled={count === 0 && name !== "All"}
              onClick={() => setFilter(name)}
            >
              {name} <span class="chip-count">{count}</span>
            </button>
          );
        })}
      </div>
      <div
        ref={list}
        class="log-rows"
        role="log"
        aria-label="Entries of the journal"
        tabIndex={0}
        onScroll={({ currentTarget }) => {
          const { scrollTop, scrollHeight, clientHeight } = currentTarget;
          isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
        }}
      >
        <ol>
          {shown.map(({ entry, words }) => (
            <LogRow
              key={entry.revision}
              entry={entry}
              words={words}
              sinceMs={Date.parse(entry.at) - firstMs}
              isChosen={entry.revision === revision}
              onChoose={() => onRevision(entry.revision)}
            />
          ))}
        </ol>
      </div>
    </section>
  );
}

interface LogRowProps {
  readonly entry: JournalEntry;
  readonly words: EntryWords;
  readonly sinceMs: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function LogRow({ entry, words, sinceMs, isChosen, onChoose }: LogRowProps) {
  const { stateBefore, stateAfter, revision, at, phase } = entry;
  const moved = stateBefore !== stateAfter;
  return (
    <li data-revision={revision}>
      <button
        type="button"
        class={`log-row is-kind-${words.kind}`}
        aria-current={isChosen ? "true" : undefined}
        title={`revision ${revision}, ${clockText(at)}`}
        onClick={onChoose}
      >
        <span class="log-time">{sinceMs === 0 ? "0 s" : `+${spanText(sinceMs)}`}</span>
        <Glyph name={words.glyph} />
        <span class="log-title">
          <span class="unseen">{kindNames[words.kind]}: </span>
          {words.title}
          {words.detail !== "" && <span class="log-detail"> {words.detail}</span>}
        </span>
        <span class={`log-state is-${phase}`}>
          {moved ? `→ ${stateAfter}` : <span class="quiet">stays</span>}
        </span>
      </button>
    </li>
  );
}

const kindNames: Readonly<Record<EntryKind, string>> = {
  start: "start",
  event: "event",
  done: "done",
  error: "error",
  after: "timer",
  operator: "operator",
  message: "message",
  ignored: "not taken",
};
