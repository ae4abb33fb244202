/** Somebody who listens to the telemetry and does next to nothing with it: the hooks are in use, a log is not measured. */
import type { Telemetry } from "../../src/index.ts";

export function bareTelemetry(): Telemetry {
  const counts = new Map<string, number>();
  return ({ kind }) => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
