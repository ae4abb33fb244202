import { expect, test } from "vitest";
import { onceATurn } from "../src/log-lines.ts";

test("lines of one turn are written together when it ends, those of the next by themselves", () => {
  const written: string[] = [];
  let buffered = "";
  let endTurn = (): void => {};
  const lines = {
    write: (line: string) => void (buffered += line),
    flushSync() {
      if (buffered !== "") written.push(buffered);
      buffered = "";
    },
  };
  const output = onceATurn(lines, (flush) => (endTurn = flush));

  output.write("a\n");
  output.write("b\n");
  const during = [...written];
  endTurn();
  output.write("c\n");
  endTurn();

  expect(during).toEqual([]);
  expect(written).toEqual(["a\nb\n", "c\n"]);
});

test("a line that must be out at once, as before the process ends, takes those before it along", () => {
  const written: string[] = [];
  const lines = { write: () => {}, flushSync: () => void written.push("all") };
  const output = onceATurn(lines, () => {});

  output.write("last words\n");
  output.flushSync();

  expect(written).toEqual(["all"]);
});
