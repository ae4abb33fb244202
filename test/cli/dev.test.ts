/** `dev` as one has it beside an editor: a real process that is edited under, and asked. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { end } from "../crash/processes.ts";

const CHART = readFileSync("test/cli/machines/letter/index.ts", "utf8");

/** What a process has said so far, and a way to wait for more of it. */
class Listener {
  #said = "";
  #onMore = (): void => {};

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#said += chunk.toString();
        this.#onMore();
      });
    }
  }

  /** Resolves when it has been said, and forgets what was said up to there. */
  async hears(text: string): Promise<string> {
    while (!this.#said.includes(text)) {
      await new Promise<void>((resolve) => (this.#onMore = resolve));
    }
    const until = this.#said.indexOf("\n", this.#said.indexOf(text)) + 1 || this.#said.length;
    const said = this.#said.slice(0, until);
    this.#said = this.#said.slice(until);
    return said;
  }
}

function startDev(folder: string): { child: ChildProcess; listener: Listener } {
  const options = ["--port", "0", "--db", join(folder, "sagas.db"), "--machines", folder];
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", "dev", ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void end(child, "SIGKILL"));
  return { child, listener: new Listener(child) };
}

test(
  "a change that would strand an instance is told and not taken; one that does not is",
  { timeout: 120_000 },
  async () => {
    mkdirSync("coverage", { recursive: true });
    const folder = mkdtempSync(join("coverage", "dev-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const chart = join(folder, "letter", "index.ts");
    const edit = (from: string, to: string): void => {
      writeFileSync(
        chart,
        CHART.replaceAll("../../../../src", "../../../src").replaceAll(from, to),
      );
    };
    mkdirSync(join(folder, "letter"));
    edit("", "");

    const { child, listener } = startDev(folder);
    const [, url = ""] = /listens on (\S+),/.exec(await listener.hears("listens on")) ?? [];
    const instances = `${url}/sagas/letter/instances`;
    const headers = { "content-type": "application/json" };
    await fetch(instances, { method: "POST", headers, body: JSON.stringify({ id: "l-1" }) });

    edit("waiting", "lingering");
    const refusal = await listener.hears("the change is not taken");
    const before = await fetch(`${instances}/l-1`);

    edit("version: 1", "version: ");
    const broken = await listener.hears("the change is not taken");

    edit('initial: "waiting"', 'description: "New.", initial: "waiting"');
    const [, sameUrl = ""] = /listens on (\S+),/.exec(await listener.hears("listens on")) ?? [];
    const after = await fetch(`${instances}/l-1`);
    const exitCode = await end(child, "SIGINT");

    expect(refusal).toContain('has the state "waiting", unknown to the chart');
    expect(refusal).toContain("1: l-1");
    expect(refusal).toContain("give the changed chart a new version");
    expect(broken).toContain("does not load");
    expect(await before.json()).toMatchObject({ state: "waiting" });
    expect(await after.json()).toMatchObject({ state: "waiting", revision: 1 });
    expect([sameUrl, exitCode]).toEqual([url, 0]);
  },
);
