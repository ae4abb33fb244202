/**
 * A saga in a smaller scope: numbers in the params of its guards, such as the most attempts, taken for less. Most of
 * what can be seen with eight attempts can be seen with two, in a small part of the paths.
 */
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import type { AnySaga } from "./define.ts";

/** By name of a number in the params of guards, the most that it is taken for. */
export type Scope = Readonly<Record<string, number>>;

/** The saga with smaller numbers, frozen; the saga itself if none is smaller. */
export function scoped(saga: AnySaga, scope: Scope): AnySaga {
  if (Object.keys(scope).length === 0) return saga;
  const { config, implementations } = saga.machine;
  const machine = createMachine(
    smaller(config, scope) as never,
    implementations as never,
  ) as unknown as AnyStateMachine;
  return Object.freeze({ ...saga, machine });
}

/** A copy that keeps functions, with smaller numbers in the params of guards. */
function smaller(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => smaller(item, scope));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === "guard" ? smallerGuard(part, scope) : smaller(part, scope),
    ]),
  );
}

function smallerGuard(guard: unknown, scope: Scope): unknown {
  const params: unknown = Reflect.get(Object(guard) as object, "params");
  if (params === null || typeof params !== "object") return guard;
  const numbers = Object.entries(params).map(([name, value]) => {
    const most = scope[name];
    return [name, typeof value === "number" && most !== undefined ? Math.min(value, most) : value];
  });
  return { ...(guard as object), params: Object.fromEntries(numbers) as object };
}
