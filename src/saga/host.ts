/**
 * Hosting: an actor that cannot be data (a callback, an observable, logic of one's own) runs in this process by
 * XState itself, under a parent that hands on all that it is told.
 */
import { createActor, fromTransition } from "xstate";
import type { AnyActorLogic, AnyActorRef, EventObject } from "xstate";
import type { PendingChild } from "./effect.ts";

/** An actor that runs. */
export interface Hosted {
  readonly send: (event: EventObject) => void;
  /** Runs what it cleans up with. What it says afterwards is not heard. */
  readonly stop: () => void;
}

/**
 * Starts an actor. `onEvent` hears what it sends to its parent, its snapshots if they are asked for, and its end,
 * as XState's own events; `onEmitted` what it emits.
 */
export function host(
  logic: AnyActorLogic,
  { childId, input, reportsSnapshots }: PendingChild,
  listener: { onEvent: (event: EventObject) => void; onEmitted: (event: EventObject) => void },
): Hosted {
  const { system } = createActor(fromTransition((state: null) => state, null));
  let isOpen = true;
  const parent = {
    id: "parent",
    sessionId: "parent",
    system,
    _send: (event: EventObject) => {
      if (isOpen) listener.onEvent(withPlainSnapshot(event, logic));
    },
  };
  const options = { id: childId, input, parent, syncSnapshot: reportsSnapshots };
  const actor = createActor(
    logic,
    options as unknown as { id: string },
  ) as unknown as AnyActorRef & {
    readonly _stop: () => void;
  };
  actor.on("*", (event: EventObject) => listener.onEmitted(event));
  // Its error goes to its parent; without an observer XState would also throw it at the process.
  actor.subscribe({ error: () => {} });
  actor.start();
  return {
    send: (event) => actor.send(event),
    stop: () => {
      isOpen = false;
      actor._stop();
    },
  };
}

/** An observable's snapshot holds its subscription, which only its own logic knows to leave out. */
function withPlainSnapshot(event: EventObject, logic: AnyActorLogic): EventObject {
  if (!event.type.startsWith("xstate.snapshot.")) return event;
  const { snapshot } = event as EventObject & { snapshot: never };
  return { ...event, snapshot: logic.getPersistedSnapshot(snapshot) } as EventObject;
}
