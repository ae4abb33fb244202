/**
 * What the server says, as signals: asked for when a screen needs it, kept while it is asked for anew, and what
 * went wrong beside it.
 */
import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ask } from "./request.ts";

export interface Query<Answer> {
  /** The last answer; undefined until there is one. */
  readonly data: ReadonlySignal<Answer | undefined>;
  /** Why the last request failed; null if it did not. */
  readonly error: ReadonlySignal<unknown>;
  /** Asks anew, at most one request at a time and one after it. */
  readonly reload: () => void;
}

/** Asks for a path when the component is shown and whenever the path changes; null asks for nothing. */
export function useQuery<Answer>(path: string | null): Query<Answer> {
  const query = useMemo(() => makeQuery<Answer>(path), [path]);
  useEffect(() => {
    query.reload();
    return query.end;
  }, [query]);
  return query;
}

function makeQuery<Answer>(path: string | null): Query<Answer> & { readonly end: () => void } {
  const data = signal<Answer | undefined>(undefined);
  const error = signal<unknown>(null);
  const abort = new AbortController();
  let isBusy = false;
  let isWanted = false;

  const reload = (): void => {
    if (path === null || abort.signal.aborted) return;
    if (isBusy) {
      isWanted = true;
      return;
    }
    isBusy = true;
    void load(path);
  };
  const load = async (asked: string): Promise<void> => {
    try {
      data.value = await ask<Answer>(asked, { signal: abort.signal });
      error.value = null;
    } catch (reason) {
      if (!abort.signal.aborted) error.value = reason;
    }
    isBusy = false;
    if (!isWanted) return;
    isWanted = false;
    reload();
  };
  return { data, error, reload, end: () => abort.abort() };
}

/** Calls `action` at most once in `everyMs`, and once more after the last call. */
export function throttled(action: () => void, everyMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastMs = 0;
  return () => {
    if (timer !== undefined) return;
    const waitMs = Math.max(0, lastMs + everyMs - Date.now());
    timer = setTimeout(() => {
      timer = undefined;
      lastMs = Date.now();
      action();
    }, waitMs);
  };
}
