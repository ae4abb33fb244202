/** When schedules of a simulation are due, computed without what the product computes it with. */
import { decode } from "../../src/saga/codec.ts";
import type { ScheduleDefinition } from "../../src/runtime/schedules/schedule-definition.ts";
import type { Written } from "./schedule-log.ts";

/** Due times at a distance from an origin, which is none. */
export interface Grid {
  readonly originMs: number;
  readonly stepMs: number;
}

export function policyOf({
  definition,
}: Pick<Written, "definition">): Pick<ScheduleDefinition, "timing" | "overlap" | "catchUp"> {
  return decode(definition) as ScheduleDefinition;
}

/** All that are made here are due every so many seconds of a minute, or so many ms after they were made. */
export function gridOf(written: Pick<Written, "definition" | "createdAtMs">): Grid {
  const { timing } = policyOf(written);
  if ("everyMs" in timing) return { originMs: written.createdAtMs, stepMs: timing.everyMs };
  const [, seconds] = /^\*\/(\d+) \* \* \* \* \*$/.exec(timing.cron) ?? [];
  return { originMs: 0, stepMs: Number(seconds) * 1_000 };
}

export function isOn({ originMs, stepMs }: Grid, dueAtMs: number): boolean {
  return dueAtMs > originMs && (dueAtMs - originMs) % stepMs === 0;
}

export function firstAfter({ originMs, stepMs }: Grid, afterMs: number): number {
  return originMs + Math.max(1, Math.floor((afterMs - originMs) / stepMs) + 1) * stepMs;
}

/** Ids of schedules have no hyphen here. */
export function scheduleIdOf(instanceId: string): string {
  return instanceId.split("-", 1)[0] ?? "";
}

/** The due time that the name of an instance begins with, after that of its schedule; null: with none. */
export function dueTimeOf(instanceId: string): number | null {
  const found = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{3})?)Z/.exec(instanceId);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** As the instance of a due time is to be named. */
export function nameAt(scheduleId: string, dueAtMs: number): string {
  const time = new Date(dueAtMs).toISOString().replaceAll(/[-:]|\.000/g, "");
  return `${scheduleId}-${time}`;
}
