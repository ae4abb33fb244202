/** A time in the one or two units that say most of it: `350 ms`, `1 min 30 s`. */
const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

export function spanText(ms: number): string {
  if (ms < 1_000) return ms === 0 ? "0 s" : `${Math.round(ms)} ms`;
  const parts: string[] = [];
  let left = Math.round(ms / 1_000);
  for (const [unit, seconds] of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}
