import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyOperation } from "../../src/edit/apply.ts";
import { differences } from "../../src/edit/differences.ts";
import { expectAfter } from "../../src/edit/expect.ts";
import { factsOf } from "../../src/edit/facts.ts";
import { toOperations } from "../../src/edit/operation.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import { openChart } from "../../src/edit/source.ts";
import { loadChart } from "./load-chart.ts";

const parcel = readFileSync("test/edit/fixtures/parcel.ts", "utf8");

/** How the same chart may be written. Each goes from the text as it is to the text as it would be. */
const styles: Readonly<Record<string, (text: string) => string>> = {
  "line ends of Windows": (text) => text.replaceAll("\n", "\r\n"),
  "a byte order mark": (text) => `\uFEFF${text}`,
  tabs: (text) => text.replaceAll(/^( {2})+/gm, (spaces) => "\t".repeat(spaces.length / 2)),
  "single quotes": (text) =>
    text.replaceAll(
      /"([^"\n]*)"/g,
      (_, inner: string) => `'${inner.replaceAll("'", String.raw`\'`)}'`,
    ),
  "four spaces": (text) => text.replaceAll(/^ +/gm, (spaces) => spaces + spaces),
  "no semicolons": (text) => text.replaceAll(/;$/gm, ""),
};

const operations: readonly OperationInput[] = [
  { op: "renameState", path: ["shipping"], to: "sending" },
  { op: "addState", parent: [], key: "ready", type: "final" },
  { op: "removeState", path: ["waiting"], dangling: "remove" },
  { op: "moveState", path: ["held"], parent: ["shipping"] },
  { op: "moveState", path: ["held"], parent: ["undoing", "returning"] },
  {
    op: "addTransition",
    source: ["packing"],
    kind: "on",
    event: "GO",
    target: ["held"],
    guard: "isNoted",
    actions: ["count", "clear"],
  },
  {
    op: "addTransition",
    source: ["waiting"],
    kind: "after",
    event: "backoff",
    target: ["held"],
    guard: "isNoted",
  },
  { op: "addInvoke", path: ["held"], id: "look", src: "track", onDone: ["packing"], onError: null },
  { op: "addImplementation", kind: "guards", name: "isLate" },
  { op: "setTags", path: ["held"], tags: ["stuck", "late"] },
  { op: "setDescription", path: ["waiting"], text: "Waits." },
];

describe.each(Object.entries(styles))("a file with %s", (_, styled) => {
  test.each(operations.map((operation) => [operation.op, operation] as const))(
    "stays so after %s",
    (__, input) => {
      const [operation] = toOperations([input]);
      const plain = applyOperation(openChart(parcel), operation as never);

      const edited = applyOperation(openChart(styled(parcel)), operation as never);

      expect(edited.source.text).toBe(styled(plain.source.text));
    },
  );
});

describe("a file without last commas", () => {
  const without = parcel.replaceAll(/,(\s*(?:\/\/[^\n]*)?\n\s*[}\]])/g, "$1");

  test.each(operations.map((operation) => [operation.op, operation] as const))(
    "gets none by %s",
    async (_, input) => {
      const [operation] = toOperations([input]);

      const { source } = applyOperation(openChart(without), operation as never);

      expect(source.text).not.toMatch(/,\s*(?:\/\/[^\n]*)?\n\s*[}\]]/);
      const expected = expectAfter(factsOf(await loadChart(without)), operation as never);
      expect(differences(expected, factsOf(await loadChart(source.text)))).toEqual([]);
    },
  );
});
