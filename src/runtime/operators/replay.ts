/**
 * The replay: an instance entry by entry, as its journal tells it. What comes of each entry is computed again, and
 * must lead to the recorded state; nothing that was done is done again.
 */
import type { EventObject } from "xstate";
import type { Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import { adopt } from "../../saga/adopt.ts";
import type { Chart } from "../../saga/chart.ts";
import { decode } from "../../saga/codec.ts";
import { checkSame, fold, withoutLeft } from "../../saga/fold.ts";
import type { FoldEntry } from "../../saga/fold.ts";
import { encodeSnapshot } from "../../saga/snapshot.ts";
import { start } from "../../saga/step.ts";
import type { Moment, Standing } from "../../saga/step.ts";
import type { InstanceKey, JournalEntry, Store } from "../../store/store.ts";
import type { Instance } from "../instance.ts";
import { terminatedBy } from "../decisions/operate.ts";

/** Entries that one replay goes through: each is a step, made on the thread that serves everybody. */
export const FORK_ENTRIES_MAX = 10_000;
/** Entries that are folded before everybody else has a turn: about 10 ms. */
export const FOLD_PAGE = 100;
/** Forks of forks that are followed back to a start. */
export const FORK_DEPTH_MAX = 20;

/** What folding a journal needs of the world. */
export interface FoldWorld {
  readonly store: Pick<Store, "readJournal">;
  readonly clock: Pick<Clock, "endOfTurn">;
}

export interface ForkedFrom {
  readonly instanceId: string;
  readonly revision: number;
  /** Whether it was started anew, with another input. */
  readonly newInput: boolean;
}

/** What an instance was at a revision. */
export interface Past {
  readonly revision: number;
  readonly standing: Standing;
  /** When that revision was committed. */
  readonly atMs: number;
  /** The input that the instance was started with. */
  readonly input: unknown;
}

export interface ReplayOptions {
  readonly key: InstanceKey;
  /** By what its parent calls it, if it is a child. */
  readonly childId?: string;
  /** The last revision that is replayed. */
  readonly revision: number;
  /** Where an earlier replay of the same chart came to; left out: from the start. */
  readonly from?: Past;
}

/**
 * Where the instance stood after each of its entries. `chart` may be a copy of its chart that leaves marks.
 *
 * @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE, SAGA_OPERATION_NOT_POSSIBLE if the journal is too long or not whole.
 */
export function replay(
  world: FoldWorld,
  chart: Chart,
  options: ReplayOptions,
): AsyncGenerator<Past, void> {
  return replayAt(world, chart, options, 1);
}

async function* replayAt(
  world: FoldWorld,
  chart: Chart,
  { key, revision, from, childId }: ReplayOptions,
  depth: number,
): AsyncGenerator<Past, void> {
  const { instanceId } = key;
  const name = { instanceId, ...(childId !== undefined && { childId }) };
  let past: Past | null = from ?? null;
  for await (const entry of entriesOf(world, key, { after: past?.revision ?? 0, revision })) {
    const { revision: at, atMs } = entry;
    if (past !== null) {
      const standing: Standing = fold(chart, name, past.standing, [entry]);
      past = { ...past, revision: at, standing, atMs };
    } else if (entry.source === "start" && entry.verdict === "applied") {
      const first = await begin(entry);
      checkSame(first.standing, entry);
      past = { ...first, revision: at, atMs };
    }
    // What came before the beginning of one that waited for room moved no chart.
    if (past !== null) yield past;
  }

  async function begin(entry: FoldEntry): Promise<{ standing: Standing; input: unknown }> {
    const { input, forkedFrom } = entry.event as EventObject & {
      input?: unknown;
      forkedFrom?: ForkedFrom;
    };
    const moment: Moment = { ...name, revision: entry.revision, nowMs: entry.atMs };
    if (forkedFrom === undefined || forkedFrom.newInput) {
      return { standing: withoutLeft(start(chart, input, moment).next), input };
    }
    return { standing: await adopted(forkedFrom, moment), input };
  }

  async function adopted(origin: ForkedFrom, moment: Moment): Promise<Standing> {
    if (depth >= FORK_DEPTH_MAX) {
      throw notPossible(`it is a fork of a fork, more than ${FORK_DEPTH_MAX} times`);
    }
    const earlier = { saga: key.saga, instanceId: origin.instanceId };
    const options = { key: earlier, revision: origin.revision };
    let last: Past | null = null;
    for await (const one of replayAt(world, chart, options, depth + 1)) last = one;
    if (last === null) throw notPossible("it had not begun by then");
    return adopt(chart, last.standing, last.atMs, moment).next;
  }
}

/** The journal up to a revision; every now and then everybody else has a turn. */
async function* entriesOf(
  { store, clock }: FoldWorld,
  key: InstanceKey,
  { after, revision }: { after: number; revision: number },
): AsyncGenerator<FoldEntry> {
  if (revision > FORK_ENTRIES_MAX) {
    throw notPossible(`its journal has more than ${FORK_ENTRIES_MAX} entries up to there`);
  }
  for (let afterRevision = after; afterRevision < revision; afterRevision += FOLD_PAGE) {
    if (afterRevision > after) await new Promise<void>((resolve) => clock.endOfTurn(resolve));
    const limit = Math.min(FOLD_PAGE, revision - afterRevision);
    const page = await store.readJournal(key, { afterRevision, limit });
    const isWhole = page.length === limit && page[0]?.revision === afterRevision + 1;
    if (!isWhole) throw notPossible("its journal is not whole any more");
    yield* page.map(toFoldEntry);
  }
}

/**
 * Where an instance stood after a revision, computed again from its journal.
 *
 * @throws {SagaError} SAGA_JOURNAL_NOT_REPRODUCIBLE, SAGA_OPERATION_NOT_POSSIBLE if the journal is too long or not whole.
 */
export async function pastOf(
  world: FoldWorld,
  { chart, record }: Pick<Instance, "chart" | "record">,
  revision: number,
): Promise<Past> {
  let past: Past | null = null;
  const { saga, instanceId, parent } = record;
  const childId = parent?.childId;
  const asked = { key: { saga, instanceId }, revision, ...(childId !== undefined && { childId }) };
  for await (const one of replay(world, chart, asked)) past = one;
  if (past === null) throw notPossible("it had not begun by then");
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
