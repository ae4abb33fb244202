/** Drives a case in plain XState: one process that never ends, a clock moved by hand. */
import { createActor, fromPromise } from "xstate";
import type {
  ActorRefLike,
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  InspectionEvent,
} from "xstate";
import { stateOf } from "../../src/saga/chart.ts";
import { isPromiseLogic } from "../../src/saga/logic.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import type { Case, Instruction, Observation } from "./case.ts";
import type { Facts } from "./observe.ts";
import { Doings, ownTags, running, toError, toPlain, withDoings } from "./observe.ts";
import { isMachine, prepare } from "./prepare.ts";
import { Stage } from "./stage.ts";

/** The actor of which all others are children. */
export const ROOT_ID = "case";

/** What is seen after the start and after each instruction. */
export async function driveLive(example: Case): Promise<readonly Observation[]> {
  const stage = new Stage();
  const clock = new ManualClock();
  const doings = new Doings();
  const machine = prepare(example.machine(stage), { withOnError: example.asDrawn !== true });
  const actor = createActor(withCalls(machine, stage), {
    id: ROOT_ID,
    input: example.input,
    clock: {
      setTimeout: (callback: () => void, delayMs: number) => clock.schedule(delayMs, callback),
      clearTimeout: (cancel: () => void) => cancel(),
    },
    logger: () => {},
    inspect: (event) => noteAction(event, doings),
  });
  // Without an observer for errors XState throws them into the process.
  actor.subscribe({ error: () => {} });
  actor.start();
  await clock.quiet();

  const seen = [observe(actor, doings, stage)];
  for (const instruction of example.script) {
    await carryOut(instruction, { actor, stage, clock });
    await clock.quiet();
    seen.push(observe(actor, doings, stage));
  }
  actor.stop();
  return seen;
}

async function carryOut(
  instruction: Instruction,
  { actor, stage, clock }: { actor: AnyActorRef; stage: Stage; clock: ManualClock },
): Promise<void> {
  switch (instruction.kind) {
    case "send": {
      const to = descendant(actor, instruction.to);
      // One that has ended would only warn.
      if ((to.getSnapshot() as AnyMachineSnapshot).status === "active") to.send(instruction.event);
      return;
    }
    case "advance":
      return clock.advance(instruction.byMs);
    case "settle":
      stage.settle(instruction);
      return;
    case "say":
      stage.say(instruction);
      return;
  }
}

function descendant(actor: AnyActorRef, path: string): AnyActorRef {
  let found = actor;
  for (const id of path === "" ? [] : path.split("/")) {
    const child = childrenOf(found)[id];
    if (child === undefined) throw new Error(`there is no actor "${path}"`);
    found = child;
  }
  return found;
}

/** The machine with its promises in the hands of the script. */
function withCalls(machine: AnyStateMachine, stage: Stage): AnyStateMachine {
  const actors = Object.entries(machine.implementations.actors as Record<string, unknown>);
  const provided = actors.map(([src, logic]) => {
    if (isMachine(logic)) return [src, withCalls(logic, stage)];
    if (!isPromiseLogic(logic)) return [src, logic];
    return [src, fromPromise(({ self }) => stage.call(pathOf(self)))];
  });
  return machine.provide({ actors: Object.fromEntries(provided) as never }) as AnyStateMachine;
}

function noteAction(event: InspectionEvent, doings: Doings): void {
  if (event.type !== "@xstate.action") return;
  const actor = pathOf(event.actorRef);
  const { type, params } = event.action;
  switch (type) {
    case "xstate.log": {
      const { label, value } = params as { label?: string; value: unknown };
      return doings.note("effects", actor, ["log", label ?? null, value]);
    }
    case "xstate.emit":
      return doings.note("effects", actor, ["emit", (params as { event: unknown }).event]);
    default:
      if (type.startsWith("xstate.")) return;
      doings.note("effects", actor, ["act", type, params]);
      doings.note("performed", actor, [type, params]);
  }
}

function observe(actor: AnyActorRef, doings: Doings, stage: Stage): Observation {
  const actors = new Map<string, Facts>();
  look(actor, actors);
  for (const note of stage.takeNotes()) doings.note("performed", "(stage)", note);
  return withDoings(actors, doings.take());
}

function look(actor: AnyActorRef, actors: Map<string, Facts>): void {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot;
  const path = pathOf(actor);
  if (path !== "" && snapshot.status !== "active") return;
  if (!("_nodes" in snapshot)) {
    actors.set(path, running);
    return;
  }
  actors.set(path, {
    status: snapshot.status,
    state: stateOf(snapshot),
    tags: ownTags(snapshot.tags),
    context: toPlain(snapshot.context),
    output: snapshot.output as unknown,
    error: toError(snapshot.error),
    timers: timersOf(actor),
  });
  for (const child of Object.values(childrenOf(actor))) {
    if (child !== undefined) look(child, actors);
  }
}

function childrenOf(actor: AnyActorRef): Readonly<Record<string, AnyActorRef | undefined>> {
  const { children } = actor.getSnapshot() as { children?: Record<string, AnyActorRef> };
  return children ?? {};
}

interface ScheduledEvent {
  readonly source: AnyActorRef;
  readonly event: { readonly type: string };
}

function timersOf(actor: AnyActorRef): readonly string[] {
  const { _scheduledEvents: scheduled } = actor.system.getSnapshot() as {
    _scheduledEvents: Record<string, ScheduledEvent>;
  };
  return Object.values(scheduled)
    .filter(({ source }) => source === actor)
    .map(({ event }) => event.type)
    .toSorted();
}

/** Ids from below the root on. */
function pathOf(actor: ActorRefLike): string {
  const { id, _parent } = actor as AnyActorRef & { readonly _parent?: AnyActorRef };
  if (_parent === undefined) return "";
  return [pathOf(_parent), id].filter((part) => part !== "").join("/");
}
