/** How answers look: with colours only where somebody sees them, and with help for every command. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Command } from "@commander-js/extra-typings";
import { Cli } from "../../src/cli/cli.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { processShell } from "../../src/cli/shell.ts";
import { sagachart } from "./shell-at-hand.ts";

const page = readFileSync("docs/reference/cli.md", "utf8");
const shell = processShell({}, { signal: new AbortController().signal, user: null });
const commandsFor = async (...args: string[]): Promise<readonly Command[]> =>
  (await buildProgram(new Cli(shell), args)).commands as readonly Command[];
const commands = await commandsFor();
const names = commands.map((command) => command.name());

const ESCAPE = "\u001b[";

test("there are no colours where answers do not go to a terminal, nor with NO_COLOR", async () => {
  const { stdout } = process;
  const isTTY = Object.getOwnPropertyDescriptor(stdout, "isTTY");
  Object.defineProperty(stdout, "isTTY", { value: true, configurable: true });
  const hasColor = (environment: Record<string, string>): boolean =>
    processShell(environment, { signal: new AbortController().signal, user: null }).hasColor;
  const seen = [hasColor({}), hasColor({ NO_COLOR: "1" }), hasColor({ TERM: "dumb" })];
  Object.defineProperty(stdout, "isTTY", { value: false, configurable: true });
  const unseen = hasColor({});
  Object.defineProperty(stdout, "isTTY", isTTY ?? { value: undefined, configurable: true });

  expect([...seen, unseen]).toEqual([true, false, false, false]);
});

test("errors have colours on a terminal, and none without", async () => {
  const args = ["list", "--url", "ftp://x"];

  const coloured = await sagachart(args, { hasColor: true, isTerminal: true });
  const plain = await sagachart(args);

  expect(coloured.err).toContain(ESCAPE);
  expect(plain.err).not.toContain(ESCAPE);
});

test("a command that is named is loaded, and no module of others", async () => {
  for (const name of names.filter((each) => each !== "complete" && each !== "help")) {
    const loaded = (await commandsFor("--json", name, "--help")).map((command) => command.name());
    expect(loaded).toContain(name);
    expect(loaded.length).toBeLessThan(names.length / 2);
  }
});

test("without arguments the command tells what it can do, and that it was given nothing", async () => {
  const run = await sagachart([]);

  expect(run.code).toBe(2);
  expect(run.err).toContain("Usage: sagachart");
});

test("--version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

  expect(await sagachart(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test.each(names.filter((name) => name !== "complete" && name !== "help"))(
  "%s --help describes it and gives an example",
  async (name) => {
    const { code, out } = await sagachart([name, "--help"]);

    expect(code).toBe(0);
    expect(out).toContain(`$ sagachart ${name}`);
    expect(out).toContain("--json");
  },
);

test("the page about commands has each of them, with its options, and nothing else", () => {
  const sections = page.split(/^### /m).slice(1);
  const documented = sections.flatMap((section) =>
    [...section.split("\n")[0]!.matchAll(/`([a-z-]+)/g)].map(([, name]) => name ?? ""),
  );

  expect(documented.toSorted()).toEqual(names.filter((name) => name !== "help").toSorted());
  for (const command of commands.filter((each) => !["help", "complete"].includes(each.name()))) {
    const section = sections.find((each) => each.split("\n")[0]!.includes(`\`${command.name()}`));
    const flags = [...(section ?? "").matchAll(/^\| `(--[a-z-]+)/gm)].map(([, flag]) => flag);
    const given = command.options.map(({ long }) => long).filter((long) => !isShared(long));
    expect([command.name(), flags]).toEqual([command.name(), given]);
  }
});

/** Options that several commands share are told once. */
function isShared(long: string | null | undefined): boolean {
  return ["--url", "--header", "--db", "--machines", "--host", "--port"].includes(long ?? "");
}

test("the page about commands has every exit code with its number", () => {
  const documented = [...page.matchAll(/^\| (\d+) \| ([a-z]+) \|/gm)].map(
    ([, code, name]) => [name, Number(code)] as const,
  );

  expect(Object.fromEntries(documented)).toEqual(exitCodes);
});

test.each(["bash", "zsh", "fish"])("complete %s writes a script for that shell", async (name) => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string): void => void lines.push(line);
  const { code } = await sagachart(["complete", name]).finally(() => (console.log = log));

  expect(code).toBe(0);
  expect(lines.join("\n")).toContain("sagachart");
});

test("completion suggests commands, options, and the sagas there are", async () => {
  const suggested = async (...words: string[]): Promise<string> => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (line: string): void => void lines.push(line);
    await sagachart(["complete", "--", ...words]).finally(() => (console.log = log));
    return lines.join("\n");
  };

  expect(await suggested("st")).toMatch(/start\t/);
  expect(await suggested("show", "")).toMatch(/order\tsaga/);
  expect(await suggested("list", "--")).toMatch(/--phase\t/);
});
