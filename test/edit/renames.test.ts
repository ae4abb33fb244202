import { expect, test } from "vitest";
import { toOperations } from "../../src/edit/operation.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import { pathAfter, renamesOf } from "../../src/edit/renames.ts";

function after(...operations: readonly OperationInput[]): Record<string, string> {
  return mapOf(renamesOf(toOperations(operations)));
}

function mapOf(renames: ReturnType<typeof renamesOf>): Record<string, string> {
  return Object.fromEntries(renames.map(({ from, to }) => [from, to]));
}

const rename = (path: string, to: string): OperationInput => ({
  op: "renameState",
  path: path.split("."),
  to,
});
const move = (path: string, parent: string): OperationInput => ({
  op: "moveState",
  path: path.split("."),
  parent: parent === "" ? [] : parent.split("."),
});

test("a state is followed through all of its names, from the first to the last", () => {
  expect(after(rename("a", "b"), rename("b", "c"), move("c", "d"))).toEqual({ a: "d.c" });
  expect(after(rename("a", "b"), rename("b", "a"))).toEqual({});
});

test("a state in one that was renamed is known by its first name", () => {
  const renames = renamesOf(toOperations([rename("a", "b"), rename("b.c", "d")]));

  expect(mapOf(renames)).toEqual({ a: "b", "a.c": "b.d" });
  expect(["a", "a.c", "a.c.deep", "a.e", "ab"].map((path) => pathAfter(renames, path))).toEqual([
    "b",
    "b.d",
    "b.d.deep",
    "b.e",
    "ab",
  ]);
});

test("what stays where it was is said, where what is around it did not", () => {
  const renames = after(
    rename("a", "b"),
    { op: "addState", parent: [], key: "a" },
    move("b.c", "a"),
  );

  expect(renames).toEqual({ a: "b", "a.c": "a.c" });
});

test("what was not there before, or is gone, has no name to follow", () => {
  expect(
    after(
      { op: "addState", parent: [], key: "new" },
      rename("new", "newer"),
      rename("newer", "newest"),
    ),
  ).toEqual({});
  expect(after(rename("a", "b"), { op: "removeState", path: ["b"], dangling: "remove" })).toEqual(
    {},
  );
});

test("later edits go on from earlier ones", () => {
  const before = renamesOf(toOperations([rename("a", "b")]));

  expect(mapOf(renamesOf(toOperations([rename("b", "c"), rename("x", "y")]), before))).toEqual({
    a: "c",
    x: "y",
  });
});
