/**
 * Server-sent events as an endless list: whenever the connection ends it is opened again where it ended, so
 * that nothing is missed and nothing comes twice (HTML Living Standard, 9.2).
 */
import { SagaHttpError, UNEXPECTED_ANSWER } from "./http-error.ts";
import { backoffMs } from "./transport.ts";
import type { Call, Transport } from "./transport.ts";

export interface StreamMessage {
  /** Give it as `lastEventId` to go on behind this one. */
  readonly id: string;
  /** Name of the message; `message` if the server gives none. */
  readonly event: string;
  readonly data: string;
}

/** What a block of the stream says; a message only if it has data. */
interface Block {
  readonly id: string | null;
  readonly retryMs: number | null;
  readonly message: Omit<StreamMessage, "id"> | null;
}

/** Where a stream is, and how it goes. */
interface Place {
  id: string | undefined;
  /** As the server asks for; null: it does not say. */
  retryMs: number | null;
  /** Connections in a row that brought nothing. */
  failures: number;
}

/** The messages of a stream. It ends with the loop over it, with its signal, or if the server says that no more will come (204). */
export async function* follow(
  transport: Transport,
  call: Call,
  lastEventId?: string,
): AsyncGenerator<StreamMessage> {
  const place: Place = { id: lastEventId, retryMs: null, failures: 0 };
  for (;;) {
    const headers = { ...call.headers, accept: "text/event-stream", "last-event-id": place.id };
    const { status, body } = await transport.send({ ...call, headers });
    if (status === 204 || body === null) return;
    place.failures += 1;
    yield* connection(body, place, call.signal);
    const { failures, retryMs } = place;
    await transport.pause((failures === 0 ? retryMs : null) ?? backoffMs(failures), call.signal);
  }
}

/** The messages of one connection, until it ends or is lost. */
async function* connection(
  body: ReadableStream<Uint8Array>,
  place: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamMessage> {
  const blocks = blocksOf(body);
  try {
    for (;;) {
      // Only what is read may fail here, not what the loop around does with it.
      const next = await blocks.next().catch((error: unknown) => toEnd(error, signal));
      if (next.done === true) return;
      const { id, retryMs, message } = next.value;
      place.failures = 0;
      place.retryMs = retryMs ?? place.retryMs;
      // Also of a block without data: so a stream that has been silent is not read from its beginning.
      place.id = id ?? place.id;
      if (message !== null) yield { id: place.id ?? "", ...message };
    }
  } finally {
    await blocks.return(undefined);
  }
}

// The connection was lost, and will be opened again.
function toEnd(error: unknown, signal: AbortSignal | undefined): IteratorReturnResult<undefined> {
  signal?.throwIfAborted();
  if (error instanceof SagaHttpError) throw error;
  return { done: true, value: undefined };
}

/** Characters of one message: what is longer is no stream of ours, and would fill the memory. */
export const MESSAGE_LENGTH_MAX = 4 * 1024 * 1024;

async function* blocksOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Block, undefined, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      // An "\r" at the end may be half of a line's end.
      const held = text.endsWith("\r") ? "\r" : "";
      const lines = text.slice(0, text.length - held.length).replaceAll(/\r\n?/g, "\n");
      const blocks = lines.split("\n\n");
      text = (blocks.pop() ?? "") + held;
      if (text.length > MESSAGE_LENGTH_MAX) throw tooLong();
      yield* blocks.map(toBlock);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function toBlock(text: string): Block {
  const data: string[] = [];
  let event = "message";
  let id: string | null = null;
  let retryMs: number | null = null;
  for (const line of text.split("\n")) {
    const [, name, value = ""] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "data") data.push(value);
    if (name === "event") event = value;
    if (name === "id") id = value;
    if (name === "retry" && /^\d+$/.test(value)) retryMs = Number(value);
  }
  return { id, retryMs, message: data.length === 0 ? null : { event, data: data.join("\n") } };
}

function tooLong(): SagaHttpError {
  return new SagaHttpError(`a message of the stream is longer than ${MESSAGE_LENGTH_MAX}`, {
    code: UNEXPECTED_ANSWER,
    status: 200,
  });
}
