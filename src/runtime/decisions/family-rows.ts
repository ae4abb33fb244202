/**
 * From a decision to the rows that concern others: children, messages, and actions to be performed. Pure; who
 * an address is has been found out before.
 */
import type { EventObject } from "xstate";
import { encode } from "../../saga/codec.ts";
import type { ChildRef, PendingChild } from "../../saga/effect.ts";
import { isEndPhase } from "../../saga/phase.ts";
import type { Address } from "../../saga/ref.ts";
import type { ChildRecord, InstanceKey, MessageRecord } from "../../store/family.ts";
import type { WriteSet } from "../../store/store.ts";
import type { Decision } from "./decide.ts";
import type { Instance } from "../instance.ts";
import { traceparentOf } from "../trace.ts";
import type { Prepared } from "./write-set.ts";

/** Who is who to an instance that moves. */
export interface Kin {
  readonly self: InstanceKey;
  /** The instance above all. */
  readonly root: InstanceKey;
  /** Who takes what is sent to an address. Nobody may be there. */
  readonly receiverOf: (address: Address) => InstanceKey;
  /** The instances that this step starts. */
  readonly born: readonly Prepared[];
  /** Children that could not be started, and why. */
  readonly stillborn: readonly { readonly child: PendingChild; readonly error: unknown }[];
}

type FamilyRows = Pick<
  WriteSet,
  "childrenStarted" | "childrenEnded" | "childrenMoved" | "messagesSent" | "actionsAsked"
>;

interface Moved {
  readonly decision: Decision;
  readonly before: Instance | null;
  readonly next: Instance;
}

export function toFamilyRows(moved: Moved, kin: Kin): FamilyRows {
  if (!concernsOthers(moved, kin)) return NONE;
  const { decision, before, next } = moved;
  const traceparent = traceparentOf(decision, next.record);
  const had = before?.standing.children ?? [];
  const has = next.standing.children;
  const isMoved = (child: PendingChild): boolean => {
    const earlier = had.find((one) => isSame(one, child));
    return earlier !== undefined && earlier.state !== child.state;
  };
  const actionsAsked = decision.step.effects
    .filter((effect) => effect.kind === "act")
    .map(({ action }) => ({
      type: action.type,
      params: encode(action.params),
      seen: action.seen === null ? null : encode(action.seen),
      idempotencyKey: action.idempotencyKey,
      traceparent,
    }));
  return {
    childrenStarted: has
      .filter((child) => !had.some((one) => isSame(one, child)))
      .map((child) => toChildRecord(child, kin)),
    childrenEnded: had.filter((child) => !has.some((one) => isSame(one, child))).map(toRef),
    childrenMoved: has
      .filter(isMoved)
      .map((child) => ({ ...toRef(child), state: encode(child.state) })),
    messagesSent: messagesOf(moved, kin).map((message) => ({ ...message, traceparent })),
    actionsAsked,
  };
}

/** What most steps come to: an instance without family has moved, and asks for activities and timers at most. */
const NONE: FamilyRows = {
  childrenStarted: [],
  childrenEnded: [],
  childrenMoved: [],
  messagesSent: [],
  actionsAsked: [],
};

function concernsOthers({ decision, before, next }: Moved, { stillborn }: Kin): boolean {
  const had = before?.standing.children ?? [];
  const children = had.length + next.standing.children.length + stillborn.length;
  if (children > 0 || next.record.parent !== null) return true;
  return decision.step.effects.some(({ kind }) => kind === "send" || kind === "act");
}

/** In the order in which they are to be taken: what the chart sent, then what there is to say of the instance. */
function messagesOf(
  { decision, before, next }: Moved,
  kin: Kin,
): readonly Omit<MessageRecord, "traceparent">[] {
  const from = kin.self;
  // References in an event mean to its receiver what they meant to its sender.
  const toReader = (address: Address): Address =>
    address.kind === "system" ? address : { kind: "instance", ...kin.receiverOf(address) };
  const sent = decision.step.effects.flatMap((effect): Omit<MessageRecord, "traceparent">[] => {
    if (effect.kind === "send") {
      const { to, event, about } = effect.message;
      const kind = about === null ? "event" : "news";
      return [{ from, to: kin.receiverOf(to), kind, about, event: encode(event, toReader) }];
    }
    if (effect.kind === "stopChild" && effect.child.kind === "instance") {
      const to = kin.receiverOf({ kind: "child", ...toRef(effect.child) });
      return [{ from, to, kind: "stop", about: null, event: encode({ type: "xstate.stop" }) }];
    }
    return [];
  });
  const failed = kin.stillborn.map(({ child, error }) => {
    const event = { type: `xstate.error.actor.${child.childId}`, error, actorId: child.childId };
    return { from, to: from, kind: "news", about: toRef(child), event: encode(event) } as const;
  });
  const news = newsOf(next, before, decision).map((event) => {
    const { parent } = next.record;
    if (parent === null) throw new Error("only a child has news for its parent");
    const to = { saga: parent.saga, instanceId: parent.instanceId };
    const { childId, generation } = parent;
    const about = { childId, generation };
    return { from, to, kind: "news", about, event: encode(event, toReader) } as const;
  });
  return [...sent, ...failed, ...news];
}

/** What the parent of an instance is to hear of this step: its snapshot, if it asked for them, and its end. */
function newsOf(
  { record, standing }: Instance,
  before: Instance | null,
  { verdict }: Decision,
): readonly EventObject[] {
  const { parent } = record;
  const wasOver = before !== null && before.standing.snapshot.status !== "active";
  if (parent === null || verdict !== "applied" || wasOver) return [];
  const { childId: actorId } = parent;
  const { status, value, context, output, error } = standing.snapshot;
  const news: (EventObject & object)[] = [];
  if (parent.reportsSnapshots && status === "active") {
    const snapshot = {
      status,
      value: value as unknown,
      context: context as unknown,
      output,
      error,
    };
    news.push({ type: `xstate.snapshot.${actorId}`, snapshot } as EventObject);
  }
  if (status === "done") {
    news.push({ type: `xstate.done.actor.${actorId}`, output, actorId } as EventObject);
  }
  if (status === "error") {
    news.push({ type: `xstate.error.actor.${actorId}`, error, actorId } as EventObject);
  }
  return news;
}

/** One text for an instance, as `system.get` takes it. */
export function addressText({ saga, instanceId }: InstanceKey): string {
  return `${saga}/${instanceId}`;
}

/** Whether an instance has come to its end. */
export function hasEnded({ record }: Instance): boolean {
  return isEndPhase(record.phase);
}

function toChildRecord(child: PendingChild, { root }: Kin): ChildRecord {
  return {
    ...child,
    root: child.systemId === null ? null : root,
    input: encode(child.input),
    state: child.kind === "reducer" ? encode(child.state) : null,
  };
}

function isSame(one: ChildRef, other: ChildRef): boolean {
  return one.childId === other.childId && one.generation === other.generation;
}

function toRef({ childId, generation }: ChildRef): ChildRef {
  return { childId, generation };
}
