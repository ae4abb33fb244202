import { expect, test } from "vitest";
import { onceATurn } from "../src/log-lines.ts";

/** What is written, and the end of a turn. */
function opened() {
  const written: string[] = [];
  let flush = (): void => {};
  const output = onceATurn(
    (text) => void written.push(text),
    (callback) => (flush = callback),
  );
  return { written, output, endTurn: () => flush() };
}

test("lines of one turn are written together when it ends, those of the next by themselves", () => {
  const { written, output, endTurn } = opened();

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
  const { written, output, endTurn } = opened();

  output.write("before\n");
  output.write("last words\n");
  output.flushSync();
  endTurn();

  expect(written).toEqual(["before\nlast words\n"]);
});

test("a turn of very many lines does not keep all of them", () => {
  const { written, output, endTurn } = opened();
  const line = `${"x".repeat(999)}\n`;

  for (let lines = 0; lines < 10; lines += 1) output.write(line);
  const during = written.length;
  endTurn();

  expect(during).toBe(1);
  expect(written.join("")).toBe(line.repeat(10));
});
