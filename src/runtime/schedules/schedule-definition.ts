/**
 * Schedules as their authors define them: checked, completed with defaults, and named.
 */
import { SagaError } from "../../errors.ts";
import { encode } from "../../saga/codec.ts";
import { checkAttributes, checkId } from "../incoming.ts";
import type { CatchUp, Overlap } from "./schedule-plan.ts";
import type { CronTiming, IntervalTiming } from "./schedule-timing.ts";

/** Give either `cron` or `everyMs`. */
export interface ScheduleOptions<Input> {
  /** 1-128 characters; with the due time it becomes the id of each instance that is started. */
  readonly scheduleId: string;
  /** Five fields, or six with seconds first, or a nickname such as `@daily`. */
  readonly cron?: string;
  /** Name of the time zone of `cron`. Default `UTC`. */
  readonly timeZone?: string;
  /** From 1,000 to a year, counted from when the schedule is made. */
  readonly everyMs?: number;
  /** Given to each instance; checked by the schema now, and again at each start. */
  readonly input: Input;
  /** Default `skip`: nothing is started while the last instance runs. */
  readonly overlap?: Overlap;
  /** What is started after a time when nothing could be. Default `one`: the latest due time. */
  readonly catchUp?: CatchUp;
  /** Given to each instance. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A definition with its defaults: what is kept, and compared with a later one under the same id. */
export interface ScheduleDefinition {
  readonly timing: CronTiming | IntervalTiming;
  /** As it was given, since its schema may change it, and does so at each start. */
  readonly input: unknown;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Leaves room in an instance id for a due time, or for what names a start by hand. */
export const SCHEDULE_ID_LENGTH_MAX = 128;
/** Schedules of one saga. All of them may be due at midnight. */
export const SCHEDULES_PER_SAGA_MAX = 1_000;

const OVERLAPS: readonly Overlap[] = ["skip", "allow"];
const CATCH_UPS: readonly CatchUp[] = ["one", "all", "none"];

/** @throws {SagaError} SAGA_ID_INVALID */
export function checkScheduleId(id: unknown): string {
  const checked = checkId("schedule id", id);
  // As the last part of a path, these two are taken out of it by any client.
  if (checked.length <= SCHEDULE_ID_LENGTH_MAX && checked !== "." && checked !== "..") {
    return checked;
  }
  throw new SagaError(
    "SAGA_ID_INVALID",
    `schedule id ${JSON.stringify(checked.slice(0, 60))} is longer than ${SCHEDULE_ID_LENGTH_MAX} characters, or cannot stand in a path`,
  );
}

/** The timing itself is checked where it is made. @throws {SagaError} SAGA_SCHEDULE_INVALID, SAGA_REQUEST_INVALID */
export function toDefinition(options: ScheduleOptions<unknown>): ScheduleDefinition {
  const { input, overlap = "skip", catchUp = "one", attributes = {} } = options;
  const definition = {
    timing: readTiming(options),
    input,
    overlap: oneOf("overlap", overlap, OVERLAPS),
    catchUp: oneOf("catchUp", catchUp, CATCH_UPS),
    attributes: checkAttributes(attributes),
  };
  // What cannot be kept is refused here and not at its first due time.
  encode(definition);
  return definition;
}

/** The id of the instance that is started for a due time: the same however often it is tried. */
export function instanceIdAt(scheduleId: string, dueAtMs: number): string {
  // oxlint-disable-next-line eslint/no-restricted-globals -- it writes a time that it was given
  const iso = new Date(dueAtMs).toISOString();
  return `${scheduleId}-${iso.replaceAll(/[-:]/g, "").replace(".000Z", "Z")}`;
}

function readTiming({
  cron,
  timeZone,
  everyMs,
}: ScheduleOptions<unknown>): ScheduleDefinition["timing"] {
  if ((cron === undefined) === (everyMs === undefined)) {
    throw invalid("a schedule has either cron or everyMs");
  }
  if (everyMs !== undefined) {
    if (timeZone !== undefined) throw invalid("timeZone goes with cron; everyMs needs none");
    return { everyMs };
  }
  if (typeof cron !== "string") throw invalid("cron is no text");
  if (timeZone !== undefined && typeof timeZone !== "string") throw invalid("timeZone is no text");
  return { cron, timeZone: timeZone ?? "UTC" };
}

function oneOf<Value extends string>(name: string, value: Value, known: readonly Value[]): Value {
  if (known.includes(value)) return value;
  throw invalid(`${name} is none of ${known.join(", ")}`);
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_SCHEDULE_INVALID", message);
}
