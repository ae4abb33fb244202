/**
 * A census of the instances in a store that have not ended: which of them the sagas at hand can go on with, which
 * not and why, and which wait for a person.
 */
import { toChart } from "../saga/chart.ts";
import type { Chart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { familyOf } from "../saga/family.ts";
import { isEndPhase, phases } from "../saga/phase.ts";
import type {
  InstanceKey,
  InstancePage,
  InstanceQuery,
  InstanceSummary,
  StoredInstance,
} from "../store/store.ts";
import { reconcile } from "./reconcile.ts";
import type { MismatchKind } from "./reconcile.ts";

export type CaseKind =
  | MismatchKind
  | "saga-missing"
  | "version-missing"
  | "quarantined"
  | "stuck"
  | "fault";

/** Instances that have the same thing wrong with them. */
export interface Case {
  readonly kind: CaseKind;
  /** True: they would not go on with these sagas. False: they wait for a person. */
  readonly isStranded: boolean;
  readonly saga: string;
  readonly version: number;
  readonly state: string;
  readonly message: string;
  readonly remedy: string;
  /** How many; at least 1. */
  readonly instances: number;
  /** The first of them. */
  readonly ids: readonly string[];
}

export interface Census {
  /** Instances that were looked at. */
  readonly instances: number;
  /** Those that strand first, then by how many they are. */
  readonly cases: readonly Case[];
}

/** What the census asks of a store. */
export interface CensusStore {
  findInstances(query: InstanceQuery): Promise<InstancePage>;
  load(key: InstanceKey): Promise<StoredInstance | null>;
}

export interface CensusOptions {
  readonly signal: AbortSignal;
  /** Hears how many instances have been looked at. */
  readonly onProgress: (instances: number) => void;
}

const PAGE = 500;
/** Ids named for each case. */
const IDS_MAX = 5;

const unended = phases.filter((phase) => !isEndPhase(phase));

export async function takeCensus(
  store: CensusStore,
  sagas: readonly AnySaga[],
  { signal, onProgress }: CensusOptions,
): Promise<Census> {
  const charts = sagas.flatMap((saga) => familyOf(saga)).map(toChart);
  const cases = new Map<string, Case>();
  let instances = 0;
  let after: InstancePage["next"] = null;
  do {
    signal.throwIfAborted();
    const page: InstancePage = await store.findInstances({
      phases: unended,
      limit: PAGE,
      ...(after !== null && { after }),
    });
    for (const summary of page.items) {
      const stored = await store.load(summary);
      if (stored === null) continue;
      instances += 1;
      for (const found of casesOf(charts, summary, stored)) count(cases, found, summary.instanceId);
    }
    onProgress(instances);
    after = page.next;
  } while (after !== null);
  return { instances, cases: [...cases.values()].toSorted(byWeight) };
}

type Found = Pick<Case, "kind" | "isStranded" | "saga" | "version" | "state" | "message">;

function casesOf(
  charts: readonly Chart[],
  summary: InstanceSummary,
  stored: StoredInstance,
): readonly Found[] {
  const { saga, version, state, phase, fault } = summary;
  const found = (kind: CaseKind, isStranded: boolean, message: string): Found => {
    return { kind, isStranded, saga, version, state, message };
  };
  const waiting =
    fault === null
      ? phase === "stuck"
        ? [found("stuck", false, "waits for a person")]
        : []
      : [found("fault", false, `cannot take its last internal event: ${fault}`)];

  if (summary.quarantined !== null) {
    const { kind, reason } = summary.quarantined;
    return [found("quarantined", true, `is in quarantine (${kind}): ${reason}`), ...waiting];
  }
  const versions = charts.filter((chart) => chart.saga.name === saga);
  if (versions.length === 0) {
    return [found("saga-missing", true, `there is no saga "${saga}"`), ...waiting];
  }
  const chart = versions.find((candidate) => candidate.saga.version === version);
  if (chart === undefined) {
    return [found("version-missing", true, `there is no version ${version} of it`), ...waiting];
  }
  const mismatches = reconcile(chart, stored);
  return [...mismatches.map(({ kind, message }) => found(kind, true, message)), ...waiting];
}

function count(cases: Map<string, Case>, found: Found, instanceId: string): void {
  const { saga, version, kind, state, message } = found;
  const key = JSON.stringify([saga, version, kind, state, message]);
  const before = cases.get(key);
  const ids = before?.ids ?? [];
  cases.set(key, {
    ...found,
    remedy: remedies[kind],
    instances: (before?.instances ?? 0) + 1,
    ids: ids.length < IDS_MAX ? [...ids, instanceId] : ids,
  });
}

const CHANGED =
  "give the changed chart a new version, and keep the one that they were started with beside it until they have ended";

const remedies: Readonly<Record<CaseKind, string>> = {
  "saga-missing": "bring it back into the machines folder until they have ended",
  "version-missing": "keep that version beside the newer ones until they have ended",
  "snapshot-unreadable": CHANGED,
  "timer-unknown": CHANGED,
  "timer-missing": CHANGED,
  "activity-unknown": CHANGED,
  "activity-missing": CHANGED,
  "activity-unimplemented": CHANGED,
  quarantined: "put right what it says, or restore a backup; then sagachart release",
  stuck: "find out why (sagachart show), then sagachart retry or sagachart skip",
  fault: "mend the chart; it is tried again by itself",
};

function byWeight(a: Case, b: Case): number {
  return Number(b.isStranded) - Number(a.isStranded) || b.instances - a.instances;
}
