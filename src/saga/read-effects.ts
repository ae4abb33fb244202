/**
 * The one reading of what XState left behind after a macrostep: its resolved actions, in order, and the
 * difference of its children.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../errors.ts";
import { ANNOUNCED } from "./announce.ts";
import { VISITED } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { normalize } from "./codec.ts";
import type {
  AskedAction,
  Effect,
  Macrostep,
  Pending,
  PendingChild,
  PendingTimer,
  Visits,
} from "./effect.ts";
import { operationKey } from "./idempotency-key.ts";
import { readChildren } from "./read-children.ts";
import { addressOf } from "./ref.ts";
import type { Address } from "./ref.ts";
import type { ResolvedAction } from "./scope.ts";
import { send } from "./send.ts";
import { withEntry } from "./with-entry.ts";

/** Later due times than this are no dates any more (ECMA-262, 21.4.1.1). */
const DUE_AT_MS_MAX = 8.64e15;

/** Reads a macrostep: its effects in order, and what is pending after them. */
export function readEffects(
  chart: Chart,
  pending: Pending,
  macrostep: Macrostep,
): { effects: readonly Effect[]; pending: Pending } {
  const { timers: had, activities: awaited, children: family } = pending;
  const visits = readVisits(pending.visits, macrostep);
  const standing = { timers: had, activities: awaited, children: family, visits };
  const compared = readChildren(chart, standing, macrostep);
  const reading: Reading = {
    effects: [...compared.reported],
    timers: pending.timers,
    children: compared.pending.children,
    stopping: compared.stopped,
    asked: 0,
  };
  for (const action of macrostep.actions) readAction(chart, reading, action, macrostep);

  const { effects } = reading;
  effects.push(...compared.effects);
  for (const child of reading.stopping) effects.push({ kind: "stopChild", child });
  const isActive = macrostep.after.status === "active";
  // An end emits no cancel in every case: an instance in error keeps its timers and exits nothing.
  if (!isActive) for (const timer of reading.timers) effects.push({ kind: "cancelTimer", timer });
  const { activities, visits: startedVisits } = compared.pending;
  const { children } = reading;
  const timers = isActive ? reading.timers : [];
  return { effects, pending: { timers, activities, children, visits: startedVisits } };
}

function readVisits(visits: Visits, { actions, revision }: Macrostep): Visits {
  let next = visits;
  for (const action of actions) {
    if (action.type !== VISITED) continue;
    const { stateId } = action.params as { stateId: string };
    next = withEntry(next, stateId, { revision, starts: {} });
  }
  return next;
}

/** What is known after some of the actions; each of them adds to it. */
interface Reading {
  readonly effects: Effect[];
  timers: readonly PendingTimer[];
  children: readonly PendingChild[];
  /** Children that are left, and have not been told so yet. */
  stopping: readonly PendingChild[];
  /** Timers and actions so far: makes their ids. */
  asked: number;
}

function readAction(
  chart: Chart,
  reading: Reading,
  action: ResolvedAction,
  macrostep: Macrostep,
): void {
  const { params } = action;
  const { effects } = reading;
  switch (action.type) {
    case "xstate.raise":
      setTimer(reading, toTimer(params as Delayed, null, reading.asked, macrostep));
      return;
    case "xstate.sendTo":
      readSend(chart, reading, params as Delayed & { to: unknown }, macrostep);
      return;
    case "xstate.cancel":
      readCancel(reading, (params as { sendId: string }).sendId);
      return;
    case "xstate.stopChild":
      readStop(reading, params);
      return;
    case "xstate.log": {
      const { label, value } = params as { label?: string; value: unknown };
      effects.push({ kind: "log", label: label ?? null, value });
      return;
    }
    case "xstate.emit": {
      const { event } = params as { event: EventObject };
      effects.push({ kind: "emit", event: normalize(event) as EventObject });
      return;
    }
    // Seen in the difference of the children, or by readVisits.
    case "xstate.spawnChild":
    case ANNOUNCED:
    case VISITED:
      return;
    default:
      effects.push({ kind: "act", action: toAsked(chart, action, reading.asked, macrostep) });
      reading.asked += 1;
  }
}

