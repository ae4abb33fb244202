/**
 * Sending: what becomes of an event that a chart sends to somebody. A machine gets a message; an actor that
 * the process hosts is told at once; a reducer is moved here and now, since it is a pure function.
 */
import type { EventObject } from "xstate";
import type { Chart } from "./chart.ts";
import { normalize, normalizeError } from "./codec.ts";
import type { ChildRef, Effect, PendingChild } from "./effect.ts";
import type { Address } from "./ref.ts";

export interface Sending {
  readonly effects: readonly Effect[];
  /** The children as they are after it. */
  readonly children: readonly PendingChild[];
}

/**
 * What sending `event` to `to` comes to. `children`: those that are pending, or are stopped by this same step.
 * What is sent to nobody becomes a message too, and is told as undeliverable.
 */
export function send(
  chart: Chart,
  children: readonly PendingChild[],
  { to, event }: { readonly to: Address; readonly event: EventObject },
): Sending {
  const child = to.kind === "child" ? findChild(children, to) : bySystemId(children, to);
  switch (child?.kind) {
    case "live": {
      const { childId, generation } = child;
      return { effects: [{ kind: "tell", child: { childId, generation }, event }], children };
    }
    case "reducer":
      return reduce(chart, children, child, event);
    case "instance":
    case undefined: {
      const { childId, generation } = child ?? {};
      const address: Address =
        childId === undefined || generation === undefined
          ? to
          : { kind: "child", childId, generation };
      const message = { to: address, event, about: null };
      return { effects: [{ kind: "send", message }], children };
    }
  }
}

export function findChild(
  children: readonly PendingChild[],
  { childId, generation }: ChildRef,
): PendingChild | undefined {
  return children.find((child) => child.childId === childId && child.generation === generation);
}

function bySystemId(children: readonly PendingChild[], to: Address): PendingChild | undefined {
  if (to.kind !== "system") return undefined;
  return children.find(({ systemId }) => systemId === to.systemId);
}

function reduce(
  chart: Chart,
  children: readonly PendingChild[],
  child: PendingChild,
  event: EventObject,
): Sending {
  const { childId, generation } = child;
  const about = { childId, generation };
  const actor = chart.actors.get(child.src);
  if (actor === undefined) throw new Error(`there is no actor "${child.src}"`);
  const tell = (told: EventObject): Effect => ({
    kind: "send",
    message: { to: { kind: "self" }, event: told, about },
  });
  let state: unknown;
  try {
    state = normalize(actor.reduce(child.state, event));
  } catch (error) {
    const failed = {
      type: `xstate.error.actor.${childId}`,
      error: normalizeError(error),
      actorId: childId,
    };
    return { effects: [tell(failed)], children };
  }
  const moved = children.map((one) => (one === child ? { ...child, state } : one));
  const effects: Effect[] = [{ kind: "moveChild", child: about, state }];
  return { effects: [...effects, ...reports({ ...child, state })], children: moved };
}

/** What the parent of a reducer hears of its present state: nothing unless it asked for it. */
export function reports({
  childId,
  generation,
  reportsSnapshots,
  state,
}: PendingChild): readonly Effect[] {
  if (!reportsSnapshots) return [];
  const event = {
    type: `xstate.snapshot.${childId}`,
    snapshot: { status: "active", context: state },
  };
  return [
    {
      kind: "send",
      message: {
        to: { kind: "self" },
        event,
        about: { childId, generation },
      },
    },
  ];
}
