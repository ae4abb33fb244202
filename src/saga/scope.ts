/**
 * The inert scope: what XState's interpreter needs around it, with nothing behind it.
 *
 * XState's own `transition()` builds an actor for every call and so runs the initial transition of the
 * machine, and of every child, again and again. Called with this scope, `machine.transition` runs only what
 * the event asks for: guards, assigns and mappers. Nothing is started, sent or scheduled; the actions are
 * collected, to be read as data.
 */
import type { AnyActorLogic, AnyActorRef, AnyActorScope, ExecutableActionObject } from "xstate";

/** An action that XState resolved and did not run. */
export type ResolvedAction = Pick<ExecutableActionObject, "type" | "params">;

export interface InertScope {
  readonly scope: AnyActorScope;
  /** The actions of all transitions made with this scope, in order. */
  readonly actions: readonly ResolvedAction[];
}

/** Logic that stands for a child: it runs nothing and keeps the input with which the child is to be started. */
export const inertLogic: AnyActorLogic = {
  transition: (snapshot: unknown) => snapshot,
  getInitialSnapshot: (_scope: unknown, input: unknown) => ({
    status: "active",
    output: undefined,
    error: undefined,
    input,
  }),
  getPersistedSnapshot: (snapshot: unknown) => snapshot,
} as AnyActorLogic;

/** A scope for one step. `self.id` is the instance id; ids of spawned children count from `idPrefix`. */
export function createScope(instanceId: string, idPrefix: string): InertScope {
  const actions: ResolvedAction[] = [];
  const system = createSystem(idPrefix);
  const scope = {
    self: inertRef(instanceId, system),
    system,
    id: instanceId,
    sessionId: instanceId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action: ResolvedAction) => actions.push(action),
  };
  return { scope: scope as unknown as AnyActorScope, actions };
}

/** A reference to a child that lives elsewhere: in the outbox, not in this process's memory. */
export function inertRef(id: string, system: unknown, src = "inert"): AnyActorRef {
  const ref: Record<string, unknown> = {
    id,
    sessionId: id,
    src,
    system,
    send: nothing,
    start: nothing,
    stop: nothing,
    getSnapshot: () => ({ status: "active" }),
    getPersistedSnapshot: () => undefined,
    on: () => ({ unsubscribe: nothing }),
    subscribe: () => ({ unsubscribe: nothing }),
  };
  ref["ref"] = ref;
  return ref as unknown as AnyActorRef;
}

function createSystem(idPrefix: string): object {
  let booked = 0;
  return {
    // XState numbers children by a counter of the process, which would collide after a restart.
    _bookId: () => `${idPrefix}.${(booked += 1)}`,
    _register: (id: string) => id,
    _unregister: nothing,
    _set: nothing,
    get: nothing,
    getAll: () => ({}),
    inspect: () => ({ unsubscribe: nothing }),
    _sendInspectionEvent: nothing,
    _relay: refuse,
    scheduler: { schedule: refuse, cancel: refuse, cancelAll: refuse },
    _snapshot: { _scheduledEvents: {} },
    _clock: { setTimeout: refuse, clearTimeout: refuse },
    _logger: nothing,
  };
}

function nothing(): void {}

function refuse(): never {
  throw new Error("an inert scope was asked to act");
}
