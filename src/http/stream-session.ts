/**
 * One open stream: server-sent events (WHATWG HTML, 9.2) from a follower to a socket.
 *
 * It takes the next events only when the socket has taken the last ones, so a slow reader costs its position and
 * what its socket holds. One that takes nothing for too long is dropped; it may come back to where it was.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FeedView, Follower } from "../runtime/readers/feed.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { httpLimits } from "./limits.ts";
import { renderEntry } from "./render-instance.ts";

/** Why a stream ends from our side: the reader is too slow, the server stops, or it cannot read its journal. */
export type DropReason = "slow" | "closing" | "failed";

export interface Session {
  /** Resolves when nothing more is written. Never rejects. */
  readonly done: Promise<void>;
  /** Says why where that can still be said, and ends the stream. Idempotent. */
  drop(reason: DropReason): void;
}

/** What a session needs of the response, whose head it writes. */
export interface SessionOptions {
  readonly raw: ServerResponse;
  readonly headers: OutgoingHttpHeaders;
  readonly follower: Follower;
  readonly clock: Runtime["clock"];
  readonly onError: (error: unknown) => void;
}

const { streamHeartbeatMs, streamStallMs, streamDropMs, streamRetryMs } = httpLimits;

const nothing = (): void => {};

/** An event with data: of a comment a browser tells its page nothing. */
const HEARTBEAT = "event: heartbeat\ndata: {}\n";

export function openSession(options: SessionOptions): Session {
  const { raw, follower, clock, onError } = options;
  let isOpen = true;
  let isInside = false;
  let cancelHeartbeat = nothing;
  let onRoom = nothing;

  const end = (): void => {
    isOpen = false;
    cancelHeartbeat();
    follower.close();
    onRoom();
  };
  const drop = (reason: DropReason): void => {
    if (!isOpen) return;
    end();
    // To a reader that does not read it can be written, but not always sent.
    const isHopeless = reason === "closing" && raw.writableNeedDrain;
    raw.once(
      "close",
      clock.schedule(streamDropMs, () => raw.destroy()),
    );
    if (isHopeless) raw.destroy();
    else raw.end(`event: dropped\ndata: {"reason":"${reason}"}\n\n`);
  };
  /** Resolves when the socket has taken all, or the stream has ended. */
  const room = async (): Promise<void> => {
    const cancel = clock.schedule(streamStallMs, () => drop("slow"));
    await new Promise<void>((resolve) => (onRoom = resolve));
    cancel();
  };
  const write = async (text: string): Promise<void> => {
    if (isOpen && !raw.write(text)) await room();
  };
  const beat = (): void => {
    // A reader that still has something to take needs no sign of life, and is not told to be beyond it.
    if (!raw.writableNeedDrain && !isInside) raw.write(`${HEARTBEAT}${idOf(follower)}`);
    cancelHeartbeat = clock.schedule(streamHeartbeatMs, beat);
  };
  const pump = async (): Promise<void> => {
    await write(`retry: ${streamRetryMs}\n${idOf(follower)}`);
    for await (const events of follower) {
      isInside = true;
      for (const text of joined(events)) await write(text);
      isInside = false;
    }
    drop("closing");
  };

  raw.on("close", end);
  raw.on("drain", () => onRoom());
  raw.writeHead(200, options.headers);
  cancelHeartbeat = clock.schedule(streamHeartbeatMs, beat);
  const done = pump().catch((error: unknown) => {
    onError(error);
    drop("failed");
  });
  return { done, drop };
}

// Without an event it only moves the reader's `lastEventId`, so that it loses nothing that it has not seen yet,
// and needs not look again through what does not fit its filter.
function idOf({ position }: Follower): string {
  return `id: ${position}\n\n`;
}

/** What a socket takes at once by default: events that are smaller share a write, and with it a packet. */
const WRITE_LENGTH = 16_384;

function* joined(events: readonly FeedView[]): Generator<string, void, undefined> {
  let text = "";
  for (const event of events) {
    text += toFrame(event);
    if (text.length < WRITE_LENGTH) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

const frames = new WeakMap<FeedView, string>();

/** Those who follow the same are given the same events: each is rendered once. */
function toFrame(event: FeedView): string {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const { position, saga, instanceId, entry } = event;
  const data = JSON.stringify({ saga, instanceId, ...renderEntry(entry) });
  const frame = `id: ${position}\nevent: transition\ndata: ${data}\n\n`;
  frames.set(event, frame);
  return frame;
}
