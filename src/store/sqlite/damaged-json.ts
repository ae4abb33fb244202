/** JSON in columns of rows that may be damaged, and what stands for what cannot be read. */
import { customType } from "drizzle-orm/sqlite-core";
import type { ParentLink } from "../family.ts";
import type { InstanceKey, OperationRecord, Quarantine } from "../store.ts";

/**
 * JSON that is read as `damaged` if it cannot be: a row that was damaged on the disk must not keep others from being
 * read. Its seal tells, so `damaged` is what is never written.
 */
export function jsonOf<Value>(name: string, damaged: Value) {
  return customType<{ data: Value; driverData: string }>({
    dataType: () => "text",
    toDriver: toJson,
    fromDriver(kept) {
      // A damaged text may come as another type.
      if (typeof kept !== "string") return damaged;
      try {
        return JSON.parse(kept) as Value;
      } catch {
        return damaged;
      }
    },
  })(name);
}

// Most lists of tags and most attributes are empty, and each step writes or seals them four times.
function toJson(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : JSON.stringify(value);
  // A damaged text may have been read as anything.
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  for (const _ in value) return JSON.stringify(value);
  return "{}";
}

export const DAMAGED = "\u0000damaged";
export const NOBODY: InstanceKey = { saga: DAMAGED, instanceId: DAMAGED };
export const NO_OPERATION: OperationRecord = { operation: "release", by: null, reason: DAMAGED };
export const NO_PARENT: ParentLink = {
  ...NOBODY,
  childId: DAMAGED,
  generation: 0,
  reportsSnapshots: false,
  root: NOBODY,
};

export const NO_QUARANTINE: Quarantine = {
  reason: "what it says of that cannot be read",
  kind: "damaged",
  atMs: 0,
};
