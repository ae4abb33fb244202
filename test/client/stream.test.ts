/** A stream through the client: every committed event once and in order, whatever becomes of its connections. */
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { ClientOptions, StreamedEntry } from "../../src/client/client.ts";
import { follow, MESSAGE_LENGTH_MAX } from "../../src/client/event-stream.ts";
import type { StreamMessage } from "../../src/client/event-stream.ts";
import { Transport } from "../../src/client/transport.ts";
import type { defineBooking } from "../http/booking.ts";
import { serve } from "../http/booking.ts";

type Booking = ReturnType<typeof defineBooking>;

async function connect(options: Partial<ClientOptions> = {}) {
  const { app } = await serve();
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const pauses: number[] = [];
  const client = createClient<{ booking: Booking }>({
    baseUrl: `http://127.0.0.1:${port}`,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
    },
    ...options,
  });
  await client.start("booking", { id: "b-1", input: { seats: 2 } });
  return { client, app, pauses };
}

/** The next `count` of a list that may be endless. */
async function take<Item>(count: number, items: AsyncGenerator<Item>): Promise<Item[]> {
  const taken: Item[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

function textOf({ event }: StreamedEntry): unknown {
  return event["text"];
}

test("a stream brings what is committed while it is followed, and what came before if asked", async () => {
  const { client } = await connect();
  await client.send("booking", "b-1", { type: "NOTE", text: "first" });

  const following = take(3, client.stream("booking", "b-1", { after: 0 }));
  await client.send("booking", "b-1", { type: "NOTE", text: "second" });

  const entries = await following;
  expect(entries.map(({ revision }) => revision)).toEqual([1, 2, 3]);
  expect(entries.map(textOf).slice(1)).toEqual(["first", "second"]);
  expect(entries[0]).toMatchObject({ saga: "booking", instanceId: "b-1", position: "1" });
});

test("a stream whose connections break goes on where it was, without a gap and without a repetition", async () => {
  const asked: (string | null)[] = [];
  const { client, app } = await connect({
    fetch: (url, init) => {
      if ((url as string).endsWith("/stream")) {
        asked.push(new Headers(init?.headers).get("last-event-id"));
      }
      return fetch(url, init);
    },
  });
  const stream = client.stream("booking", "b-1", { after: 0 });

  const revisions: unknown[] = [];
  for (let n = 1; n <= 6; n += 1) {
    await client.send("booking", "b-1", { type: "NOTE", text: String(n) });
    const { value } = await stream.next();
    revisions.push(value?.revision);
    app.server.closeAllConnections();
  }
  revisions.push((await stream.next()).value?.revision);
  await stream.return();

  expect(revisions).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked[0]).toBe("0");
  expect(asked.length).toBeGreaterThan(1);
});

test("leaving the loop closes the connection, and the signal ends the stream", async () => {
  const { client } = await connect();
  const controller = new AbortController();

  const [entry] = await take(1, client.stream("booking", "b-1", { after: 0 }));
  const waiting = take(1, client.stream("booking", "b-1", { signal: controller.signal }));
  controller.abort(new Error("enough"));

  expect(entry?.revision).toBe(1);
  await expect(waiting).rejects.toThrow("enough");
});

test("an unknown instance is an error, not an endless stream", async () => {
  const { client } = await connect();

  await expect(take(1, client.stream("booking", "b-2"))).rejects.toMatchObject({
    code: "SAGA_INSTANCE_NOT_FOUND",
  });
});

test("all ways of writing lines are read, however they are cut", async () => {
  const text = [
    "retry: 7\r\nid: 1\r\n\r\n",
    ": a comment\n\n",
    "id: 2\revent: odd\rdata: a\rdata:  b\r\r",
    "data:é\nunknown: x\nid\n\n",
    "data: cut off",
  ].join("");
  const bytes = new TextEncoder().encode(text);

  for (const size of [1, 2, 3, 7, bytes.length]) {
    const { messages, ids, pauses } = await read([bytes], size);

    expect(messages).toEqual([
      { id: "2", event: "odd", data: "a\n b" },
      { id: "", event: "message", data: "é" },
    ]);
    expect(ids).toEqual([null, ""]);
    expect(pauses).toEqual([7]);
  }
});

test("a message without an end does not fill the memory", async () => {
  const endless = new Uint8Array(MESSAGE_LENGTH_MAX + 1).fill(97);

  await expect(read([endless], endless.length)).rejects.toThrow("longer than");
});

/** What is read of these bodies, one a connection; then there is no more. */
async function read(bodies: readonly Uint8Array[], size: number) {
  const ids: (string | null)[] = [];
  const pauses: number[] = [];
  const transport = new Transport({
    baseUrl: "http://localhost",
    sleep: async (ms) => void pauses.push(ms),
    fetch: async (_, init) => {
      const bytes = bodies[ids.length];
      ids.push(new Headers(init?.headers).get("last-event-id"));
      return bytes === undefined
        ? new Response(null, { status: 204 })
        : new Response(ReadableStream.from(chunks(bytes, size)));
    },
  });
  const messages: StreamMessage[] = [];
  for await (const message of follow(transport, { method: "GET", path: "/stream" })) {
    messages.push(message);
  }
  return { messages, ids, pauses };
}

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
