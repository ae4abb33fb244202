/**
 * Committed events as they come. The browser's `EventSource` comes back by itself with the last id that it saw,
 * so nothing is missed and nothing comes twice. A page that nobody looks at holds no connection: browsers have
 * few for each server, and other tabs need them.
 */
import type { JournalEntry } from "../../src/client/answers.ts";
import { noteLost, noteReached } from "../app/connection.ts";

export interface LiveEntry extends JournalEntry {
  readonly saga: string;
  readonly instanceId: string;
}

/** How long a hidden page keeps its stream. */
const HIDDEN_MS_MAX = 20_000;

export interface Following {
  readonly onEntry: (entry: LiveEntry) => void;
  /** After each time that the stream is open. */
  readonly onOpen?: () => void;
}

/** Follows a stream until the returned function is called. */
export function followStream(path: string, { onEntry, onOpen }: Following): () => void {
  let source: EventSource | null = null;
  let lastId = "";
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    const separator = path.includes("?") ? "&" : "?";
    source = new EventSource(lastId === "" ? path : `${path}${separator}after=${lastId}`);
    source.addEventListener("open", () => {
      noteReached();
      onOpen?.();
    });
    source.addEventListener("transition", ({ data, lastEventId }) => {
      lastId = lastEventId;
      onEntry(JSON.parse(data as string) as LiveEntry);
    });
    source.addEventListener("error", () => {
      noteLost();
      // The server refused, so the browser has given up.
      if (source?.readyState === EventSource.CLOSED) again();
    });
  };
  const close = (): void => {
    source?.close();
    source = null;
  };
  const again = (): void => {
    close();
    retry = setTimeout(open, 2_000);
  };
  let retry: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS_MAX);
    else if (source === null) open();
  };

  open();
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiding);
    clearTimeout(retry);
    close();
  };
}
