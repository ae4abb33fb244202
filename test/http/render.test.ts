import fc from "fast-check";
import { expect, test } from "vitest";
import { toIso, toJson } from "../../src/http/render.ts";

test.each([
  ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["an invalid date", new Date(Number.NaN), null],
  ["a map", new Map([[{ a: 1 }, new Date(0)]]), [[{ a: 1 }, "1970-01-01T00:00:00.000Z"]]],
  ["a set", new Set([1n, undefined]), ["1", null]],
  ["a bigint", 2n ** 70n, "1180591620717411303424"],
  ["no number", Number.NaN, null],
  ["infinity", -Infinity, null],
  ["a function", () => 1, null],
  ["undefined", undefined, null],
  ["fields without a value", { a: undefined, b: () => 1, c: Symbol("c"), d: null }, { d: null }],
  ["a list with holes", [undefined, () => 1, 3], [null, null, 3]],
  ["an instance of a class", { url: new URL("http://a"), n: 1 }, { n: 1 }],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["a key __proto__", JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
])("%s is rendered as JSON says it best", (_, value, expected) => {
  expect(toJson(value)).toEqual(expected);
});

test("an error is its name, message and fields, without its stack and cause", () => {
  const error = Object.assign(new RangeError("too far", { cause: "secret" }), {
    stack: "secret",
    row: 7,
  });

  expect(toJson(error)).toEqual({ name: "RangeError", message: "too far", row: 7 });
});

test("an object inside itself is left out, one that stands in two places is not", () => {
  const shared = { n: 1 };
  const loop: Record<string, unknown> = { a: shared, b: shared };
  loop["self"] = loop;

  expect(toJson(loop)).toEqual({ a: { n: 1 }, b: { n: 1 } });
});

test("a value of any depth is rendered without exhausting the stack", () => {
  let value: unknown = 1;
  for (let level = 0; level < 100_000; level += 1) value = [value];

  expect(() => toJson(value)).not.toThrow();
});

test("plain JSON is rendered as it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(JSON.stringify(toJson(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("times are ISO 8601 in UTC, up to the last that there is", () => {
  expect(toIso(8.64e15)).toBe("+275760-09-13T00:00:00.000Z");
});
