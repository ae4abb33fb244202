/** Texts that are no charts: refused with where and why. */
import { expect, test } from "vitest";
import { readChart, readFormat } from "../../src/exchange/exchange.ts";
import type { ImportFormat } from "../../src/exchange/imported.ts";

test.each<[string, ImportFormat, string, string]>([
  ["JSON that breaks off", "xstate-json", '{"states": ', "SAGA_IMPORT_INVALID"],
  ["JSON that is no chart", "xstate-json", "[1, 2]", "SAGA_IMPORT_INVALID"],
  ["XML that breaks off", "scxml", "<scxml><state id='a'>", "SAGA_IMPORT_INVALID"],
  ["XML of something else", "scxml", "<html></html>", "SAGA_IMPORT_INVALID"],
  ["a diagram of something else", "mermaid", "sequenceDiagram\n  A->>B: hi", "SAGA_IMPORT_INVALID"],
  ["TypeScript that breaks off", "typescript", "createMachine({", "SAGA_SOURCE_INVALID"],
  ["TypeScript without a machine", "typescript", "export const a = 1;", "SAGA_SOURCE_INVALID"],
])("%s is refused", (_, format, text, code) => {
  expect(() => readChart(text, format)).toThrow(expect.objectContaining({ code }));
});

test("a format that nobody reads is refused with those that are", () => {
  expect(() => readFormat("bpmn")).toThrow(
    expect.objectContaining({
      code: "SAGA_IMPORT_INVALID",
      message: expect.stringContaining("scxml"),
    }),
  );
});
