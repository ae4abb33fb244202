/** One instance as it goes: what it is, its journal, and which edges it took, kept up with its stream. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Instance, JournalEntry, JournalPage } from "../../src/client/answers.ts";
import type { RenderedTrail } from "../../src/studio/trail-routes.ts";
import { throttled, useQuery } from "../api/query.ts";
import { ask, at } from "../api/request.ts";
import { followStream } from "../api/stream.ts";

export interface InstanceFeed {
  readonly instance: Instance | undefined;
  /** By revision, ascending, without a gap from `entries[0]` on. */
  readonly entries: readonly JournalEntry[];
  /** Edges by revision; a revision that is not there is not known yet. */
  readonly edges: ReadonlyMap<number, readonly string[]>;
  /** Why the edges cannot be known; null if they can. */
  readonly edgesError: unknown;
  readonly error: unknown;
  readonly reload: () => void;
}

/** Entries of one request. */
const PAGE = 1_000;
/** Entries that are shown: older ones are in the journal, and in nobody's head. */
const ENTRIES_MAX = 5_000;
const RELOAD_MS = 120;

export function useInstance(saga: string, id: string): InstanceFeed {
  const path = at`/sagas/${saga}/instances/${id}`;
  const instance = useQuery<Instance>(path);
  const [entries, setEntries] = useState<readonly JournalEntry[]>([]);
  const [edges, setEdges] = useState<ReadonlyMap<number, readonly string[]>>(new Map());
  const [edgesError, setEdgesError] = useState<unknown>(null);
  const known = useRef(0);

  useEffect(() => {
    const abort = new AbortController();
    let last = 0;
    const add = (more: readonly JournalEntry[]): void => {
      // The stream and the journal may both bring it.
      const fresh = more.filter(({ revision }) => revision > last);
      if (fresh.length === 0) return;
      last = fresh.at(-1)?.revision ?? last;
      setEntries((before) => [...before, ...fresh].slice(-ENTRIES_MAX));
    };
    const readJournal = async (): Promise<void> => {
      for (let after: number | null = last; after !== null;) {
        const query: string = `after=${after}&limit=${PAGE}`;
        const page: JournalPage = await ask(`${path}/journal?${query}`, { signal: abort.signal });
        add(page.entries);
        after = page.next;
      }
    };
    const readTrail = async (): Promise<void> => {
      const trail = await ask<RenderedTrail>(
        `${at`/studio/api/trails/${saga}/${id}`}?after=${known.current}`,
        { signal: abort.signal },
      );
      known.current = Math.max(known.current, trail.entries.at(-1)?.revision ?? 0);
      setEdges((before) => {
        const next = new Map(before);
        for (const { revision, edges: taken } of trail.entries) next.set(revision, taken);
        return next;
      });
    };
    const refresh = throttled(() => {
      instance.reload();
      readTrail().catch(setEdgesError);
    }, RELOAD_MS);
    const catchUp = (): void => {
      readJournal().catch(() => undefined);
      refresh();
    };
    catchUp();
    const end = followStream(`${path}/stream`, {
      onEntry: (entry) => {
        // A gap: what came before is in the journal.
        if (entry.revision > last + 1) catchUp();
        else add([entry]);
        refresh();
      },
      onOpen: catchUp,
    });
    return () => {
      abort.abort();
      end();
    };
  }, [path]);

  return useMemo(
    () => ({
      instance: instance.data.value,
      entries,
      edges,
      edgesError,
      error: instance.error.value,
      reload: instance.reload,
    }),
    [instance.data.value, instance.error.value, entries, edges, edgesError],
  );
}
