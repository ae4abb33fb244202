/** What the parts of a written saga are called, from the names of its stages. */
import { participleOf } from "./participle.ts";
import type { Plan } from "./plan.ts";

/** `order-desk` → `orderDesk`. */
export function identifierOf(sagaName: string): string {
  return sagaName.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `chargePayment` → `ChargePayment`, `PARCEL_PACKED` → `ParcelPacked`. */
export function pascal(name: string): string {
  if (!/^[A-Z]/.test(name)) return `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
  return name
    .split("_")
    .map((word) => `${word[0] ?? ""}${word.slice(1).toLowerCase()}`)
    .join("");
}

/** The field of the context, and of the answer of an activity, that tells what came of a step. */
export function idOf(step: string): string {
  return `${step}Id`;
}

/** The delay after which a wait for an event is given up. */
export function patienceOf(event: string): string {
  const name = pascal(event);
  return `${(name[0] ?? "").toLowerCase()}${name.slice(1)}Timeout`;
}

/** The activity that asks a person, and reminds him. */
export const ASK_FOR_APPROVAL = "askForApproval";

/** The state of the stage at this place, below the root. */
export function stateOf({ stages }: Plan, index: number): string {
  const stage = stages[index];
  if (stage === undefined) return "completed";
  switch (stage.kind) {
    case "step":
      return participleOf(stage.step.name);
    case "parallel": {
      const groups = stages.slice(0, index + 1).filter(({ kind }) => kind === "parallel").length;
      return groups === 1 ? "inParallel" : `inParallel${groups}`;
    }
    case "wait":
      return `waitingFor${pascal(stage.event)}`;
    case "approval":
      return "awaitingApproval";
  }
}
