/** Searching all instances, and what is told about many of them at once. */
import type {
  DwellTime,
  InstanceCount,
  InstanceCursor,
  InstanceKey,
  InstanceQuery,
  InstanceSummary,
  Store,
} from "../../store/store.ts";

import { waitingFor } from "./view.ts";
import type { InstanceView } from "./view.ts";

/** Instances of a search page. */
export const SEARCH_PAGE_MAX = 200;
const SEARCH_PAGE_DEFAULT = 50;
/** Journal entries that dwell times are taken from: tens of milliseconds, however long the journal is. */
export const DWELL_ENTRIES_MAX = 5_000;

export type SearchOptions = Omit<InstanceQuery, "limit"> & {
  /** 1-200, default 50. */
  readonly limit?: number;
};

/** An instance as a search tells of it: all that is known without its chart. */
export interface FoundInstance extends Omit<InstanceSummary, "instanceId" | "fault" | "limited"> {
  readonly id: string;
  /** Why its last internal event could not be taken; null when all is well. */
  readonly error: string | null;
  /** As an instance's own view says it. */
  readonly waitsFor: InstanceView["waitsFor"];
}

export interface SearchPage {
  /** Newest start first. */
  readonly items: readonly FoundInstance[];
  /** Give it as `after` for the next page. Null: there are no more. A page may be short and have a next one. */
  readonly next: InstanceCursor | null;
}

export async function search(
  store: Store,
  options: SearchOptions,
  placed: (key: InstanceKey, found: FoundInstance) => FoundInstance,
): Promise<SearchPage> {
  const { limit = SEARCH_PAGE_DEFAULT } = options;
  const { items, next } = await store.findInstances({
    ...options,
    limit: Math.min(Math.max(1, limit), SEARCH_PAGE_MAX),
  });
  return { items: items.map((summary) => placed(summary, toFound(summary))), next };
}

export function counts(store: Store, saga?: string): Promise<readonly InstanceCount[]> {
  return store.countInstances(saga === undefined ? {} : { saga });
}

export function dwell(
  store: Store,
  filter: { readonly saga?: string; readonly version?: number },
): Promise<readonly DwellTime[]> {
  return store.dwellTimes({ ...filter, entries: DWELL_ENTRIES_MAX });
}

function toFound({ instanceId, fault, limited, ...summary }: InstanceSummary): FoundInstance {
  return { ...summary, id: instanceId, error: fault, waitsFor: waitingFor({ limited }) };
}
