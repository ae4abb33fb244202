/** The time as the page shows it: moves once a second, and only while somebody looks. */
import { signal } from "@preact/signals";

export const nowMs = signal(Date.now());

setInterval(() => {
  if (!document.hidden) nowMs.value = Date.now();
}, 1_000);

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `4 min`, `2.4 s`, `120 ms`: a span in the largest unit that fits. */
export function spanText(ms: number): string {
  const [unit, size] = units.find(([, unitMs]) => ms >= unitMs) ?? ["ms", 1];
  const value = ms / size;
  const digits = value < 10 && unit !== "ms" && unit !== "min" ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${unit}`;
}

/** `4 min ago`, `now`. */
export function agoText(iso: string): string {
  const ms = nowMs.value - Date.parse(iso);
  return ms < 2_000 ? "now" : `${spanText(Math.floor(ms / 1_000) * 1_000)} ago`;
}

/** `12:03:04.512`, in the time of the browser. @public */
export function clockText(iso: string): string {
  const at = new Date(iso);
  const ms = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
