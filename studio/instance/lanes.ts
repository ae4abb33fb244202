/** Activities as bars on lanes, from the journal alone. Pure. */
import type { JournalEntry } from "../../src/client/answers.ts";

export interface Bar {
  readonly activity: string;
  /** Counts from 1 among the attempts under one idempotency key. */
  readonly attempt: number;
  readonly fromMs: number;
  /** Null while it runs. */
  readonly toMs: number | null;
  readonly outcome: "running" | "done" | "failed" | "left" | "late";
  /** Of the entry that began it. */
  readonly revision: number;
}

export interface Lane {
  readonly activity: string;
  readonly isCompensation: boolean;
  readonly bars: readonly Bar[];
}

interface Effect {
  readonly kind: string;
  readonly activityId?: string;
  readonly activity?: string;
  readonly idempotencyKey?: string;
}

type Open = { -readonly [Key in keyof Bar]: Bar[Key] };

/** Lanes in the order of their first bars. `undoes`: names of the activities that undo others. */
export function lanesOf(
  entries: readonly JournalEntry[],
  undoes: ReadonlySet<string>,
): readonly Lane[] {
  const bars: Open[] = [];
  const running = new Map<string, Open>();
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const atMs = Date.parse(entry.at);
    end(running, entry, atMs);
    for (const effect of entry.effects as readonly Effect[]) {
      const { activityId = "" } = effect;
      if (effect.kind === "leaveActivity") close(running, activityId, atMs, "left");
      if (effect.kind !== "startActivity") continue;
      const key = effect.idempotencyKey ?? activityId;
      const attempt = (counts.get(key) ?? 0) + 1;
      counts.set(key, attempt);
      const activity = effect.activity ?? activityId;
      const bar: Open = {
        activity,
        attempt,
        fromMs: atMs,
        toMs: null,
        outcome: "running",
        revision: entry.revision,
      };
      running.set(activityId, bar);
      bars.push(bar);
    }
  }
  const names = [...new Set(bars.map(({ activity }) => activity))];
  return names.map((activity) => ({
    activity,
    isCompensation: undoes.has(activity),
    bars: bars.filter((bar) => bar.activity === activity),
  }));
}

function end(running: Map<string, Open>, { event, verdict }: JournalEntry, atMs: number): void {
  const [, how, actor = ""] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event.type) ?? [];
  if (how === undefined || verdict === "late") return;
  close(running, actor, atMs, how === "done" ? "done" : "failed");
}

function close(
  running: Map<string, Open>,
  activityId: string,
  atMs: number,
  outcome: Bar["outcome"],
): void {
  const bar = running.get(activityId);
  if (bar === undefined) return;
  bar.toMs = atMs;
  bar.outcome = outcome;
  running.delete(activityId);
}

/** Turns times into parts of a whole, 0–1: long waits are shortened, so that seconds beside days can be seen. */
export function timeScale(timesMs: readonly number[]): (atMs: number) => number {
  const times = [...new Set(timesMs)].toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const known = gaps.filter((gap) => gap > 0).toSorted((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)] ?? 1;
  const capMs = usual * 4;
  const widths = gaps.map((gap) => (gap <= capMs ? gap : capMs * (1 + Math.log10(gap / capMs))));
  const total = widths.reduce((sum, width) => sum + width, 0) || 1;
  const starts = [0];
  for (const width of widths) starts.push((starts.at(-1) ?? 0) + width);
  return (atMs) => {
    const at = times.findLastIndex((time) => time <= atMs);
    if (at < 0) return 0;
    const gap = gaps[at];
    if (gap === undefined || gap === 0) return (starts[at] ?? 0) / total;
    const part = (atMs - (times[at] ?? 0)) / gap;
    return ((starts[at] ?? 0) + part * (widths[at] ?? 0)) / total;
  };
}
