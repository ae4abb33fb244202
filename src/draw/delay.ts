/** Delays as a chart draws them: by name, by length, and by both where the name has a fixed length. */

export interface DelayModel {
  /** Null if the chart gives the number itself. */
  readonly name: string | null;
  /** Null if it is only known when it begins. */
  readonly ms: number | null;
}

/** The delay of an `after` of the state `stateId`, from the event that XState made of it. */
export function delayModel(
  stateId: string,
  event: string,
  delays: Readonly<Record<string, unknown>>,
): DelayModel {
  const said = event.slice("xstate.after.".length, -`.${stateId}`.length);
  if (/^\d+(\.\d+)?$/.test(said)) return { name: null, ms: Number(said) };
  const known = Object.hasOwn(delays, said) ? delays[said] : undefined;
  return { name: said, ms: typeof known === "number" ? known : null };
}

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** `10 s`, `1.5 h`, `250 ms`: the longest unit that says it exactly with one digit after the point. */
function humanDuration(ms: number): string {
  const unit = units.find(([unitMs]) => ms >= unitMs && ms % (unitMs / 10) === 0);
  return unit === undefined ? `${ms} ms` : `${ms / unit[0]} ${unit[1]}`;
}

export function delayText({ name, ms }: DelayModel): string {
  if (ms === null) return name ?? "";
  return name === null ? humanDuration(ms) : `${name} (${humanDuration(ms)})`;
}
