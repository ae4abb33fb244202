/**
 * References to actors, as data. XState hands a chart objects to send events to; here such an object is only
 * an address, and the actor behind it lives elsewhere: in its own rows, or in the process that hosts it.
 *
 * So a reference may be kept in a context or sent in an event, and means the same after a restart.
 */
import type { AnyActorRef, EventObject } from "xstate";

/** Where an event may be sent. */
export type Address =
  | { readonly kind: "self" }
  | { readonly kind: "parent" }
  /** A child of this instance; `generation` is the revision that started it. */
  | { readonly kind: "child"; readonly childId: string; readonly generation: number }
  | { readonly kind: "instance"; readonly saga: string; readonly instanceId: string }
  /** Whoever carries that `systemId` among an instance, its parents and all their children. */
  | { readonly kind: "system"; readonly systemId: string };

/** Begins the session ids of children; what follows is the revision that started them, and a number. */
const SESSION = "spawned.";

/** What the ids of the children that a revision starts begin with. */
export function sessionPrefix(revision: number): string {
  return `${SESSION}${revision}`;
}

/** A reference with nothing behind it. `src`: the name of the logic, where it is known. */
class InertRef {
  readonly address: Address;
  readonly id: string;
  readonly sessionId: string;
  readonly src: string;
  readonly system: unknown;
  readonly _parent: AnyActorRef | undefined;

  constructor(
    address: Address,
    { id, src, system, parent }: Required<Omit<RefFacts, "parent">> & Pick<RefFacts, "parent">,
  ) {
    this.address = address;
    this.id = id;
    this.sessionId = id;
    this.src = src;
    this.system = system;
    this._parent = parent;
  }

  get ref(): this {
    return this;
  }

  send(event: EventObject): never {
    throw new Error(`"${event.type}" cannot be sent from here; use sendTo`);
  }

  start(): void {}
  stop(): void {}

  getSnapshot(): object {
    return { status: "active" };
  }

  getPersistedSnapshot(): undefined {
    return undefined;
  }

  on(): object {
    return { unsubscribe: () => {} };
  }

  subscribe(): object {
    return { unsubscribe: () => {} };
  }

  toJSON(): object {
    return { actor: this.id };
  }
}

const NO_SYSTEM = Object.freeze({});

/** A reference to an actor that lives elsewhere. `id`: what the chart reads as its id. */
export function inertRef(
  address: Address,
  { id = idOf(address), src = "inert", system = NO_SYSTEM, parent }: RefFacts = {},
): AnyActorRef {
  return new InertRef(address, { id, src, system, parent }) as unknown as AnyActorRef;
}

interface RefFacts {
  readonly id?: string;
  readonly src?: string;
  readonly system?: unknown;
  readonly parent?: AnyActorRef | undefined;
}

/** The address behind a reference, or null if the value is none. */
export function addressOf(value: unknown): Address | null {
  if (value instanceof InertRef) return value.address;
  if (value === null || typeof value !== "object") return null;
  // A child that was spawned within this macrostep is an actor of XState's own, and was never started.
  const { id, sessionId, send } = value as { id?: unknown; sessionId?: unknown; send?: unknown };
  if (typeof sessionId !== "string" || typeof id !== "string" || typeof send !== "function") {
    return null;
  }
  const [, revision] = /^spawned\.(\d+)\./.exec(sessionId) ?? [];
  return revision === undefined
    ? null
    : { kind: "child", childId: id, generation: Number(revision) };
}

/** Whether a reference has nothing behind it. */
export function isInert(ref: unknown): boolean {
  return ref instanceof InertRef;
}

/** One text for the instance that an address names, as `system.get` takes it: `saga/instanceId`. */
export function addressNamed(name: string): Address {
  const slash = name.indexOf("/");
  if (slash < 1 || slash === name.length - 1) return { kind: "system", systemId: name };
  return { kind: "instance", saga: name.slice(0, slash), instanceId: name.slice(slash + 1) };
}

function idOf(address: Address): string {
  switch (address.kind) {
    case "self":
    case "parent":
      return address.kind;
    case "child":
      return address.childId;
    case "instance":
      return `${address.saga}/${address.instanceId}`;
    case "system":
      return address.systemId;
  }
}
