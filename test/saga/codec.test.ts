/** The codec: what is kept comes back the same, what cannot be kept is refused with its path. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SagaError } from "../../src/errors.ts";
import { decode, encode, normalize, normalizeError } from "../../src/saga/codec.ts";
import { thrownBy } from "./steps.ts";

// Printed on failure: rerun with FC_SEED=<seed>.
const seed = Number(process.env["FC_SEED"] ?? Date.now());

const errors = fc
  .record({
    name: fc.constantFrom("Error", "TypeError", "Rejected"),
    message: fc.string(),
    code: fc.option(fc.integer(), { nil: undefined }),
    cause: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ name, message, code, cause }) => {
    const error = new Error(message, cause === undefined ? {} : { cause });
    Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
    return code === undefined ? error : Object.assign(error, { code });
  });

const keys = fc.oneof(fc.string(), fc.constantFrom("$t", "$$t", "$$$t", "a$t", "__proto__", "is"));

const leaves = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.boolean(),
  fc.string(),
  fc.constantFrom("$t", 'x$t"', "\ud800"),
  fc.integer(),
  fc.double(),
  fc.constantFrom(Number.NaN, -0, Infinity, -Infinity),
  fc.bigInt(),
  fc.date(),
  fc.constant(new Date(Number.NaN)),
  errors,
);

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(keys, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
    fc
      .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 3 }).map((parts) => new Set(parts)),
  ),
})).value;

describe("what is encoded", () => {
  test("comes back equal, for any nesting of plain data", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toStrictEqual(value);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  test("keeps what strict equality does not see: -0, the name, the cause and the fields of errors", () => {
    const error = new TypeError("no", { cause: { code: 7 } });

    const back = decode(encode({ zero: -0, error })) as { zero: number; error: Error };

    expect(Object.is(back.zero, -0)).toBe(true);
    expect([back.error.name, back.error.cause]).toEqual(["TypeError", { code: 7 }]);
    expect(Object.keys(back.error)).toEqual([]);
  });

  test("keeps the errors of an AggregateError, each with its own cause and fields", () => {
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const slow = new Error("slow", { cause: new AggregateError([1n], "inner") });
    const error = new AggregateError([refused, slow], "no way", { cause: "dns" });

    const back = decode(encode({ error })) as { error: AggregateError };

    expect([back.error.name, back.error.message, back.error.cause]).toEqual([
      "AggregateError",
      "no way",
      "dns",
    ]);
    expect(back.error.errors).toMatchObject([
      { message: "refused", code: "ECONNREFUSED" },
      { message: "slow", cause: { message: "inner", errors: [1n] } },
    ]);
    expect(Object.keys(back.error)).toEqual([]);
  });

  test("keeps a field called errors of an error that is no AggregateError, and a cause that is nothing", () => {
    const invalid = Object.assign(new Error("invalid", { cause: undefined }), { errors: ["a"] });

    const back = decode(encode(invalid)) as typeof invalid;

    expect([back.errors, Object.keys(back), Object.hasOwn(back, "cause")]).toEqual([
      ["a"],
      ["errors"],
      true,
    ]);
  });

  test("leaves out what is hidden from everybody, as a field that is not enumerable is", () => {
    const value = Object.defineProperty({ a: 1 }, "hidden", { value: 2 });

    expect(decode(encode(value))).toEqual({ a: 1 });
  });

  test("does not touch the prototype by a key of its name", () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":true},"date":1}');

    const back = decode(encode({ hostile, date: new Date(0) })) as { hostile: object };

    expect(Object.keys(back.hostile)).toEqual(["__proto__", "date"]);
    expect("polluted" in back.hostile).toBe(false);
  });

  test("is plain JSON where plain JSON suffices", () => {
    expect(encode({ a: [1, "x", null, { b: true }] })).toBe('{"a":[1,"x",null,{"b":true}]}');
  });

  test("keeps holes of arrays as undefined", () => {
    // oxlint-disable-next-line no-sparse-arrays -- the hole is what is tested
    expect(decode(encode([1, , 3]))).toEqual([1, undefined, 3]);
  });

  test("may stand in two places", () => {
    const shared = { at: new Date(0) };

    expect(decode(encode([shared, shared]))).toEqual([shared, shared]);
  });
});

describe("what cannot be kept is refused with its path", () => {
  class Money {
    cents = 1;
  }
  class Register extends Map {}
  const cycle: Record<string, unknown> = {};
  cycle["a"] = [cycle];

  test.each([
    ["a function", { a: { b: () => 1 } }, "/a/b is a function"],
    ["a symbol", [1, Symbol("x")], "/1 is a symbol"],
    ["an instance of a class", { list: [new Money()] }, "/list/0 is an instance of Money"],
    ["an instance of a subclass", { m: new Register() }, "/m is an instance of Register"],
    ["a binary array", { bytes: new Uint8Array(1) }, "/bytes is an instance of Uint8Array"],
    ["a regular expression", { re: /a/ }, "/re is an instance of RegExp"],
    ["a URL", { url: new URL("http://x.test") }, "/url is an instance of URL"],
    ["a weak map", { seen: new WeakMap() }, "/seen is an instance of WeakMap"],
    ["a promise", { later: Promise.resolve() }, "/later is an instance of Promise"],
    ["a boxed number", { n: Object(1) as unknown }, "/n is an instance of Number"],
    [
      "an array of a subclass",
      { a: new (class Row extends Array {})() },
      "/a is an instance of Row",
    ],
    [
      "a symbol as a key",
      { a: [{ [Symbol("tax")]: 1 }] },
      "/a/0 is an object that has the key Symbol(tax)",
    ],
    [
      "a symbol as a key of an array",
      Object.assign([1], { [Symbol("tax")]: 1 }),
      "has the key Symbol(tax)",
    ],
    [
      "the match of a regular expression",
      { m: /b/.exec("abc") },
      `/m is an array with the key "index"`,
    ],
    ["a map with a field", Object.assign(new Map(), { of: 1 }), `is a Map with the key "of"`],
    [
      "a set with a field",
      { s: Object.assign(new Set(), { of: 1 }) },
      `/s is a Set with the key "of"`,
    ],
    [
      "a date with a field",
      [Object.assign(new Date(0), { zone: 1 })],
      `/0 is a Date with the key "zone"`,
    ],
    [
      "an error with a symbol as a key",
      { e: Object.assign(new Error("x"), { [Symbol("s")]: 1 }) },
      "/e is an object that has the key Symbol(s)",
    ],
    [
      "an object of no known kind",
      { o: Object.create(Object.create(null)) as unknown },
      "/o is an instance of a class",
    ],
    [
      "a field that cannot be read",
      {
        o: {
          get x(): never {
            throw new Error("not now");
          },
        },
      },
      "not now",
    ],
    ["a cycle", { top: cycle }, "/top/a/0 is a cycle"],
    ["a function in a map", new Map([["k", () => 1]]), "/value 0 is a function"],
    ["a function in a set", { s: new Set([() => 1]) }, "/s/0 is a function"],
    [
      "a reference to an actor",
      {
        ref: new (class Ref {
          sessionId = "x";
          send = 1;
        })(),
      },
      "/ref is a reference to an actor",
    ],
  ])("%s", (_, value, message) => {
    expect(thrownBy(() => encode(value))).toMatchObject({
      code: "SAGA_CONTEXT_NOT_SERIALIZABLE",
      message: expect.stringContaining(message) as unknown,
    });
  });

  test("an endless nesting, before the stack ends", () => {
    const nested: unknown = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);

    expect(thrownBy(() => encode(nested))).toBeInstanceOf(SagaError);
  });

  test("a text with a mark that no version wrote", () => {
    expect(thrownBy(() => decode('{"$t":"regexp"}'))).toMatchObject({
      code: "SAGA_SNAPSHOT_INVALID",
    });
  });
});

describe("what an activity rejects with", () => {
  test("keeps its name, message and plain fields, and leaves sockets behind", () => {
    class Declined extends Error {
      override name = "Declined";
      code = 402;
      socket = { close: () => undefined };
    }

    const error = normalizeError(new Declined("card declined")) as Error;

    expect(error.constructor).toBe(Error);
    expect(Object.assign({ name: error.name, message: error.message }, error)).toEqual({
      name: "Declined",
      message: "card declined",
      code: 402,
    });
  });

  test("keeps its causes, of a chain without an end the first ones", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const endless = new Error("endless");
    endless.cause = endless;

    const error = normalizeError(new TypeError("fetch failed", { cause: refused })) as Error;

    expect(error.cause).toMatchObject({ message: "connect ECONNREFUSED", code: "ECONNREFUSED" });
    expect(normalizeError(endless)).toMatchObject({ cause: { cause: { message: "endless" } } });
  });

  test("keeps the errors of an AggregateError, of too many the first ones", () => {
    const refused = Object.assign(new Error("refused"), { socket: () => undefined, code: 1 });
    const many = Array.from({ length: 1_000 }, (_, n) => new Error(String(n)));

    const error = normalizeError(new AggregateError([refused, "text"], "no way"));
    const large = normalizeError(new AggregateError([new AggregateError(many), ...many]));

    expect(error).toMatchObject({
      name: "AggregateError",
      errors: [{ message: "refused", code: 1 }, "text"],
    });
    expect(encode(large).match(/"message"/g)).toHaveLength(32);
  });

  test("may be an object that has no text", () => {
    const bare = Object.assign(Object.create(null) as object, { close: () => undefined });

    expect(normalizeError(bare)).toBe("object");
  });

  test.each([
    ["nothing", undefined, undefined],
    ["a text", "no", "no"],
    ["plain data", { code: 1 }, { code: 1 }],
    ["a function", Math.max, String(Math.max)],
  ])("may be %s", (_, thrown, kept) => {
    expect(normalizeError(thrown)).toEqual(kept);
  });

  test("is a copy: later changes do not reach what was kept", () => {
    const output = { list: [1] };

    const kept = normalize(output);
    output.list.push(2);

    expect(kept).toEqual({ list: [1] });
  });
});