function setTimer(reading: Reading, set: { timer: PendingTimer; delayMs: number } | null): void {
  if (set === null) return;
  reading.timers = [...reading.timers, set.timer];
  reading.effects.push({ kind: "setTimer", ...set });
  reading.asked += 1;
}

function readCancel(reading: Reading, sendId: string): void {
  for (const timer of reading.timers) {
    if (timer.sendId === sendId) reading.effects.push({ kind: "cancelTimer", timer });
  }
  reading.timers = reading.timers.filter((timer) => timer.sendId !== sendId);
}

/** A stop has its place among what is sent: what a chart sends before it still arrives. */
function readStop(reading: Reading, ref: unknown): void {
  const address = addressOf(ref);
  const child = reading.stopping.find(
    ({ childId, generation }) =>
      address?.kind === "child" && address.childId === childId && address.generation === generation,
  );
  if (child === undefined) return;
  reading.stopping = reading.stopping.filter((one) => one !== child);
  reading.effects.push({ kind: "stopChild", child });
}

interface Delayed {
  readonly event: EventObject;
  readonly id?: string;
  readonly delay?: unknown;
}

function readSend(
  chart: Chart,
  reading: Reading,
  params: Delayed & { readonly to: unknown },
  macrostep: Macrostep,
): void {
  const to = addressOf(params.to);
  if (to === null) throw failed(`"${params.event.type}" is sent to something that is no actor`);
  if (typeof params.delay === "number") {
    setTimer(reading, toTimer(params, to, reading.asked, macrostep));
    return;
  }
  if (params.delay !== undefined) throw badDelay(params.event.type, params.delay);
  const event = normalize(params.event) as EventObject;
  const family = [...reading.children, ...reading.stopping];
  const sent = send(chart, family, { to, event });
  reading.children = sent.children.slice(0, reading.children.length);
  reading.effects.push(...sent.effects);
}

/** Null if the event was consumed inside this same macrostep. `to`: null for an event to the instance itself. */
function toTimer(
  { event, id, delay }: Delayed,
  to: Address | null,
  count: number,
  { revision, nowMs }: Macrostep,
): { timer: PendingTimer; delayMs: number } | null {
  if (typeof delay !== "number") {
    // XState takes a delay that is no number for none, and the timeout would strike at once.
    if (event.type.startsWith("xstate.after.")) throw badDelay(event.type, delay);
    return null;
  }
  const dueAtMs = nowMs + Math.max(0, Math.ceil(delay));
  if (!(dueAtMs <= DUE_AT_MS_MAX)) throw badDelay(id ?? event.type, delay);
  const timer = {
    timerId: `${revision}.${count}`,
    sendId: id ?? null,
    event: normalize(event) as EventObject,
    to: to?.kind === "self" ? null : to,
    dueAtMs,
  };
  return { timer, delayMs: dueAtMs - nowMs };
}

function badDelay(name: string, delay: unknown): SagaError {
  return failed(`the delay of "${name}" is ${String(delay)}; give a number of milliseconds`);
}

function toAsked(
  { saga }: Chart,
  { type, params, info, exec }: ResolvedAction,
  count: number,
  { instanceId, revision }: Macrostep,
): AskedAction {
  const drawn = (saga.machine.implementations.actions as Record<string, unknown>)[type];
  const isNamed = Object.hasOwn(saga.actions, type) || (drawn !== undefined && drawn === exec);
  if (!isNamed) {
    throw failed(`action "${type}" has no name that a restart could find; register it in setup`);
  }
  // What is given to defineSaga works by its params alone; XState's own kind may look at all of it.
  const isBlind =
    Object.hasOwn(saga.actions, type) || (typeof drawn === "function" && drawn.length === 0);
  const { context, event } = info;
  return {
    type,
    params: normalize(params),
    seen: isBlind
      ? null
      : (normalize({ context: context as unknown, event }) as AskedAction["seen"]),
    idempotencyKey: operationKey([saga.name, instanceId, type, `${revision}.${count}`]),
  };
}

function failed(what: string): SagaError {
  return new SagaError("SAGA_TRANSITION_FAILED", what);
}
