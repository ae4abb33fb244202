/**
 * Guards, asked outside of a step: what one says of an event that has not come yet, or why one refused an
 * event that did.
 *
 * Guards are pure. So one that answers without a look at the payload gives the same answer to every payload,
 * and one that looks at it can only be asked again when the event is there.
 */
import { and } from "xstate";
import type { AnyMachineSnapshot, EventObject } from "xstate";

/** What a guard says; `unsure`: it depends on the payload. */
export type GuardAnswer = "yes" | "no" | "unsure";

/** What `guard` says of an event of which only so much is `known`: mostly its type. */
export function askAhead(
  guard: unknown,
  snapshot: AnyMachineSnapshot,
  known: EventObject,
): GuardAnswer {
  let hasLooked = false;
  const look = (key: string | symbol): void => {
    if (!Object.hasOwn(known, key)) hasLooked = true;
  };
  const bare = new Proxy<EventObject>(
    { ...known },
    {
      get: (event, key) => (look(key), Reflect.get(event, key) as unknown),
      has: (event, key) => (look(key), Reflect.has(event, key)),
      ownKeys: (event) => ((hasLooked = true), Reflect.ownKeys(event)),
      getOwnPropertyDescriptor: (event, key) => (
        look(key),
        Reflect.getOwnPropertyDescriptor(event, key)
      ),
    },
  );
  try {
    const isPassed = ask(guard, snapshot, bare);
    if (hasLooked) return "unsure";
    return isPassed ? "yes" : "no";
  } catch {
    // Most likely it reached into a payload that is not there.
    return "unsure";
  }
}

/** What `guard` says of this very event. Throws what the guard throws. */
export function askNow(
  guard: unknown,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): GuardAnswer {
  return ask(guard, snapshot, event) ? "yes" : "no";
}

/** How a refusal calls a guard: by its name, or by those that it is made of. */
export function guardName(guard: unknown): string {
  if (typeof guard === "string") return guard;
  if (typeof guard !== "function") return String((guard as { type?: unknown }).type);
  const { guards, stateValue } = guard as { guards?: readonly unknown[]; stateValue?: unknown };
  if (guards !== undefined) return `${guard.name}(${guards.map(guardName).join(", ")})`;
  if (stateValue !== undefined) return `${guard.name}(${JSON.stringify(stateValue)})`;
  return guard.name === "" || guard.name === "guard" ? "(inline)" : guard.name;
}

interface AskAll {
  check(
    snapshot: AnyMachineSnapshot,
    args: { readonly context: unknown; readonly event: EventObject },
    all: { readonly guards: readonly unknown[] },
  ): boolean;
}

// XState exports no way to ask a guard but those that ask others: names, params and `stateIn` stay its business.
const all = and([]) as unknown as AskAll;

function ask(guard: unknown, snapshot: AnyMachineSnapshot, event: EventObject): boolean {
  const { context } = snapshot as { context: unknown };
  return all.check(snapshot, { context, event }, { guards: [guard] });
}
