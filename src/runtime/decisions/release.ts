/** Whether an instance may come out of quarantine, and as what. Pure. */
import { SagaError } from "../../errors.ts";
import type { InstanceKey, StoredInstance } from "../../store/store.ts";
import { fromStored, notFound } from "../instance.ts";
import type { Instance } from "../instance.ts";
import type { Operation } from "../operators/operation.ts";
import type { Registry } from "../registry.ts";
import type { Prepared } from "./write-set.ts";

/**
 * The instance as its rows say now.
 *
 * @throws {SagaError} SAGA_INSTANCE_NOT_FOUND, SAGA_OPERATION_NOT_POSSIBLE if it is not in quarantine, or what brought
 * it there is still so. Damage is passed over by force, since nobody else can say that the rows are right.
 */
export function toReleased(
  registry: Registry,
  { force }: Operation,
  { key, stored }: { key: InstanceKey; stored: StoredInstance | null },
): Instance {
  const name = `instance "${key.instanceId}" of saga "${key.saga}"`;
  if (stored === null) throw notFound(key);
  if (stored.quarantined === null) throw notPossible(`${name} is not in quarantine`);
  if (stored.damage !== null && !force) {
    throw notPossible(
      `${name} is still damaged: ${stored.damage}; restore it from a backup, or put it right and ask again with force: true`,
    );
  }
  try {
    return fromStored(registry, stored);
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    throw notPossible(`${name} still cannot be read: ${error.message}`, error);
  }
}

/** What commits that the instance comes out. */
export function lifting(prepared: Prepared): Prepared {
  return { ...prepared, writeSet: { ...prepared.writeSet, lifts: true } };
}

function notPossible(message: string, cause?: unknown): SagaError {
  return new SagaError("SAGA_OPERATION_NOT_POSSIBLE", message, { cause });
}
