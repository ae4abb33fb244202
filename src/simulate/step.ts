/** Steps as a reader sees them: what each frame of a simulation was, in data and in words. */
import type { AnyMachineSnapshot, AnyStateNode, EventObject } from "xstate";
import { stateOf } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AskedAction, Effect, PendingTimer } from "../saga/effect.ts";
import type { Phase } from "../saga/phase.ts";
import { phaseOf } from "../saga/phase.ts";
import type { Address } from "../saga/ref.ts";
import { trailOf } from "../saga/microsteps.ts";
import { inPlaceOf } from "../testing/ledger.ts";
import { timerName, wordsOf } from "../testing/path-name.ts";
import type { Setting } from "../testing/position.ts";
import { changesBetween } from "./changes.ts";
import type { Change } from "./changes.ts";
import type { SimulationMove } from "./path.ts";
import type { Cause, Frame, Point, Verdict } from "./point.ts";

export interface SimulationStep {
  /** Which move of the path it belongs to; -1: the start. */
  readonly move: number;
  readonly cause: Cause;
  readonly verdict: Verdict;
  readonly words: string;
  /** Type of the event that the chart heard, or null. */
  readonly event: string | null;
  /** Since the start of the instance. */
  readonly atMs: number;
  /** Counts from 1; moves that the chart hears nothing of make none. */
  readonly revision: number;
  readonly state: string;
  readonly phase: Phase;
  /** Ids of the active states, those around the leaves among them. */
  readonly active: readonly string[];
  /** Ids of the states that were entered, and of those that were left again in this very step. */
  readonly entered: readonly string[];
  readonly through: readonly string[];
  readonly left: readonly string[];
  /** Ids of the edges that were taken, as drawings name them. */
  readonly edges: readonly string[];
  /** Of the context. */
  readonly changes: readonly Change[];
  readonly effects: readonly EffectWords[];
  /** Names of the activities whose effects are in place. */
  readonly inPlace: readonly string[];
  /** What the chart threw, or null. */
  readonly fault: string | null;
}

/** An effect in words. `isDone`: the simulation does what it asks for; otherwise it is only told. */
export interface EffectWords {
  readonly kind: Effect["kind"];
  readonly text: string;
  readonly isDone: boolean;
}

export function toStep(
  setting: Setting,
  frame: Frame,
  { move, at }: { move: SimulationMove | null; at: number },
): SimulationStep {
  const { before, after, heard } = frame;
  const { snapshot } = after.standing;
  const active = activeIds(after);
  const wasActive = before === null ? [] : activeIds(before);
  const trail = trailOfFrame(setting, frame);
  const passed = trail.states.filter((id) => !active.includes(id) && !wasActive.includes(id));
  return {
    move: at,
    cause: frame.cause,
    verdict: frame.verdict,
    words: wordsOfFrame(frame, move),
    event: heard?.type ?? null,
    atMs: after.nowMs - setting.startMs,
    revision: after.revision,
    state: stateOf(snapshot),
    phase: phaseOf(snapshot),
    active,
    entered: active.filter((id) => !wasActive.includes(id)),
    through: passed,
    left: wasActive.filter((id) => !active.includes(id)),
    edges: trail.edges,
    changes:
      before === null ? [] : changesBetween(before.standing.snapshot.context, snapshot.context),
    effects: frame.effects.map(effectWords),
    inPlace: inPlaceOf(after.ledger),
    fault: frame.fault,
  };
}

export function activeIds({ standing }: Point): readonly string[] {
  return (standing.snapshot._nodes as readonly AnyStateNode[]).map(({ id }) => id);
}

/** Ids of the edges that were taken and of the states that were active at some time. */
interface TrailIds {
  readonly edges: readonly string[];
  readonly states: readonly string[];
}

function trailOfFrame({ chart }: Setting, { before, heard, verdict }: Frame): TrailIds {
  const isMoved = before !== null && heard !== null && verdict === "applied";
  return isMoved ? trailIds(chart, before.standing.snapshot, heard) : { edges: [], states: [] };
}

/** What an event goes through that the chart takes. */
export function trailIds(chart: Chart, snapshot: AnyMachineSnapshot, event: EventObject): TrailIds {
  if (snapshot.status !== "active") return { edges: [], states: [] };
  const { root } = chart.machine;
  const trail = trailOf(chart, snapshot, event);
  return {
    edges: [...trail.transitions].map(({ id }) => id),
    states: [...trail.states].map((path) => (path === root.key ? root.id : stateId(root, path))),
  };
}

