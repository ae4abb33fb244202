/**
 * Forks: a new instance that begins where another one stood at an earlier revision, found by folding that
 * one's journal. What was done until then is not done again; from then on it is an operation of its own.
 */
import type { EventObject } from "xstate";
import type { Clock } from "../clock.ts";
import { SagaError } from "../errors.ts";
import { adopt } from "../saga/adopt.ts";
import type { Chart } from "../saga/chart.ts";
import { decode } from "../saga/codec.ts";
import { checkSame, fold, withoutLeft } from "../saga/fold.ts";
import type { FoldEntry } from "../saga/fold.ts";
import { isEndPhase, phaseOf } from "../saga/phase.ts";
import { encodeSnapshot } from "../saga/snapshot.ts";
import { advance, start } from "../saga/step.ts";
import type { Moment, Standing, Step } from "../saga/step.ts";
import type { InstanceKey, JournalEntry, OperationRecord, Store } from "../store/store.ts";
import type { Instance } from "./instance.ts";
import { terminatedBy } from "./operate.ts";

/** Entries that one fork folds: each is a step, made on the thread that serves everybody. */
export const FORK_ENTRIES_MAX = 10_000;
/** Entries that are folded before everybody else has a turn: about 10 ms. */
export const FOLD_PAGE = 100;
/** Forks of forks that are followed back to a start. */
export const FORK_DEPTH_MAX = 20;

/** How an instance begins that is a fork. */
export interface Fork {
  readonly from: ForkedFrom;
  readonly operation: OperationRecord;
  readonly begin: (moment: Moment) => Step;
}

export interface ForkedFrom {
  readonly instanceId: string;
  readonly revision: number;
  /** Whether it was started anew, with another input. */
  readonly newInput: boolean;
}

export interface ForkOptions {
  /** The new instance begins as the old one stood after this commit. */
  readonly fromRevision: number;
  /** 1-200 characters. Without one the runtime makes one up. */
  readonly instanceId?: string;
  /** In place of the old one's; only from revision 1, which is the one that an input makes. */
  readonly input?: unknown;
  /** Sent to the new instance at once; if it is not accepted there, nothing is forked. */
  readonly event?: EventObject;
  readonly reason: string;
  readonly by?: string;
}

