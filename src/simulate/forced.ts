/** Guards that a reader decides himself: they answer as he says, whatever they are asked. */
import { SagaError } from "../errors.ts";
import type { AnySaga } from "../saga/define.ts";

export type ForcedGuards = Readonly<Record<string, boolean>>;

/** The saga with these guards. @throws {SagaError} SAGA_SIMULATION_INVALID if it has no such guard. */
export function withForced(saga: AnySaga, guards: ForcedGuards = {}): AnySaga {
  const names = Object.keys(guards);
  if (names.length === 0) return saga;
  const known = saga.machine.implementations.guards as object;
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw new SagaError(
      "SAGA_SIMULATION_INVALID",
      `saga "${saga.name}" has no guard "${unknown}" that could be forced`,
    );
  }
  const forced = Object.entries(guards).map(([name, says]) => [name, () => says]);
  return {
    ...saga,
    machine: saga.machine.provide({ guards: Object.fromEntries(forced) as object }),
  };
}
