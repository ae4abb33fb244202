/**
 * Drives a case in the runtime, on a real file, with a clock moved by hand. In one of its ways the process is
 * killed before every instruction, and the next one finds only what the file holds.
 */
import { copyFileSync, existsSync } from "node:fs";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createRuntime, openSqlite, SagaError } from "../../src/index.ts";
import type { AnySaga, ErrorCode, InstanceView, Runtime, TelemetryEvent } from "../../src/index.ts";
import { lint } from "../../src/saga/lint.ts";
import { isPromiseLogic } from "../../src/saga/lint-effects.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { sagaOf } from "../saga/steps.ts";
import { databasePath } from "../fixtures/world.ts";
import type { ActorObservation, Case, Instruction, Observation } from "./case.ts";
import { ROOT_ID } from "./live.ts";
import { Doings, ownTags, running, toError, toPlain, withDoings } from "./observe.ts";
import { prepare } from "./prepare.ts";
import { Stage } from "./stage.ts";

type Facts = Omit<ActorObservation, "effects">;

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
  return [...new Set(lint(toSaga(example, new Stage())).map(({ rule }) => rule))];
}

/** Takes any payload. */
const anything: StandardSchemaV1 = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) },
};

function toSaga({ machine, asDrawn, script }: Case, stage: Stage): AnySaga {
  const prepared = prepare(machine(stage), { withOnError: asDrawn !== true });
  const actors = Object.entries(prepared.implementations.actors as Record<string, unknown>);
  const activities = actors
    .filter(([, logic]) => isPromiseLogic(logic))
    .map(([src]) => [
      src,
      ({ idempotencyKey }: { idempotencyKey: string }) => stage.call(calledBy(idempotencyKey)),
    ]);
  // Not all that a script sends is drawn by its whole name.
  const sent = script.flatMap((each) => (each.kind === "send" ? [each.event.type] : []));
  return sagaOf(prepared, {
    name: "case",
    activities: Object.fromEntries(activities),
    events: Object.fromEntries(sent.map((type) => [type, anything])),
  });
}

class Performance {
  readonly #example: Case;
  readonly #stage = new Stage();
  readonly #clock = new ManualClock();
  readonly #doings = new Doings();
  #path = databasePath();
  #saga: AnySaga | undefined;
  #runtime: Runtime | undefined;

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
    this.#runtime = undefined;
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
    const { items } = await runtime.search({ saga: "case", limit: 200 });
    for (const { id } of items) {
      const view = await runtime.get({ name: "case" }, id);
      const path = pathOf(id);
      const facts = toFacts(view);
      if (path !== "" && facts.status !== "active") continue;
      actors.set(path, facts);
      for (const { activityId, status } of view.activities) {
        if (status !== "abandoned") actors.set(join(path, activityId), running);
      }
    }
    return withDoings(actors, this.#doings.take());
  }

  async #open(): Promise<void> {
    const saga = toSaga(this.#example, this.#stage);
    const runtime = await createRuntime({
      store: openSqlite(this.#path),
      sagas: [saga],
      clock: this.#clock,
      telemetry: (event) => {
        // A process that is dead has nothing more to tell.
        if (this.#runtime === runtime || this.#runtime === undefined) this.#note(event);
      },
    });
    this.#saga = saga;
    this.#runtime = runtime;
  }

  async #send(to: string, event: { type: string }): Promise<void> {
    try {
      const saga = this.#saga as AnySaga;
      await this.#runtime?.send(saga, join(ROOT_ID, to), event);
    } catch (error) {
      // Plain XState says nothing and stays as it is, which is compared.
      if (!(error instanceof SagaError) || !REFUSALS.includes(error.code)) throw error;
    }
  }

  #note(event: TelemetryEvent): void {
    if (event.kind !== "transition") return;
    const actor = pathOf(event.instanceId);
    for (const effect of event.effects) {
      if (effect.kind === "log") this.#doings.note(actor, "log", effect.label, effect.value);
    }
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

function toFacts(view: InstanceView): Facts {
  return {
    status: { completed: "done", failed: "error" }[view.phase as string] ?? "active",
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

function pathOf(instanceId: string): string {
  return instanceId === ROOT_ID ? "" : instanceId.slice(ROOT_ID.length + 1);
}

function join(...ids: readonly string[]): string {
  return ids.filter((id) => id !== "").join("/");
}