function stateId(root: AnyStateNode, path: string): string {
  let node: AnyStateNode | undefined = root;
  for (const key of path.split(".")) node = node?.states[key] as AnyStateNode | undefined;
  return node?.id ?? path;
}

function wordsOfFrame({ cause, verdict, heard }: Frame, move: SimulationMove | null): string {
  switch (cause) {
    case "start":
      return "the instance starts";
    case "move":
      return `${move === null ? "" : moveWords(move)}${verdict === "parked" ? ", and is kept" : ""}`;
    case "timer":
      return `${timerWords(heard?.type ?? "")} fires`;
    case "parked":
      return `${heard?.type ?? ""}, which came early, is taken`;
    case "message":
      return `${heard?.type ?? ""} comes from the instance itself`;
    case "lapse":
      return "the lease of an attempt that was left lapses";
  }
}

/** One move in words. */
function moveWords(move: SimulationMove): string {
  switch (move.kind) {
    case "wait":
      return `${spanText(move.ms)} pass`;
    case "child":
      return `child ${move.childId} ${move.ending === "done" ? "is done" : "fails"}`;
    case "fire":
      return `${timerWords(move.event)} fires`;
    case "settle":
    case "send":
    case "takeEffect":
    case "settleLate":
    case "lapse":
    case "crash":
      return wordsOf(move);
  }
}

/** A timer by its delay and its state: `1 min of waiting`; one that the chart named itself by its event. */
export function timerWords(eventType: string): string {
  const name = timerName(eventType);
  const [, ms, state] = /^(\d+) of (.+)$/.exec(name) ?? [];
  return ms === undefined ? name : `${spanText(Number(ms))} of ${state}`;
}

function timerText({ event }: PendingTimer, delayMs: number | null): string {
  const name = timerName(event.type);
  const [, said, state] = /^(\S+) of (.+)$/.exec(name) ?? [];
  if (said === undefined || !/^\d+$/.test(said)) {
    return `${name}${delayMs === null ? "" : `, ${spanText(delayMs)}`}`;
  }
  return `the timer of ${state}, ${spanText(Number(said))}`;
}

/** `1 h 30 min`, `250 ms`. */
function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const parts: string[] = [];
  let left = Math.round(ms / 1_000);
  for (const [unit, seconds] of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

function effectWords(effect: Effect): EffectWords {
  const { kind } = effect;
  return { kind, text: effectText(effect), isDone: doneKinds.has(kind) };
}

const doneKinds: ReadonlySet<Effect["kind"]> = new Set([
  "startActivity",
  "leaveActivity",
  "setTimer",
  "cancelTimer",
  "moveChild",
]);

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case "startActivity":
      return `begin ${effect.activity.src}, attempt ${effect.activity.attempt}`;
    case "leaveActivity":
      return `leave ${effect.activity.src}`;
    case "startChild":
      return `start ${childKinds[effect.child.kind]} ${effect.child.childId}`;
    case "stopChild":
      return `stop ${childKinds[effect.child.kind]} ${effect.child.childId}`;
    case "moveChild":
      return `move ${effect.child.childId}`;
    case "setTimer":
      return `set ${timerText(effect.timer, effect.delayMs)}`;
    case "cancelTimer":
      return `cancel ${timerText(effect.timer, null)}`;
    case "send":
      return `send ${effect.message.event.type} to ${addressText(effect.message.to)}`;
    case "tell":
      return `send ${effect.event.type} to ${effect.child.childId}`;
    case "act":
      return `perform ${actionText(effect.action)}`;
    case "emit":
      return `emit ${effect.event.type}`;
    case "log":
      return `log ${[effect.label, textOf(effect.value)].filter((part) => part !== null).join(": ")}`;
  }
}

const childKinds = { instance: "the child", live: "the actor", reducer: "the reducer" } as const;

function actionText({ type, params }: AskedAction): string {
  return params === undefined || params === null ? type : `${type}(${textOf(params)})`;
}

function addressText(address: Address): string {
  switch (address.kind) {
    case "self":
      return "itself";
    case "parent":
      return "its parent";
    case "child":
      return address.childId;
    case "instance":
      return `${address.saga}/${address.instanceId}`;
    case "system":
      return address.systemId;
  }
}

const TEXT_LENGTH_MAX = 200;

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`;
}
