/** On real sockets, since what is tested here never becomes a request. */
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { httpLimits } from "../../src/http/limits.ts";
import type { Store } from "../../src/index.ts";
import { deferred } from "../fixtures/world.ts";
import { B1, get, serveB1, withCommit } from "./booking.ts";
import type { Served, ServeOptions } from "./booking.ts";

async function listen(options: ServeOptions = {}): Promise<Served & { port: number }> {
  const served = await serveB1(options);
  await served.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = served.app.server.address() as AddressInfo;
  return { ...served, port };
}

/** All that comes back until the server closes the connection; an end without an answer is empty. */
async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

function parse(answer: string): { status: number; headers: string; body: { code?: string } } {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), headers: head, body: JSON.parse(body) };
}

test("headerBytesMax: larger headers are refused with 431 as a problem", async () => {
  const { port } = await listen();
  const header = "x".repeat(httpLimits.headerBytesMax);

  const answer = parse(await exchange(port, `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${header}\r\n\r\n`));

  expect([answer.status, answer.body.code]).toEqual([431, "SAGA_HEADERS_TOO_LARGE"]);
  expect(answer.headers).toContain("Content-Type: application/problem+json");
});

test("headers somewhat smaller are taken", async () => {
  const { port } = await listen();
  const header = "x".repeat(httpLimits.headerBytesMax - 500);

  const answer = await fetch(`http://127.0.0.1:${port}/sagas`, { headers: { "x-a": header } });

  expect(answer.status).toBe(200);
});

test.each([
  ["words", "hello there\r\n\r\n"],
  ["bytes", Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
  ["another version of HTTP", "GET / HTTP/9.9\r\n\r\n"],
  ["a handshake of TLS", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc])],
  ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
  [
    "a length and chunks",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ],
])("a request of %s is refused with 400 as a problem", async (_, bytes) => {
  const { port } = await listen();

  const answer = parse(await exchange(port, bytes));

  expect([answer.status, answer.body.code]).toEqual([400, "SAGA_REQUEST_INVALID"]);
});

test("a request that takes too long is refused with 408 as a problem", async () => {
  const { app, port } = await listen();
  const slow = new Promise<Socket>((resolve) => app.server.once("connection", resolve));
  const answer = exchange(port, "GET / HTTP/1.1\r\n");

  // As Node does it when the time is up.
  const error = Object.assign(new Error("timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
  app.server.emit("clientError", error, await slow);

  const { status, body } = parse(await answer);
  expect([status, body.code]).toEqual([408, "SAGA_REQUEST_TIMEOUT"]);
});

test("rubbish after a request that is being worked on is not answered in its place", async () => {
  const [begun, gate] = [deferred<void>(), deferred<void>()];
  const slowly = (store: Store): Store =>
    withCommit(store, async (writeSets) => {
      if (writeSets.some(({ journal }) => journal.source === "client")) {
        begun.resolve();
        await gate.promise;
      }
      return store.commit(writeSets);
    });
  const { port } = await listen({ wrap: slowly });
  const event = '{"type":"CANCEL"}';
  const request = `POST ${B1}/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${event.length}\r\n\r\n${event}`;
  const socket = connect(port, "127.0.0.1");
  const answer = text(socket);
  socket.write(request);
  await begun.promise;

  socket.write("rubbish\r\n\r\n");

  // The event is committed: to say 400 would be a lie.
  expect(await answer).toBe("");
  gate.resolve();
});

test("a body that breaks off changes nothing and hurts nobody", async () => {
  const { app, port, lines } = await listen();
  const socket = connect(port, "127.0.0.1");
  const seen = new Promise((resolve) => app.server.once("request", resolve));
  socket.write(
    `POST ${B1}/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"type"`,
  );
  const request = (await seen) as { once(event: string, listener: () => void): void };
  const closed = new Promise<void>((resolve) => request.once("close", resolve));

  socket.destroy();
  await closed;

  expect((await get(app, B1)).body["revision"]).toBe(1);
  expect(lines.filter(({ level }) => level === 50)).toEqual([]);
});
