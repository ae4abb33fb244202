/** The page of guarantees names tests that are there, and a test for each sentence. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const page = readFileSync("docs/guarantees.md", "utf8");
const promises = section("The seven promises");
const rows = page.split("\n").filter((line) => /^\| (?:G\d+|\d+) \|/.test(line));

function section(title: string): string {
  return page.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
}

/** `[claim](../test/…)`: tests that are named in `text`. */
function testsIn(text: string): { claim: string; file: string }[] {
  const links = text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g);
  return [...links].map(([, claim = "", path = ""]) => ({ claim, file: join("docs", path) }));
}

/** Whether the file has a test of this name; `…` stands for what the test puts in itself. */
function isClaimed({ claim, file }: { claim: string; file: string }): boolean {
  if (!existsSync(file)) return false;
  const source = readFileSync(file, "utf8");
  return claim.split("…").every((part) => source.includes(part.trim()));
}

test("each test that the page names is there", () => {
  const named = testsIn(page);

  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((one) => !isClaimed(one))).toEqual([]);
});

test("the seven promises stand in README, word for word", () => {
  const said = (text: string): string[] =>
    [...text.matchAll(/^\d\. ([^]*?)(?=\n\d\. |\n {3}- |\n\n)/gm)].map(([, words = ""]) =>
      words.replaceAll(/\s+/g, " "),
    );
  const readme = readFileSync("README.md", "utf8").split("## What it promises\n")[1] ?? "";

  expect(said(promises)).toHaveLength(7);
  expect(said(promises)).toEqual(said(readme).slice(0, 7));
});

test("each promise and each fault has a test", () => {
  const without = [...promises.split(/^(?=\d\. )/m).slice(1), ...rows].filter(
    (text) => testsIn(text).length === 0,
  );

  expect(rows.length).toBeGreaterThan(10);
  expect(without).toEqual([]);
});
