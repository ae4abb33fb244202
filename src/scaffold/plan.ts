/**
 * The plan of a new saga: its stages in order, what undoes each, and the pivot, after which it only goes
 * forward. A plan that could not keep the promise of a saga is refused before a line is written.
 */
import { SagaError } from "../errors.ts";
import { participleOf } from "./participle.ts";

export interface Step {
  /** The activity, in camelCase: `chargePayment`. */
  readonly name: string;
  /** The activity that undoes it; null: nothing does. */
  readonly undo: string | null;
}

/** What a saga does at one place of its way. */
export type Stage =
  | { readonly kind: "step"; readonly step: Step }
  /** All at once; it goes on when each of them is done. */
  | { readonly kind: "parallel"; readonly steps: readonly Step[] }
  /** Until an event comes from outside, but not for ever. */
  | { readonly kind: "wait"; readonly event: string }
  /** Until a person has decided; he is reminded, and not waited for for ever. */
  | { readonly kind: "approval" };

export interface Plan {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** Name of the step after which nothing is undone any more; null: all can be undone until the end. */
  readonly pivot: string | null;
}

export interface PlanRequest {
  readonly name: string;
  /** In order; steps that are to run at the same time stand one after the other. */
  readonly stages: readonly Exclude<Stage, { kind: "parallel" }>[];
  /** Groups of names of steps. */
  readonly parallel: readonly (readonly string[])[];
  /** Left out: the first step that nothing undoes, if there is one. */
  readonly pivot?: string | undefined;
}

/** Longer names would not fit into the lines that are written. */
export const NAME_LENGTH_MAX = 22;
export const STAGES_MAX = 20;
const GROUP_MIN = 2;

const SAGA_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const STEP_NAME = /^[a-z][a-zA-Z0-9]*$/;
const EVENT_NAME = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/** Names that the written chart uses for something else. */
const TAKEN: readonly string[] = [
  "approve",
  "askForApproval",
  "attempt",
  "instance",
  "members",
  "step",
  "constructor",
  "toString",
  "valueOf",
];
const STATES_TAKEN: readonly string[] = ["awaitingApproval", "compensating", "undone"];

/** @throws {SagaError} SAGA_COMMAND_INVALID that says what cannot be, and what could. */
export function toPlan({ name, stages, parallel, pivot }: PlanRequest): Plan {
  assertSagaName(name);
  if (stages.length === 0) throw invalid("a saga needs at least one step: --step charge:refund");
  if (stages.length > STAGES_MAX) {
    throw invalid(
      `${stages.length} stages are more than ${STAGES_MAX}; make several sagas of them`,
    );
  }
  for (const stage of stages) checkStage(stage);
  const steps = stages.flatMap((stage) => (stage.kind === "step" ? [stage.step] : []));
  if (steps.length === 0) throw invalid("a saga needs at least one step: --step charge:refund");
  checkDistinct(stages);
  const plan = { name, stages: grouped(stages, parallel), pivot: pivotOf(steps, pivot) };
  checkPivot(plan);
  return plan;
}

/** @throws {SagaError} SAGA_COMMAND_INVALID */
export function assertSagaName(name: string): void {
  checkName("the name of the saga", name, SAGA_NAME, "lower case letters, digits and hyphens");
}

/** The steps of a stage. */
export function stepsOf(stage: Stage): readonly Step[] {
  if (stage.kind === "step") return [stage.step];
  return stage.kind === "parallel" ? stage.steps : [];
}

/** Whether nothing is undone any more once the stage at this place is reached. */
export function isBehindPivot({ stages, pivot }: Plan, index: number): boolean {
  const pivotIndex = stages.findIndex((stage) => stepsOf(stage).some(({ name }) => name === pivot));
  return pivotIndex !== -1 && index > pivotIndex;
}

/** `charge:refund`, `ship`. @throws {SagaError} SAGA_COMMAND_INVALID */
export function toStep(argument: string): Step {
  const [name = "", undo = null, ...rest] = argument.split(":");
  if (rest.length > 0) {
    throw invalid(`step "${argument}" has more than one ":"; write --step charge:refund`);
  }
  return { name, undo };
}

