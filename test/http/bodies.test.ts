import type { FastifyInstance } from "fastify";
import { expect, test } from "vitest";
import { B1, get, INSTANCES, share } from "./booking.ts";

function send(
  app: FastifyInstance,
  payload: string | Buffer,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: "POST",
    url: `${B1}/events`,
    payload,
    headers: { "content-type": "application/json", ...headers },
  });
}

const note = (text: string): string => `{"type":"NOTE","text":${text}}`;
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

const shared = await share();

test.each([
  ["nothing", ""],
  ["blanks", " \n "],
  ["half a body", '{"type":"NOTE"'],
  ["two bodies", "{}{}"],
  ["JavaScript", "{type:'NOTE'}"],
  ["null", "null"],
  ["a text", '"NOTE"'],
  ["a number", "1"],
  ["a list", '[{"type":"NOTE"}]'],
  ["a number beyond all", note('"",  "n": 1e999')],
  ["a number below all", note('"", "n": -1e999')],
  ["an integer that would be rounded", note('"", "n": 9007199254740993')],
  ["an integer of twenty digits", note('"", "n": 12345678901234567890')],
  ["a number that would be rounded, deep inside", note('"", "a": [{"b": 1e300}]')],
  ["the first half of a surrogate pair", note('"\\ud83d"')],
  ["the second half of a surrogate pair", note('"\\ude00"')],
  ["half a surrogate pair in a name", note('"", "\\ud83d": 1')],
  ["__proto__", note('"", "__proto__": {"admin": true}')],
  ["__proto__, escaped", note('"", "\\u005f_proto__": {"admin": true}')],
  ["__proto__, deep inside", note('"", "a": [{"__proto__": {}}]')],
  ["constructor.prototype", note('"", "constructor": {"prototype": {"admin": true}}')],
  ["one level too many", note(`"", "a": ${nested(32)}`)],
  ["a hundred thousand levels", note(`"", "a": ${nested(100_000)}`)],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
])("a body of %s is refused with SAGA_REQUEST_INVALID", async (_, payload) => {
  const { app } = shared;
  const before = (await get(app, B1)).body;

  const answer = await send(app, payload);

  expect([answer.statusCode, answer.json().code]).toEqual([400, "SAGA_REQUEST_INVALID"]);
  expect((await get(app, B1)).body).toEqual(before);
});

test.each([
  ["as many levels as are allowed", note(`"", "a": ${nested(31)}`)],
  ["brackets in a text", note(`"${"[".repeat(1000)}"`)],
  ["the largest integer", note('"", "n": 9007199254740991')],
  ["a whole surrogate pair", note('"\\ud83d\\ude00"')],
  ["a constructor that is a word", note('"", "constructor": "of the saga"')],
  ["a byte order mark", `\ufeff${note('""')}`],
])("a body with %s is taken", async (_, payload) => {
  const { app } = shared;

  const answer = await send(app, payload);

  expect(answer.statusCode).toBe(200);
});

test("a poisoned body leaves every other object as it was", async () => {
  const { app } = shared;

  await send(app, note('"", "__proto__": {"admin": true}'));

  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test.each([
  ["text/plain", {}],
  ["application/x-www-form-urlencoded", {}],
  ["multipart/form-data; boundary=x", {}],
  ["application/xml", {}],
  ["application/cloudevents+json", {}],
  ["application/json; charset=latin1", {}],
  ["rubbish", {}],
  ["application/json", { "content-encoding": "gzip" }],
])("a body of type %s %o is refused with 415", async (contentType, headers) => {
  const { app } = shared;

  const answer = await send(app, note('""'), { "content-type": contentType, ...headers });

  expect([answer.statusCode, answer.json().code]).toEqual([415, "SAGA_MEDIA_TYPE_UNSUPPORTED"]);
});

test.each([
  "application/json; charset=utf-8",
  'application/json;charset="UTF-8"',
  "Application/JSON",
])("a body of type %s is taken", async (contentType) => {
  const { app } = shared;

  expect((await send(app, note('""'), { "content-type": contentType })).statusCode).toBe(200);
});

test("a body of no type is refused with 415", async () => {
  const { app } = shared;

  const answer = await app.inject({ method: "POST", url: INSTANCES, payload: Buffer.from("{}") });

  expect([answer.statusCode, answer.json().code]).toEqual([415, "SAGA_MEDIA_TYPE_UNSUPPORTED"]);
});
