/**
 * Drives a case in the runtime, on a real file, with a clock moved by hand. In one of its ways the process is
 * killed before every instruction, and the next one finds only what the file holds.
 */
import { copyFileSync, existsSync } from "node:fs";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { AnyStateMachine } from "xstate";
import { createRuntime, openSqlite, SagaError } from "../../src/index.ts";
import type { AnySaga, ErrorCode, InstanceView, Runtime, TelemetryEvent } from "../../src/index.ts";
import { lint } from "../../src/saga/lint.ts";
import type { Effect } from "../../src/saga/effect.ts";
import { familyOf } from "../../src/saga/family.ts";
import { isPromiseLogic } from "../../src/saga/logic.ts";
import { toBuiltIn } from "../../src/saga/mentions.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { sagaOf } from "../saga/steps.ts";
import { databasePath } from "../fixtures/world.ts";
import type { Case, Instruction, Observation } from "./case.ts";
import { ROOT_ID } from "./live.ts";
import type { Facts } from "./observe.ts";
import { Doings, ownTags, running, toError, toPlain, withDoings } from "./observe.ts";
import { isMachine, prepare } from "./prepare.ts";
import { Stage } from "./stage.ts";

/** Of the saga; those of child machines begin with it. */
const NAME = "case";

/** `killed`: a new process for every instruction. `whole`: one process for all, in which late answers can come. */
export type Way = "killed" | "whole";

/** What is seen after the start and after each instruction. */
export async function driveDurably(example: Case, way: Way): Promise<readonly Observation[]> {
  const performance = new Performance(example);
  await performance.begin();
  const seen = [await performance.observe()];
  for (const instruction of example.script) {
    if (way === "killed") await performance.die();
    await performance.carryOut(instruction);
    seen.push(await performance.observe());
  }
  await performance.end();
  return seen;
}

/** Rules of lint that refuse the case's machine, each once. */
export function findingsOf(example: Case): readonly string[] {
  const sagas = familyOf(toSaga(example, { stage: new Stage(), perform: () => {} }));
  return [...new Set(sagas.flatMap(lint).map(({ rule }) => rule))];
}

/** What the world does for a case's machine. */
interface World {
  readonly stage: Stage;
  readonly perform: (idempotencyKey: string, type: string, params: unknown) => void;
}

function toSaga(example: Case, world: World): AnySaga {
  const machine = prepare(example.machine(world.stage), { withOnError: example.asDrawn !== true });
  return sagaOf(machine, { name: NAME, ...toDefinition(machine, example, world) });
}

/** Takes any payload. */
const anything: StandardSchemaV1 = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) },
};

function toDefinition(
  machine: AnyStateMachine,
  example: Case,
  world: World,
): Pick<AnySaga, "activities" | "actions" | "children" | "events"> {
  const actors = Object.entries(machine.implementations.actors as Record<string, unknown>);
  const activities = actors
    .filter(([, logic]) => isPromiseLogic(logic))
    .map(([src]) => [
      src,
      ({ idempotencyKey }: { idempotencyKey: string }) =>
        world.stage.call(calledBy(idempotencyKey)),
    ]);
  const children = actors.flatMap(([src, logic]) =>
    isMachine(logic) ? [[src, toDefinition(logic, example, world)] as const] : [],
  );
  const custom = Object.entries(machine.implementations.actions as Record<string, unknown>)
    .filter(([, body]) => toBuiltIn(body) === null)
    .map(([type]) => [
      type,
      ({ params, idempotencyKey }: { params: unknown; idempotencyKey: string }) =>
        world.perform(idempotencyKey, type, params),
    ]);
  // Not all that a script sends is drawn by its whole name.
  const sent = example.script.flatMap((each) => (each.kind === "send" ? [each.event.type] : []));
  return {
    activities: Object.fromEntries(activities),
    children: Object.fromEntries(children),
    actions: example.ownActions === true ? {} : Object.fromEntries(custom),
    events: Object.fromEntries(
      sent.filter((type) => !type.startsWith("xstate.")).map((type) => [type, anything]),
    ),
  };
}

class Performance {
  readonly #example: Case;
  readonly #stage = new Stage();
  readonly #clock = new ManualClock();
  readonly #doings = new Doings();
  #path = databasePath();
  #saga: AnySaga | undefined;
  #runtime: Runtime | undefined;
  #processes = 0;
  /** Keys of actions that were performed: at least once is once. */
  readonly #performed = new Set<string>();

  constructor(example: Case) {
    this.#example = example;
  }

  async begin(): Promise<void> {
    await this.#open();
    const { input } = this.#example;
    const options = { instanceId: ROOT_ID, input: input as never };
    await this.#runtime?.start(this.#saga as AnySaga, options);
    await this.#clock.quiet();
  }

  async die(): Promise<void> {
    const dying = this.#runtime;
    this.#path = killedCopy(this.#path);
    this.#processes += 1;
    await dying?.close({ graceMs: 0 });
    await this.#open();
    await this.#clock.quiet();
  }

  async end(): Promise<void> {
    await this.#runtime?.close({ graceMs: 0 });
  }

  async carryOut(instruction: Instruction): Promise<void> {
    switch (instruction.kind) {
      case "send":
        await this.#send(instruction.to, instruction.event);
        break;
      case "advance":
        await this.#clock.advance(instruction.byMs);
        break;
      case "settle":
        this.#stage.settle(instruction);
        break;
      case "say":
        this.#stage.say(instruction);
        break;
    }
    await this.#clock.quiet();
  }

