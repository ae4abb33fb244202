/**
 * The draft of a chart as this browser keeps it: one for each saga, until it is written. All tabs have the same one,
 * and each change takes the place of the one that it was made of or is not taken, so that no tab writes over what
 * another has done. Not in `localStorage`, whose tabs may read what another has just replaced.
 */
import { createStore, get, update } from "idb-keyval";
import type { OperationInput } from "../../src/edit/operation.ts";

/** A few operations that belong together: what undo takes back at once. */
export type Step = readonly OperationInput[];

export interface Edits {
  readonly steps: readonly Step[];
  /** What redo does next is the last. */
  readonly undone: readonly Step[];
}

export interface KeptDraft extends Edits {
  /** Counts the changes of all tabs. */
  readonly revision: number;
}

export const noEdits: KeptDraft = { steps: [], undone: [], revision: 0 };

const NAME = "sagachart.drafts";
const store = createStore(NAME, "drafts");
const channel = new BroadcastChannel(NAME);

export async function readKept(saga: string): Promise<KeptDraft> {
  return (await get<KeptDraft>(saga, store)) ?? noEdits;
}

/** Keeps other edits in place of those that are known; null, and nothing is changed, if another tab was faster. */
export async function replaceKept(
  saga: string,
  { revision }: KeptDraft,
  { steps, undone }: Edits,
): Promise<KeptDraft | null> {
  const next: KeptDraft = { steps, undone, revision: revision + 1 };
  let isTaken = false;
  await update<KeptDraft>(
    saga,
    (now = noEdits) => {
      isTaken = now.revision === revision;
      return isTaken ? next : now;
    },
    store,
  );
  if (!isTaken) return null;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A channel has one origin.
  channel.postMessage(saga);
  return next;
}

/** Calls `changed` when another tab has changed the draft, until the returned function is called. */
export function onKept(saga: string, changed: () => void): () => void {
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (data === saga) changed();
  };
  channel.addEventListener("message", hear);
  return () => channel.removeEventListener("message", hear);
}