function checkStage(stage: PlanRequest["stages"][number]): void {
  if (stage.kind === "wait") {
    checkName("an event", stage.event, EVENT_NAME, "upper case letters, digits and underscores");
  }
  if (stage.kind !== "step") return;
  const { name, undo } = stage.step;
  checkName("a step", name, STEP_NAME, "letters and digits in camelCase, such as chargePayment");
  if (undo === null) return;
  checkName("an undo", undo, STEP_NAME, "letters and digits in camelCase, such as refundPayment");
}

function checkName(what: string, name: string, pattern: RegExp, allowed: string): void {
  if (!pattern.test(name) || name.length > NAME_LENGTH_MAX) {
    throw invalid(`${what} cannot be "${name}"; use 1-${NAME_LENGTH_MAX} ${allowed}`);
  }
  if (TAKEN.includes(name)) {
    throw invalid(`${what} cannot be "${name}", which the chart uses itself`);
  }
}

/** No two activities, and no two states, of one name. */
function checkDistinct(stages: PlanRequest["stages"]): void {
  const names = stages.flatMap((stage) => {
    if (stage.kind === "step") return [stage.step.name, stage.step.undo].filter((n) => n !== null);
    return [stage.kind === "wait" ? stage.event : "--human"];
  });
  const seen = new Map<string, string>(STATES_TAKEN.map((state) => [state, "the chart itself"]));
  for (const name of names) {
    const state = participleOf(name);
    const other = seen.get(state);
    if (other !== undefined) {
      const why = other === name ? "is given twice" : `would share a state with "${other}"`;
      throw invalid(`"${name}" ${why}; use another name`);
    }
    seen.set(state, name);
  }
}

function grouped(
  stages: PlanRequest["stages"],
  parallel: PlanRequest["parallel"],
): readonly Stage[] {
  let result: readonly Stage[] = stages;
  for (const names of parallel) result = withGroup(result, names);
  return result;
}

function withGroup(stages: readonly Stage[], names: readonly string[]): readonly Stage[] {
  const list = names.join(",");
  if (names.length < GROUP_MIN || new Set(names).size < names.length) {
    throw invalid(`--parallel ${list} needs at least ${GROUP_MIN} different steps`);
  }
  const indexes = names.map((name) =>
    stages.findIndex((stage) => stage.kind === "step" && stage.step.name === name),
  );
  const missing = names.find((_, index) => indexes[index] === -1);
  if (missing !== undefined) {
    throw invalid(
      `--parallel ${list} names "${missing}", which is no step of its own; give --step`,
    );
  }
  const first = Math.min(...indexes);
  const between = stages.slice(first, Math.max(...indexes) + 1);
  if (between.length !== names.length) {
    throw invalid(`the steps of --parallel ${list} do not stand one after the other; reorder them`);
  }
  const group: Stage = { kind: "parallel", steps: between.flatMap(stepsOf) };
  return [...stages.slice(0, first), group, ...stages.slice(first + names.length)];
}

function pivotOf(steps: readonly Step[], pivot: string | undefined): string | null {
  if (pivot === undefined) return steps.find(({ undo }) => undo === null)?.name ?? null;
  if (steps.some(({ name }) => name === pivot)) return pivot;
  const known = steps.map(({ name }) => name).join(", ");
  throw invalid(`--pivot ${pivot} is none of the steps: ${known}`);
}

function checkPivot(plan: Plan): void {
  const { stages, pivot } = plan;
  for (const [index, stage] of stages.entries()) {
    if (isBehindPivot(plan, index)) {
      if (stage.kind !== "approval") continue;
      throw invalid(
        `a person decides (--human) after the pivot "${pivot}", where nobody can say no; put it before`,
      );
    }
    const steps = stepsOf(stage);
    if (stage.kind === "parallel" && steps.some(({ name }) => name === pivot)) {
      throw invalid(
        `the pivot "${pivot}" cannot run in parallel with others; give it an undo, or a place of its own`,
      );
    }
    const final = steps.find(({ name, undo }) => undo === null && name !== pivot);
    if (final !== undefined) {
      throw invalid(
        `step "${final.name}" comes before the pivot "${pivot}" and nothing undoes it; give it an undo (--step ${final.name}:<undo>), or make it the pivot`,
      );
    }
  }
}

function invalid(message: string): SagaError {
  return new SagaError("SAGA_COMMAND_INVALID", message);
}
