/**
 * The inert scope: what XState's interpreter needs around it, with nothing behind it.
 *
 * XState's own `transition()` builds an actor for every call and so runs the initial transition of the
 * machine, and of every child, again and again. Called with this scope, `machine.transition` runs only what
 * the event asks for: guards, assigns and mappers. Nothing is started, sent or scheduled; the actions are
 * collected, to be read as data.
 */
import type { AnyActorLogic, AnyActorRef, AnyActorScope, ExecutableActionObject } from "xstate";
import { addressNamed, inertRef, sessionPrefix } from "./ref.ts";

/** An action that XState resolved and did not run. */
export type ResolvedAction = Pick<ExecutableActionObject, "type" | "params" | "info"> & {
  readonly exec?: unknown;
};

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

/** Whose scope it is. */
export interface ScopeOwner {
  readonly instanceId: string;
  /** The revision that the step makes: ids of spawned children are counted within it. */
  readonly revision: number;
  /** The id by which its parent knows the instance; absent if it has no parent. */
  readonly childId?: string | undefined;
}

/** A scope for one step. */
export function createScope({ instanceId, revision, childId }: ScopeOwner): InertScope {
  const actions: ResolvedAction[] = [];
  const system = new InertSystem(revision);
  const id = childId ?? instanceId;
  const self =
    childId === undefined
      ? inertRef(SELF, { id, system })
      : inertRef(SELF, { id, system, parent: inertRef({ kind: "parent" }) });
  const scope = {
    self,
    system,
    id,
    sessionId: instanceId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action: ResolvedAction) => actions.push(action),
  };
  return { scope: scope as unknown as AnyActorScope, actions };
}

/** The revision that the step makes in whose scope that actor is `self`. */
export function revisionOf({ system }: AnyActorRef): number {
  return (system as unknown as InertSystem).revision;
}

/** A class, so that what all scopes have in common is made once and not for each step. */
class InertSystem {
  readonly revision: number;
  #booked = 0;

  constructor(revision: number) {
    this.revision = revision;
  }

  get scheduler(): object {
    return SCHEDULER;
  }

  get _snapshot(): object {
    return NOTHING_SCHEDULED;
  }

  get _clock(): object {
    return CLOCK;
  }

  // XState numbers children by a counter of the process, which would collide after a restart.
  _bookId(): string {
    this.#booked += 1;
    return `${sessionPrefix(this.revision)}.${this.#booked}`;
  }

  // Whether somebody is there is not known here; what is sent to nobody is told as undeliverable.
  get(name: string): AnyActorRef {
    return inertRef(addressNamed(name));
  }

  getAll(): object {
    return {};
  }

  inspect(): object {
    return { unsubscribe: nothing };
  }

  _register(id: string): string {
    return id;
  }

  _unregister(): void {}
  _set(): void {}
  _sendInspectionEvent(): void {}
  _logger(): void {}

  _relay(): never {
    return refuse();
  }
}

const SELF = { kind: "self" } as const;
const SCHEDULER = { schedule: refuse, cancel: refuse, cancelAll: refuse };
const CLOCK = { setTimeout: refuse, clearTimeout: refuse };
const NOTHING_SCHEDULED = { _scheduledEvents: {} };

function nothing(): void {}

function refuse(): never {
  throw new Error("an inert scope was asked to act");
}
