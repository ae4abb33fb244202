/**
 * The size of snapshots. One is written whole at every event, and kept in memory: an instance that gathers what
 * belongs into tables of its own makes every event slower, for all. So a large one is told of, and a larger one refused.
 */
import { Buffer } from "node:buffer";
import { LRUCache } from "lru-cache";
import { SagaError } from "../errors.ts";
import type { InstanceRecord } from "../store/store.ts";
import type { Decision } from "./decisions/decide.ts";
import { addressOf } from "./instance.ts";
import type { Telemetry } from "./telemetry.ts";

/** Bytes of an encoded snapshot: a larger one is refused. */
export const SNAPSHOT_BYTES_MAX = 2 * 1024 * 1024;

/** Bytes of an encoded snapshot: a larger one is told of, once for each instance and process. */
export const SNAPSHOT_BYTES_WARN = 256 * 1024;

/** Instances that were told of; one that is forgotten is told of again. */
const WARNED_MAX = 10_000;

/** @throws {SagaError} SAGA_SNAPSHOT_TOO_LARGE, unless an operator ends the instance. */
export function checkSnapshotSize(
  { saga, instanceId, snapshot }: InstanceRecord,
  { operation }: Pick<Decision, "operation">,
): void {
  if (operation?.operation === "terminate") return;
  const bytes = bytesOver(snapshot, SNAPSHOT_BYTES_MAX);
  if (bytes === null) return;
  throw new SagaError(
    "SAGA_SNAPSHOT_TOO_LARGE",
    `the snapshot of instance "${instanceId}" of saga "${saga}" would have ${bytes} bytes, at most ${SNAPSHOT_BYTES_MAX} are kept; keep ids in the context, and what they name elsewhere`,
    { details: { bytes, bytesMax: SNAPSHOT_BYTES_MAX } },
  );
}

/** Tells of large snapshots. */
export class SnapshotSizes {
  readonly #telemetry: Telemetry;
  // Not by `max`, for which it takes the memory of all of them at once: most processes tell of none.
  readonly #warned = new LRUCache<string, true>({ maxSize: WARNED_MAX, sizeCalculation: () => 1 });

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  committed(record: InstanceRecord): void {
    const bytes = bytesOver(record.snapshot, SNAPSHOT_BYTES_WARN);
    if (bytes === null) return;
    const address = addressOf(record);
    if (this.#warned.has(address)) return;
    this.#warned.set(address, true);
    const { saga, instanceId, correlationId } = record;
    this.#telemetry({
      kind: "large",
      saga,
      instanceId,
      correlationId,
      bytes,
      bytesMax: SNAPSHOT_BYTES_MAX,
    });
  }
}

/** The bytes of a text if they are more than `limit`, else null. */
function bytesOver(text: string, limit: number): number | null {
  // A UTF-16 unit is 3 bytes at most, so most texts need no counting.
  if (text.length * 3 <= limit) return null;
  const bytes = Buffer.byteLength(text);
  return bytes > limit ? bytes : null;
}
