/** The activities of an instance as bars by lane: attempts are numbered, compensations marked, what runs grows. */
import { useMemo } from "preact/hooks";
import type { JournalEntry } from "../../src/client/answers.ts";
import { nowMs, spanText } from "../app/now.ts";
import { lanesOf, timeScale } from "./lanes.ts";
import type { Bar } from "./lanes.ts";

/** Less could not be hit, nor its number be read. */
const BAR_PX_MIN = 32;

export interface LanesViewProps {
  readonly entries: readonly JournalEntry[];
  /** Names of the activities that undo others. */
  readonly undoes: ReadonlySet<string>;
  readonly isOver: boolean;
  readonly revision: number | null;
  readonly onRevision: (revision: number) => void;
}

export function LanesView({ entries, undoes, isOver, revision, onRevision }: LanesViewProps) {
  const lanes = useMemo(() => lanesOf(entries, undoes), [entries, undoes]);
  const times = entries.map(({ at }) => Date.parse(at));
  const endMs = isOver ? (times.at(-1) ?? 0) : Math.max(nowMs.value, times.at(-1) ?? 0);
  const scale = timeScale([...times, endMs]);
  // Room for a bar of the least width at the end.
  const percent = (ms: number): string =>
    `calc((100% - ${BAR_PX_MIN}px) * ${scale(ms).toFixed(4)})`;
  const chosen = entries.find((entry) => entry.revision === revision);
  const events = entries.filter(({ source }) => source === "client" || source === "operator");
  if (lanes.length === 0) return <p class="quiet pad">No activity has begun yet.</p>;
  return (
    <section class="lanes" aria-label="Activities">
      <div class="lanes-inside">
        {lanes.map(({ activity, isCompensation, bars }) => (
          <div key={activity} class="lane">
            <span class="lane-name" title={activity}>
              {isCompensation && <span title="compensation">↩ </span>}
              {activity}
            </span>
            <div class="lane-track">
              {bars.map((bar) => (
                <BarView
                  key={`${bar.revision}`}
                  bar={bar}
                  left={percent(bar.fromMs)}
                  width={`calc((100% - ${BAR_PX_MIN}px) * ${(scale(bar.toMs ?? endMs) - scale(bar.fromMs)).toFixed(4)})`}
                  isCompensation={isCompensation}
                  lengthMs={(bar.toMs ?? endMs) - bar.fromMs}
                  onClick={() => onRevision(bar.revision)}
                />
              ))}
            </div>
          </div>
        ))}
        <div class="lane-marks" aria-hidden="true">
          {events.map(({ revision: at, at: time, event }) => (
            <span
              key={at}
              class="lane-event"
              style={{ left: percent(Date.parse(time)) }}
              title={event.type}
            />
          ))}
          {chosen !== undefined && (
            <span class="lane-cursor" style={{ left: percent(Date.parse(chosen.at)) }} />
          )}
        </div>
      </div>
      <div class="lanes-foot quiet">
        <span>{spanText(endMs - (times[0] ?? endMs))} in all</span>
        <span>long waits are shortened</span>
      </div>
    </section>
  );
}

interface BarViewProps {
  readonly bar: Bar;
  readonly left: string;
  readonly width: string;
  readonly isCompensation: boolean;
  readonly lengthMs: number;
  readonly onClick: () => void;
}

const signs: Readonly<Record<Bar["outcome"], string>> = {
  running: "…",
  done: "✓",
  failed: "✕",
  left: "⊘",
  late: "⊘",
};

function BarView({ bar, left, width, isCompensation, lengthMs, onClick }: BarViewProps) {
  const { activity, attempt, outcome } = bar;
  const words = `${activity}, attempt ${attempt}: ${outcome}, ${spanText(lengthMs)}`;
  return (
    <button
      type="button"
      class={`bar is-${outcome}${isCompensation ? " is-undo" : ""}`}
      style={{ left, width }}
      aria-label={words}
      title={words}
      onClick={onClick}
    >
      <span>
        {signs[outcome]}
        {attempt > 1 && ` ${attempt}`}
      </span>
    </button>
  );
}
