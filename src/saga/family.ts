/**
 * The family of a saga: the sagas of its child machines, and of theirs. Each instance of a child machine is an
 * instance like any other, of a saga that is named after its parent's: `order.creditCheck`.
 */
import { SagaError } from "../errors.ts";
import type { AnySaga } from "./define.ts";
import { isMachine } from "./logic.ts";

/** How deep child machines may be nested. Deeper, a machine is taken to be its own child. */
export const FAMILY_DEPTH_MAX = 8;

/** The name of the saga of a child machine. */
export function childSagaName(parent: string, src: string): string {
  return `${parent}.${src}`;
}

/** The sagas of the child machines of a saga, by the names of their logic. */
export function childSagas(saga: AnySaga): ReadonlyMap<string, AnySaga> {
  const actors = Object.entries(saga.machine.implementations.actors as Record<string, unknown>);
  const children = new Map<string, AnySaga>();
  for (const [src, machine] of actors) {
    if (!isMachine(machine)) continue;
    const definition = saga.children[src] ?? {};
    const child: AnySaga = {
      name: childSagaName(saga.name, src),
      version: saga.version,
      machine,
      activities: definition.activities ?? {},
      compensations: definition.compensations ?? {},
      actions: definition.actions ?? {},
      children: definition.children ?? {},
      childOf: saga.name,
      input: null,
      events: definition.events ?? {},
      parks: definition.parks ?? [],
      limits: definition.limits ?? { activities: {} },
    };
    children.set(src, Object.freeze(child));
  }
  return children;
}

/**
 * A saga with all sagas of its family, parents first.
 *
 * @throws {SagaError} SAGA_DEFINITION_INVALID if a machine is nested too deep to be anything but its own child.
 */
export function familyOf(saga: AnySaga, depth = 0): readonly AnySaga[] {
  if (depth > FAMILY_DEPTH_MAX) {
    throw new SagaError(
      "SAGA_DEFINITION_INVALID",
      `child machines of saga "${saga.name}" are nested more than ${FAMILY_DEPTH_MAX} deep; a machine cannot be its own child`,
    );
  }
  const children = [...childSagas(saga).values()];
  return [saga, ...children.flatMap((child) => familyOf(child, depth + 1))];
}
