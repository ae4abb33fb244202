/** The way back: the undos of all steps in reverse order, each waiting for a person if it cannot be done. */
import { array, object, openObject, text } from "./code.ts";
import type { Code } from "./code.ts";
import { idOf } from "./names.ts";
import { participleOf } from "./participle.ts";
import { stepsOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { stepStates } from "./step-states.ts";

interface Undo {
  readonly name: string;
  /** The step that it undoes. */
  readonly step: string;
  /** The step ran beside others: it may surely not have happened although another one did. */
  readonly isMember: boolean;
}

/** The undos in the order of the way back. */
export function undosOf({ stages }: Plan): readonly Undo[] {
  return stages
    .flatMap((stage) =>
      stepsOf(stage).flatMap(({ name, undo }) =>
        undo === null ? [] : [{ name: undo, step: name, isMember: stage.kind === "parallel" }],
      ),
    )
    .toReversed();
}

/** The state that undoes; undefined if there is nothing to undo. */
export function undoStates(plan: Plan): Code | undefined {
  const undos = undosOf(plan);
  const [first] = undos;
  if (first === undefined) return undefined;
  const states = undos.map((undo, index) => {
    const next = undos[index + 1];
    const onDone = text(next === undefined ? "undone" : participleOf(next.name));
    return [participleOf(undo.name), openObject({ ...statesOf(undo), onDone })] as const;
  });
  return openObject({
    initial: text(participleOf(first.name)),
    states: openObject({ ...Object.fromEntries(states), undone: object({ type: text("final") }) }),
    onDone: text("compensated"),
  });
}

function statesOf({ name, step, isMember }: Undo): Readonly<Record<string, Code | undefined>> {
  const deciding = object({
    always: array([
      object({
        guard: object({ type: text("surelyNotDone"), params: object({ step: text(step) }) }),
        target: text("done"),
      }),
      object({ target: text("attempting") }),
    ]),
  });
  return stepStates({
    activity: name,
    input: [idOf(step)],
    failing: "stuck",
    phases: ["compensating", "compensating"],
    isKept: false,
    isMember: false,
    ...(isMember && { before: { deciding } }),
  });
}
