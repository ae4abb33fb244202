/** The way forward: the states of each stage, and where each leads. */
import { array, object, openObject, text } from "./code.ts";
import type { Code } from "./code.ts";
import { ASK_FOR_APPROVAL, patienceOf, stateOf } from "./names.ts";
import { participleOf } from "./participle.ts";
import { isBehindPivot, stepsOf } from "./plan.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { stepStates } from "./step-states.ts";

/** The states of the stage at this place. */
export function stageStates(plan: Plan, index: number): Code {
  const stage = plan.stages[index] as Stage;
  switch (stage.kind) {
    case "step":
      return stepStage(plan, index, stage.step);
    case "parallel":
      return parallelStage(plan, index, stage.steps);
    case "wait":
      return isBehindPivot(plan, index)
        ? patientWait(plan, index, stage.event)
        : openObject({
            tags: text("forward"),
            entry: startOf(stage.event),
            on: openObject({
              [stage.event]: text(stateOf(plan, index + 1)),
              "saga.cancel": cancelTo(undoBefore(plan, index)),
            }),
            after: expiry(patienceOf(stage.event), undoBefore(plan, index)),
          });
    case "approval":
      return approvalStage(plan, index);
  }
}

/** Where the way back begins for all that came before this place. */
function undoBefore({ name, stages }: Plan, index: number): string {
  const undos = stages
    .slice(0, index)
    .flatMap(stepsOf)
    .flatMap(({ undo }) => undo ?? []);
  const last = undos.at(-1);
  return last === undefined ? "compensated" : undoState(name, last);
}

function undoState(name: string, undo: string): string {
  return `#${name}.compensating.${participleOf(undo)}`;
}

function stepStage(plan: Plan, index: number, { name, undo }: Step): Code {
  const isBehind = isBehindPivot(plan, index);
  const failing = isBehind ? "stuck" : undo === null ? "undoneIfRejected" : "undone";
  const own = undo === null ? null : undoState(plan.name, undo);
  const { entry, initial, states } = stepStates({
    activity: name,
    input: [],
    failing,
    phases: ["forward", "retrying"],
    isKept: true,
    isMember: false,
  });
  const next = text(stateOf(plan, index + 1));
  return openObject({
    entry,
    initial,
    // Of a step that nothing undoes nobody could say any more whether it happened.
    on: isBehind || own === null ? undefined : openObject({ "saga.cancel": cancelTo(own) }),
    states,
    meta: plan.pivot === name ? object({ pivot: "true" }) : undefined,
    onDone: isBehind
      ? next
      : array([
          ...(own === null ? [] : [object({ guard: text("outcomeUnknown"), target: text(own) })]),
          object({ guard: text("stepFailed"), target: text(undoBefore(plan, index)) }),
          object({ target: next }),
        ]),
  });
}

function parallelStage(plan: Plan, index: number, steps: readonly Step[]): Code {
  const isBehind = isBehindPivot(plan, index);
  const undo = undoBefore(plan, index + 1);
  const regions = steps.map(({ name }) => [
    participleOf(name),
    openObject(
      stepStates({
        activity: name,
        input: [],
        failing: isBehind ? "stuck" : "undone",
        phases: ["forward", "retrying"],
        isKept: true,
        isMember: true,
      }),
    ),
  ]);
  const next = text(stateOf(plan, index + 1));
  return openObject({
    type: text("parallel"),
    entry: startOf(steps[0]?.name ?? ""),
    on: isBehind ? undefined : openObject({ "saga.cancel": cancelTo(undo) }),
    states: openObject(Object.fromEntries(regions) as Record<string, Code>),
    onDone: isBehind
      ? next
      : array([
          object({ guard: text("stepFailed"), target: text(undo) }),
          object({ target: next }),
        ]),
  });
}

/** Behind the pivot nothing can be undone: whoever waits in vain asks a person. */
function patientWait(plan: Plan, index: number, event: string): Code {
  const next = text(stateOf(plan, index + 1));
  return openObject({
    entry: startOf(event),
    initial: text("waiting"),
    on: openObject({ [event]: next }),
    states: openObject({
      waiting: openObject({
        tags: text("forward"),
        after: object({
          [patienceOf(event)]: object({ target: text("overdue"), actions: text("noteOverdue") }),
        }),
      }),
      overdue: openObject({
        tags: text("stuck"),
        on: openObject({
          "saga.retry": text("waiting"),
          "saga.skip": text(`#${plan.name}.${stateOf(plan, index + 1)}`),
        }),
      }),
    }),
  });
}

function approvalStage(plan: Plan, index: number): Code {
  const undo = undoBefore(plan, index);
  const { entry, initial, states } = stepStates({
    activity: ASK_FOR_APPROVAL,
    input: [],
    failing: "ignored",
    phases: ["forward", "retrying"],
    isKept: false,
    isMember: false,
  });
  return openObject({
    initial: text("asking"),
    on: openObject({
      APPROVED: object({
        target: text(stateOf(plan, index + 1)),
        actions: object({
          type: text("keepApproval"),
          params: "({ event }) => ({ approvedBy: event.by })",
        }),
      }),
      DECLINED: object({ target: text(undo), actions: text("failDeclined") }),
      "saga.cancel": cancelTo(undo),
    }),
    after: expiry("approvalExpiry", undo),
    states: openObject({
      asking: openObject({ entry, initial, states, onDone: text("waiting") }),
      waiting: openObject({
        tags: text("forward"),
        after: object({ approvalReminder: text("asking") }),
      }),
    }),
  });
}

function startOf(step: string): Code {
  return object({ type: text("startStep"), params: object({ step: text(step) }) });
}

function cancelTo(target: string): Code {
  return object({ target: text(target), actions: text("failCancelled") });
}

function expiry(delay: string, target: string): Code {
  return openObject({ [delay]: object({ target: text(target), actions: text("failExpired") }) });
}
