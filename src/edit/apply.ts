/**
 * Applies an operation to the source of a chart: from what is wanted to the fewest replacements of its text.
 * The result is parsed again; comments and formatting of all else are those of the text as it was.
 */
import { Change, applyEdits } from "./change.ts";
import type { TextEdit } from "./change.ts";
import { duplicateState } from "./duplicate-state.ts";
import { addImplementation, addInvoke, removeInvoke } from "./edit-setup.ts";
import {
  addState,
  setDescription,
  setInitial,
  setStateActions,
  setTags,
  setType,
} from "./edit-states.ts";
import {
  addTransition,
  changeKey,
  moveBranch,
  removeTransition,
  retarget,
  setActions,
  setGuard,
} from "./edit-transitions.ts";
import { moveState } from "./move-state.ts";
import type { Operation } from "./operation.ts";
import { removeState } from "./remove-state.ts";
import { renameState } from "./rename-state.ts";
import { openChart } from "./source.ts";
import type { ChartSource } from "./source.ts";

export interface Applied {
  /** The chart as it is now. */
  readonly source: ChartSource;
  readonly edits: readonly TextEdit[];
  /** What comes along with it, and what nobody but a person can look after. */
  readonly notes: readonly string[];
}

/** @throws {SagaError} SAGA_EDIT_REFUSED with the reason, if the file cannot be edited so. */
export function applyOperation(source: ChartSource, operation: Operation): Applied {
  const change = new Change(source);
  const notes = perform(change, operation) ?? [];
  const edits = change.edits();
  if (edits.length === 0) return { source, edits, notes };
  return { source: openChart(applyEdits(source.text, edits), source.id), edits, notes };
}

function perform(change: Change, operation: Operation): readonly string[] | void {
  switch (operation.op) {
    case "renameState":
      return renameState(change, operation);
    case "addState":
      return addState(change, operation);
    case "removeState":
      return removeState(change, operation);
    case "moveState":
      return moveState(change, operation);
    case "duplicateState":
      return duplicateState(change, operation);
    case "setInitial":
      return setInitial(change, operation);
    case "setType":
      return setType(change, operation);
    case "setDescription":
      return setDescription(change, operation);
    case "setTags":
      return setTags(change, operation);
    case "setStateActions":
      return setStateActions(change, operation);
    case "addTransition":
      return addTransition(change, operation);
    case "removeTransition":
      return removeTransition(change, operation.transition);
    case "retarget":
      return retarget(change, operation);
    case "changeKey":
      return changeKey(change, operation);
    case "moveBranch":
      return moveBranch(change, operation);
    case "setGuard":
      return setGuard(change, operation);
    case "setActions":
      return setActions(change, operation);
    case "addInvoke":
      return addInvoke(change, operation);
    case "removeInvoke":
      return removeInvoke(change, operation);
    case "addImplementation":
      return addImplementation(change, operation);
  }
}
