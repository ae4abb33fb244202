import { expect, test } from "vitest";
import { decode, encode } from "../../src/saga/codec.ts";
import { explainFrozen, freezeContext } from "../../src/saga/freeze.ts";

const make = () => ({
  items: ["tea"],
  total: { cents: 1 },
  at: new Date(0),
  byId: new Map([["a", { n: 1 }]]),
  seen: new Set(["a"]),
  error: Object.assign(new Error("lost", { cause: new Error("why") }), { row: 7 }),
});

type Context = ReturnType<typeof make>;

function explain(change: (context: Context) => unknown): { message: string; hint: string | null } {
  const context = make();
  freezeContext(context);
  try {
    change(context);
  } catch (error) {
    return { message: (error as Error).message, hint: explainFrozen(error, context) };
  }
  throw new Error("nothing was refused");
}

test.each<[string, (context: Context) => unknown, string]>([
  ["a member that is set", (context) => (context.total.cents = 2), "at /total/cents:"],
  [
    "a member that is deleted",
    (context) => delete (context as Partial<Context>).total,
    "at /total:",
  ],
  ["an element that is added", (context) => context.items.push("milk"), "at /items/1:"],
  ["an element that is taken", (context) => context.items.pop(), "at /items/0:"],
  [
    "a cause that is changed",
    (context) => ((context.error.cause as Error).message = ""),
    "/error/cause/message",
  ],
])("%s is refused, and the place is named", (_what, change, place) => {
  const { hint } = explain(change);

  expect(hint).toContain("the context is frozen");
  expect(hint).toContain(place);
});

test.each<[string, (context: Context) => unknown, string]>([
  ["Map.set", (context) => context.byId.set("b", { n: 2 }), "/byId: let assign return a new Map"],
  ["Map.delete", (context) => context.byId.delete("a"), "/byId"],
  ["Set.add", (context) => context.seen.add("b"), "/seen: let assign return a new Set"],
  ["Set.clear", (context) => context.seen.clear(), "/seen"],
  [
    "Date.setFullYear",
    (context) => context.at.setFullYear(1999),
    "/at: let assign return a new Date",
  ],
])("%s is refused, and the place is named", (_what, change, place) => {
  expect(explain(change).message).toContain(`the context is frozen at ${place}`);
});

test("what is in a map is frozen too", () => {
  const { hint } = explain((context) => ((context.byId.get("a") as { n: number }).n = 2));

  expect(hint).toContain("at /byId/value 0/n");
});

test("a frozen context is stored and copied like any other", () => {
  const context = make();
  freezeContext(context);

  const copy = { ...context, byId: new Map(context.byId).set("b", { n: 2 }) };

  expect(encode(context)).toBe(encode(make()));
  expect(decode(encode(copy))).toEqual(copy);
});

test("an error that has another reason is not explained", () => {
  const context = make();
  const error = new TypeError("Cannot read properties of undefined (reading 'x')");
  const frozenElsewhere = new TypeError("Cannot assign to read only property 'x' of object");

  expect(explainFrozen(frozenElsewhere, context)).toBeNull();
  freezeContext(context);

  expect(explainFrozen(error, context)).toBeNull();
  expect(explainFrozen(new Error("x"), context)).toBeNull();
});