  async observe(): Promise<Observation> {
    const runtime = this.#runtime as Runtime;
    const actors = new Map<string, Facts>();
    const { items } = await runtime.search({ limit: 200 });
    for (const { saga, id } of items) {
      const view = await runtime.get({ name: saga }, id);
      const path = pathOf(id);
      const facts = toFacts(view);
      if (path !== "" && facts.status !== "active") continue;
      actors.set(path, facts);
      for (const { activityId, status } of view.activities) {
        if (status !== "abandoned") actors.set(join(path, activityId), running);
      }
      for (const { childId, kind } of view.children) {
        if (kind !== "instance") actors.set(join(path, childId), running);
      }
    }
    for (const note of this.#stage.takeNotes()) this.#doings.note("performed", "(stage)", note);
    return withDoings(actors, this.#doings.take());
  }

  async #open(): Promise<void> {
    const saga = toSaga(this.#example, {
      stage: this.#stage,
      perform: (key, type, params) => this.#perform(key, type, params),
    });
    this.#processes += 1;
    const process = this.#processes;
    this.#runtime = await createRuntime({
      store: openSqlite(this.#path),
      sagas: [saga],
      clock: this.#clock,
      telemetry: (event) => {
        // A process that is dead has nothing more to tell.
        if (this.#processes === process) this.#note(event);
      },
    });
    this.#saga = saga;
  }

  async #send(to: string, event: { type: string }): Promise<void> {
    try {
      const { saga, instanceId } = await this.#addressOf(to);
      await this.#runtime?.send({ ...(this.#saga as AnySaga), name: saga }, instanceId, event);
    } catch (error) {
      // Plain XState says nothing and stays as it is, which is compared.
      if (!(error instanceof SagaError) || !REFUSALS.includes(error.code)) throw error;
    }
  }

  /** Of several children that had one id in turn, the newest. */
  async #addressOf(path: string): Promise<{ saga: string; instanceId: string }> {
    if (path === "") return { saga: NAME, instanceId: ROOT_ID };
    const { items = [] } = (await this.#runtime?.search({ limit: 200 })) ?? {};
    const found = items.find(({ id }) => pathOf(id) === path);
    if (found === undefined) throw new Error(`there is no instance "${path}"`);
    return { saga: found.saga, instanceId: found.id };
  }

  #perform(idempotencyKey: string, type: string, params: unknown): void {
    if (this.#performed.has(idempotencyKey)) return;
    this.#performed.add(idempotencyKey);
    const [, instanceId = ""] = idempotencyKey.split("/").map(decodeURIComponent);
    this.#doings.note("performed", pathOf(instanceId), [type, params]);
  }

  #note(event: TelemetryEvent): void {
    if (event.kind !== "transition") return;
    const actor = pathOf(event.instanceId);
    for (const effect of event.effects) {
      const told = toTold(effect);
      if (told !== null) this.#doings.note("effects", actor, told);
    }
    if (this.#example.ownActions !== true) return;
    for (const effect of event.effects) {
      if (effect.kind !== "act") continue;
      this.#doings.note("performed", actor, [effect.action.type, effect.action.params]);
    }
  }
}

/** What is compared of an effect; null for one that shows in the actors. */
function toTold(effect: Effect): readonly unknown[] | null {
  switch (effect.kind) {
    case "log":
      return ["log", effect.label, effect.value];
    case "emit":
      return ["emit", effect.event];
    case "act":
      return ["act", effect.action.type, effect.action.params];
    case "startActivity":
    case "leaveActivity":
    case "startChild":
    case "stopChild":
    case "moveChild":
    case "setTimer":
    case "cancelTimer":
    case "send":
    case "tell":
      return null;
  }
}

/** What a kill -9 now would leave on disk. Nothing is being written, so the two files belong together. */
function killedCopy(path: string): string {
  const copy = databasePath();
  for (const suffix of ["", "-wal"]) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  }
  return copy;
}

/** XState's status of an instance that has ended, by its phase. */
const STATUSES: Readonly<Record<string, string>> = {
  completed: "done",
  failed: "error",
  stopped: "stopped",
};

function toFacts(view: InstanceView): Facts {
  return {
    status: STATUSES[view.phase as string] ?? "active",
    state: view.state,
    tags: ownTags(view.tags),
    context: toPlain(view.context),
    output: view.output,
    error: toError(view.error),
    timers: view.timers.map(({ event }) => event).toSorted(),
  };
}

/** The actor that an idempotency key is of. */
function calledBy(idempotencyKey: string): string {
  const [, instanceId = "", activityId = ""] = idempotencyKey.split("/").map(decodeURIComponent);
  return join(pathOf(instanceId), activityId);
}

/** How the runtime says that an event changes nothing. */
const REFUSALS: readonly ErrorCode[] = [
  "SAGA_CONTEXT_NOT_SERIALIZABLE",
  "SAGA_EVENT_NOT_ACCEPTED",
  "SAGA_INSTANCE_ENDED",
  "SAGA_TRANSITION_FAILED",
];

/** Without the number by which a child is told from those that had its id before. */
function pathOf(instanceId: string): string {
  return instanceId === ROOT_ID ? "" : instanceId.slice(ROOT_ID.length + 1).replace(/~\d+/g, "");
}

function join(...ids: readonly string[]): string {
  return ids.filter((id) => id !== "").join("/");
}