/** What an instance was at a revision. */
export interface Past {
  readonly standing: Standing;
  /** When that revision was committed. */
  readonly atMs: number;
  /** The input that the instance was started with. */
  readonly input: unknown;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID, SAGA_OPERATION_NOT_POSSIBLE if there is no such revision. */
export function checkFork({ record }: Instance, { fromRevision, input }: ForkOptions): void {
  if (!Number.isSafeInteger(fromRevision) || fromRevision < 1) {
    throw new SagaError("SAGA_REQUEST_INVALID", "fromRevision is no integer from 1");
  }
  if (input !== undefined && fromRevision !== 1) {
    throw new SagaError("SAGA_REQUEST_INVALID", "another input can only be given from revision 1");
  }
  if (fromRevision <= record.revision) return;
  throw new SagaError(
    "SAGA_OPERATION_NOT_POSSIBLE",
    `instance "${record.instanceId}" is at revision ${record.revision}, and was never at ${fromRevision}`,
  );
}

/** What folding a journal needs of the world. */
export interface FoldWorld {
  readonly store: Pick<Store, "readJournal">;
  readonly clock: Pick<Clock, "endOfTurn">;
}

/**
 * Where an instance stood after a revision, computed again from its journal.
 *
 * @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE, SAGA_OPERATION_NOT_POSSIBLE if the journal is too long or not whole.
 */
export async function pastOf(
  world: FoldWorld,
  { chart, record }: Instance,
  revision: number,
): Promise<Past> {
  const past = await foldTo(world, chart, { key: record, revision, depth: 1 });
  const { snapshot, visits } = past.standing;
  const isNow = revision === record.revision;
  if (isNow && encodeSnapshot(chart, snapshot, visits) !== record.snapshot) {
    throw new SagaError(
      "SAGA_JOURNAL_NOT_REPRODUCIBLE",
      `the journal of instance "${record.instanceId}" leads to another context than the instance has`,
      { details: { revision } },
    );
  }
  return past;
}

/** The first step of a fork, checked to take `event`. */
export function beginFork(
  chart: Chart,
  past: Past,
  { input, event }: { input: unknown; event: EventObject | null },
): (moment: Moment) => Step {
  return (moment) => {
    const step =
      input === undefined
        ? adopt(chart, past.standing, past.atMs, moment)
        : start(chart, input, moment);
    const { snapshot } = step.next;
    const phase = phaseOf(snapshot);
    if (isEndPhase(phase)) {
      throw new SagaError(
        "SAGA_INSTANCE_ENDED",
        `the instance had ended as ${phase} by that revision; fork it from an earlier one`,
      );
    }
    const next = { ...moment, revision: moment.revision + 1 };
    if (event !== null && advance(chart, step.next, event, next) === null) {
      throw new SagaError(
        "SAGA_EVENT_NOT_ACCEPTED",
        `saga "${chart.saga.name}" takes no event "${event.type}" where the fork begins`,
      );
    }
    return step;
  };
}

async function foldTo(
  world: FoldWorld,
  chart: Chart,
  { key, revision, depth }: { key: InstanceKey; revision: number; depth: number },
): Promise<Past> {
  const { saga, instanceId } = key;
  let past: Past | null = null;
  for await (const page of pagesOf(world, { saga, instanceId }, revision)) {
    if (past !== null) {
      past = goOn(past, page);
      continue;
    }
    // What came before the beginning of one that waited for room moved no chart.
    const [first, ...later] = page.slice(indexOfBeginning(page));
    if (first !== undefined) past = goOn(await begin(first), later);
  }
  if (past === null) throw notPossible("it had not begun by then");
  return past;

  function goOn(before: Past, entries: readonly FoldEntry[]): Past {
    const standing = fold(chart, { instanceId }, before.standing, entries);
    return { ...before, standing, atMs: entries.at(-1)?.atMs ?? before.atMs };
  }

  async function begin(entry: FoldEntry): Promise<Past> {
    const { input, forkedFrom } = entry.event as EventObject & {
      input?: unknown;
      forkedFrom?: ForkedFrom;
    };
    const moment: Moment = { instanceId, revision: entry.revision, nowMs: entry.atMs };
    const standing =
      forkedFrom === undefined || forkedFrom.newInput
        ? withoutLeft(start(chart, input, moment).next)
        : await adopted(forkedFrom, moment);
    checkSame(standing, entry);
    return { standing, atMs: entry.atMs, input };
  }

  async function adopted(from: ForkedFrom, moment: Moment): Promise<Standing> {
    if (depth >= FORK_DEPTH_MAX) {
      throw notPossible(`it is a fork of a fork, more than ${FORK_DEPTH_MAX} times`);
    }
    const origin = { key: { saga, instanceId: from.instanceId }, revision: from.revision };
    const earlier = await foldTo(world, chart, { ...origin, depth: depth + 1 });
    return adopt(chart, earlier.standing, earlier.atMs, moment).next;
  }
}

/** The journal up to a revision, in pages; between two of them everybody else has a turn. */
async function* pagesOf(
  { store, clock }: FoldWorld,
  key: InstanceKey,
  revision: number,
): AsyncGenerator<readonly FoldEntry[]> {
  if (revision > FORK_ENTRIES_MAX) {
    throw notPossible(`its journal has more than ${FORK_ENTRIES_MAX} entries up to there`);
  }
  for (let afterRevision = 0; afterRevision < revision; afterRevision += FOLD_PAGE) {
    if (afterRevision > 0) await new Promise<void>((resolve) => clock.endOfTurn(resolve));
    const limit = Math.min(FOLD_PAGE, revision - afterRevision);
    const page = await store.readJournal(key, { afterRevision, limit });
    const isWhole = page.length === limit && page[0]?.revision === afterRevision + 1;
    if (!isWhole) throw notPossible("its journal is not whole any more");
    yield page.map(toFoldEntry);
  }
}

/** Where the first step of the instance is; the end of the page if it is not there. */
function indexOfBeginning(page: readonly FoldEntry[]): number {
  const index = page.findIndex(
    ({ source, verdict }) => source === "start" && verdict === "applied",
  );
  return index === -1 ? page.length : index;
}

/** A journal entry as the fold takes it. */
export function toFoldEntry(entry: JournalEntry): FoldEntry {
  const { revision, atMs, source, stateAfter, phase, verdict, operation } = entry;
  return {
    revision,
    atMs,
    source,
    event: decode(entry.event) as EventObject,
    stateAfter,
    phase,
    verdict,
    operation:
      operation === null
        ? null
        : { operation: operation.operation, error: terminatedBy(operation) },
  };
}

function notPossible(why: string): SagaError {
  return new SagaError("SAGA_OPERATION_NOT_POSSIBLE", `the instance cannot be forked: ${why}`);
}
