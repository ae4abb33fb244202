/** A schedule whose row is not as it was written. */
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createRuntime, openSqlite } from "../../src/index.ts";
import type { TelemetryEvent } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { defineRounds } from "../fixtures/rounds.ts";
import { databasePath } from "../fixtures/world.ts";

const HOUR_MS = 3_600_000;
const saga = defineRounds();
const short = { area: "north", isShort: true };
const hourly = { scheduleId: "hourly", cron: "0 * * * *" };

test("a damaged schedule starts nothing, and can be deleted and made again", async () => {
  const path = databasePath();
  const clock = new ManualClock();
  const told: TelemetryEvent[] = [];
  const telemetry = (event: TelemetryEvent): void => void told.push(event);
  const runtime = await createRuntime({ store: openSqlite(path), sagas: [saga], clock, telemetry });
  onTestFinished(() => runtime.close({ graceMs: 0 }));
  const damaged = expect.objectContaining({ code: "SAGA_SCHEDULE_DAMAGED" });
  await runtime.schedules.create(saga, { ...hourly, input: short });
  await runtime.schedules.create(saga, { ...hourly, scheduleId: "other", input: short });
  const file = new Database(path);
  file.exec(`UPDATE schedules SET definition = replace(definition, 'north', 'sorth')
    WHERE schedule_id = 'hourly'`);
  file.close();

  await clock.advance(HOUR_MS);

  expect(startedBy(told)).toEqual(["other-20260101T010000Z"]);
  expect(told).toContainEqual(expect.objectContaining({ kind: "undelivered", error: damaged }));
  for (const asked of [
    runtime.schedules.get(saga, "hourly"),
    runtime.schedules.list(saga),
    runtime.schedules.pause(saga, "hourly"),
    runtime.schedules.trigger(saga, "hourly"),
    runtime.schedules.create(saga, { ...hourly, input: short }),
  ]) {
    await expect(asked).rejects.toEqual(damaged);
  }

  await runtime.schedules.delete(saga, "hourly");
  await runtime.schedules.create(saga, { ...hourly, input: short });
  await clock.advance(HOUR_MS);

  expect(startedBy(told)).toContain("hourly-20260101T020000Z");
  expect(startedBy(told)).not.toContain("hourly-20260101T010000Z");
});

function startedBy(told: readonly TelemetryEvent[]): string[] {
  return told.flatMap((event) =>
    event.kind === "transition" && event.source === "start" ? [event.instanceId] : [],
  );
}
