/** Whether the steps of a draft fit the file that they are applied to, which others may have changed. Pure. */
import { ApiError, messageOf } from "../api/request.ts";
import type { Step } from "./kept-draft.ts";

/** Codes of what the server says of the steps, and not of the file or of itself. */
const STEPS_REFUSED: ReadonlySet<string> = new Set([
  "SAGA_EDIT_REFUSED",
  "SAGA_DRAFT_INVALID",
  "SAGA_REQUEST_INVALID",
]);

/** What is told of steps that do not fit. */
export function setAside(count: number, why: unknown): string {
  const edits = count === 1 ? "The last edit does" : `The last ${count} edits do`;
  return `${edits} not fit the file any more: ${messageOf(why)}. Redo tries again.`;
}

/** How many of the steps fit the file, by what it was refused for; null: that is not for the steps. */
export function fittingOf(steps: readonly Step[], error: unknown): number | null {
  if (steps.length === 0 || !(error instanceof ApiError)) return null;
  if (!STEPS_REFUSED.has(error.code)) return null;
  const { at: refused } = error.details;
  if (typeof refused !== "number") return 0;
  let operations = 0;
  return steps.findIndex((step) => (operations += step.length) > refused);
}

/** What is left of the steps when the first of them are written. */
export function without(steps: readonly Step[], written: readonly Step[]): readonly Step[] {
  const first = steps.slice(0, written.length);
  return JSON.stringify(first) === JSON.stringify(written) ? steps.slice(written.length) : steps;
}
