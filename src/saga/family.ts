/**
 * The family of a saga: the sagas of its child machines, and of theirs. Each instance of a child machine is an
 * instance like any other, of a saga that is named after its parent's: `order.creditCheck`.
 */
import { SagaError } from "../errors.ts";
import type { AnyChildDefinition, AnySaga } from "./define.ts";
import { isMachine } from "./logic.ts";
import { withRoutes } from "./route.ts";

/** How deep child machines may be nested. Deeper, a machine is taken to be its own child. */
export const FAMILY_DEPTH_MAX = 8;

/** The name of the saga of a child machine. */
export function childSagaName(parent: string, src: string): string {
  return `${parent}.${src}`;
}

/** The sagas of the child machines of a saga, by the names of their logic. */
function childSagas(saga: AnySaga): ReadonlyMap<string, AnySaga> {
  const actors = Object.entries(saga.machine.implementations.actors as Record<string, unknown>);
  const children = new Map<string, AnySaga>();
  for (const [src, machine] of actors) {
    if (!isMachine(machine)) continue;
    const { name, version } = saga;
    const given = definedOf(saga.children[src] ?? {});
    const child = { ...nothing, ...given, name: childSagaName(name, src), version, machine };
    const events = withRoutes(child.events, machine);
    // Its parent would wait for it, in a state of its own; so a child never waits.
    const limits = { ...child.limits, instances: null };
    children.set(src, Object.freeze({ ...child, events, limits, childOf: name }));
  }
  return children;
}

/** What a child machine has of which its parent's definition says nothing. */
const nothing = {
  activities: {},
  compensations: {},
  actions: {},
  children: {},
  input: null,
  events: {},
  parks: [],
  limits: { activities: {}, instances: null },
} as const;

/** What is given of these parts. A whole saga may stand for the definition, and has more. */
function definedOf(given: AnyChildDefinition): AnyChildDefinition {
  const parts = Object.keys(nothing).filter((part) => part !== "input");
  const defined = Object.entries(given).filter(
    ([part, value]) => parts.includes(part) && value !== undefined,
  );
  return Object.fromEntries(defined);
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
