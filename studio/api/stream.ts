/**
 * What the server tells as it happens, such as committed events. The browser's `EventSource` comes back by itself with the last id that it saw,
 * so nothing is missed and nothing comes twice. But it does not notice each end of a connection: so a stream is
 * begun anew after the server was lost, and when no sign of life came. A page that nobody looks at holds no
 * connection: browsers have few for each server, and other tabs need them.
 */
import type { JournalEntry } from "../../src/client/answers.ts";
import { connection, expectAnswer, noteLost } from "../app/connection.ts";

export interface LiveEntry extends JournalEntry {
  readonly saga: string;
  readonly instanceId: string;
}

/** How long a hidden page keeps its stream. */
const HIDDEN_MS_MAX = 20_000;
/** More than two heartbeats of the server, which come every 15 s. */
const SILENCE_MS_MAX = 35_000;
const RETRY_MS = 2_000;

interface Opening {
  /** After each time that the stream is open. */
  readonly onOpen?: () => void;
}

export interface Following extends Opening {
  readonly onEntry: (entry: LiveEntry) => void;
}

/** Follows committed events until the returned function is called. */
export function followStream(path: string, { onEntry, ...rest }: Following): () => void {
  return listen(path, {
    ...rest,
    event: "transition",
    onData: (data) => onEntry(data as LiveEntry),
  });
}

export interface Listening extends Opening {
  /** Name of the event that is listened for. */
  readonly event: string;
  readonly onData: (data: unknown) => void;
}

/** Listens to a stream that has heartbeats, until the returned function is called. */
export function listen(path: string, { event, onData, onOpen }: Listening): () => void {
  let source: EventSource | null = null;
  let lastId = "";
  /** Whether the server was lost after it was opened: then it may be dead without saying so. */
  let isDoubtful = false;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  /** Opens it again, after a refusal or a silence. */
  let again: ReturnType<typeof setTimeout> | undefined;

  const openAfter = (ms: number): void => {
    clearTimeout(again);
    again = setTimeout(open, ms);
  };
  const heard = ({ lastEventId }: MessageEvent): void => {
    lastId = lastEventId;
    openAfter(SILENCE_MS_MAX);
  };
  const close = (): void => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    if (document.hidden) return;
    const separator = path.includes("?") ? "&" : "?";
    const opened = new EventSource(lastId === "" ? path : `${path}${separator}after=${lastId}`);
    source = opened;
    let answered = expectAnswer();
    openAfter(SILENCE_MS_MAX);
    opened.addEventListener("open", () => {
      // First, since it tells those who follow the connection, of whom this is one.
      isDoubtful = false;
      isDoubtful = !answered();
      onOpen?.();
    });
    opened.addEventListener("heartbeat", heard);
    opened.addEventListener(event, (message) => {
      heard(message);
      onData(JSON.parse(message.data as string));
    });
    opened.addEventListener("error", () => {
      noteLost();
      answered = expectAnswer();
      if (opened.readyState !== EventSource.CLOSED) return;
      // The server refused, and the browser has given up. Perhaps the journal is another one, without this id.
      lastId = "";
      openAfter(RETRY_MS);
    });
  };
  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS_MAX);
    else if (source === null) open();
  };

  open();
  document.addEventListener("visibilitychange", onVisibility);
  const unsubscribe = connection.subscribe((now) => {
    if (now === "lost") isDoubtful = true;
    else if (isDoubtful && source !== null) open();
  });
  return () => {
    unsubscribe();
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiding);
    close();
  };
}
