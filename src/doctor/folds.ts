/**
 * Folds of all journals in a store: whether each, computed again through its chart, leads to the snapshot that is stored.
 *
 * One instance is in memory at a time, and a page of its journal. An instance may move meanwhile: it is folded up to the
 * revision that was read with its snapshot, and entries never change.
 */
import { toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { familyOf } from "../saga/family.ts";
import { FORK_ENTRIES_MAX, pastOf } from "../runtime/operators/replay.ts";
import type { FoldWorld } from "../runtime/operators/replay.ts";
import type { InstanceKey, InstancePage, StoredInstance } from "../store/store.ts";
import type { CensusStore } from "./census.ts";

/** Of more, only the number is told. */
const DIFFERENT_FOLDS_MAX = 1_000;

export interface DifferentFold {
  readonly instance: InstanceKey;
  /** How it is different, and from which revision on. */
  readonly text: string;
}

export interface Folds {
  /** Instances whose journal leads to their snapshot. */
  readonly equal: number;
  readonly different: number;
  /** The first of them. */
  readonly differences: readonly DifferentFold[];
  /** Instances that were not folded, by why. */
  readonly skipped: Readonly<Record<string, number>>;
  /** False: its time was over before all were looked at. */
  readonly isComplete: boolean;
}

export interface FoldsOptions extends Pick<FoldWorld, "clock"> {
  /** Asked before each instance. */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
  /** Hears how many instances have been looked at. */
  readonly onProgress: (instances: number) => void;
}

type FoldsStore = CensusStore & FoldWorld["store"];

const PAGE = 200;

export async function foldAll(
  store: FoldsStore,
  sagas: readonly AnySaga[],
  options: FoldsOptions,
): Promise<Folds> {
  const { isOver, signal, onProgress } = options;
  const all = sagas.flatMap((saga) => familyOf(saga));
  const charts = new Map(all.map((saga) => [nameOf(saga.name, saga.version), toChart(saga)]));
  const world: FoldWorld = { store, clock: options.clock };
  const told = { equal: 0, different: 0, differences: [] as DifferentFold[] };
  const skipped: Record<string, number> = {};
  for (let [after, seen] = [null as InstancePage["next"], 0]; ;) {
    const page = await store.findInstances({ limit: PAGE, ...(after !== null && { after }) });
    for (const { saga, instanceId } of page.items) {
      signal.throwIfAborted();
      if (isOver()) return { ...told, skipped, isComplete: false };
      const key = { saga, instanceId };
      const found = await foldOne(world, charts, await store.load(key));
      if (found.kind === "equal") told.equal += 1;
      else if (found.kind === "skipped") skipped[found.text] = (skipped[found.text] ?? 0) + 1;
      else {
        told.different += 1;
        const { text } = found;
        if (told.different <= DIFFERENT_FOLDS_MAX) told.differences.push({ instance: key, text });
      }
      seen += 1;
      onProgress(seen);
    }
    if (page.next === null) return { ...told, skipped, isComplete: true };
    after = page.next;
  }
}

type Found =
  | { readonly kind: "equal" }
  | { readonly kind: "skipped" | "different"; readonly text: string };

async function foldOne(
  world: FoldWorld,
  charts: ReadonlyMap<string, Chart>,
  stored: StoredInstance | null,
): Promise<Found> {
  if (stored === null) return { kind: "skipped", text: "gone meanwhile" };
  const { record } = stored;
  const chart = charts.get(nameOf(record.saga, record.version));
  const text = chart === undefined ? "no chart of its saga and version" : whySkipped(record);
  if (chart === undefined || text !== null) return { kind: "skipped", text: text ?? "" };
  try {
    await pastOf(world, { chart, record }, record.revision);
    return { kind: "equal" };
  } catch (error) {
    // Whatever it is: a chart that throws, or what cannot be read, is a fold that does not lead to the snapshot.
    return { kind: "different", text: error instanceof Error ? error.message : String(error) };
  }
}

function whySkipped({ revision, limited }: StoredInstance["record"]): string | null {
  if (limited?.waits === true) return "not begun, it waits for room";
  return revision > FORK_ENTRIES_MAX ? `more than ${FORK_ENTRIES_MAX} journal entries` : null;
}

function nameOf(saga: string, version: number): string {
  return `${saga} ${version}`;
}
