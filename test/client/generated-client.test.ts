/** The contract is one that others can work from: a client that a third-party generator makes of it runs the order saga. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateSource } from "oazapfts";
import { expect, onTestFinished, test } from "vitest";
import { end, startScript } from "../crash/processes.ts";
import { databasePath } from "../fixtures/world.ts";

/** A user's program. It knows the server by the generated client alone, and compiles by what the contract says. */
const PROGRAM = `
import * as api from "./client.js";

api.defaults.baseUrl = process.argv[2];
const input: api.OrderInput = {
  customerId: "c-1",
  amountCents: 4_200,
  items: [{ sku: "tea", quantity: 2 }],
  address: { line1: "Kai 1", city: "Hamburg", postcode: "20457", country: "DE" },
};
// @ts-expect-error -- the contract knows the saga's input
const wrong: api.OrderInput = { ...input, amountCents: "4200" };

const refused = await api.orderStartInstance({ input: wrong });
const started = await api.orderStartInstance(
  { id: "o-1", input, attributes: { customer: "c-1" } },
  { waitFor: "phase:completed", timeoutMs: 20_000, idempotencyKey: "start-1" },
);
if (started.status !== 201) throw new Error("the start was answered with " + started.status);
const { id, phase } = started.data;
const again = await api.orderStartInstance({ id, input });
// @ts-expect-error -- and its events
const unknown = await api.orderSendEvent(id, { type: "saga.cancle" });
const cancelled = await api.orderSendEvent(id, { type: "saga.cancel", reason: "too late" });
const journal = await api.getJournal("order", id);
const found = await api.searchInstances({ saga: "order", phase: ["completed"] });

const told = {
  phase,
  refused: refused.status === 400 && refused.data.code,
  again: again.status === 200 && again.data.id,
  unknown: unknown.status === 400 && unknown.data.code,
  cancelled: cancelled.status === 409 && cancelled.data.code,
  first: journal.status === 200 && journal.data.entries[0]?.source,
  last: journal.status === 200 && journal.data.entries.at(-1)?.stateAfter,
  found: found.status === 200 && found.data.items.map((item) => item.id),
};
process.stdout.write(JSON.stringify(told));
`;

const OPTIONS = {
  compilerOptions: {
    // The strictest that the generator's own output stands.
    strict: true,
    target: "es2023",
    lib: ["es2023", "dom"],
    types: ["node"],
    module: "nodenext",
    skipLibCheck: true,
    outDir: "built",
  },
  include: ["*.ts"],
};

test(
  "a client that is generated from the contract compiles, and runs the order saga",
  { timeout: 120_000 },
  async () => {
    const server = await startScript("scripts/start.ts", {
      PORT: "0",
      SAGACHART_DB: databasePath(),
    });
    onTestFinished(() => void end(server.process, "SIGKILL"));
    // Inside the repository, where its packages are found; in a folder that git leaves alone.
    mkdirSync("coverage", { recursive: true });
    const folder = mkdtempSync(join("coverage", "generated-client-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

    writeFileSync(join(folder, "client.ts"), await generateSource(`${server.url}/openapi.json`));
    writeFileSync(join(folder, "program.ts"), PROGRAM);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(OPTIONS));
    execFileSync("node_modules/.bin/tsc", ["-p", folder], { stdio: "pipe" });
    const told = execFileSync(process.execPath, [join(folder, "built/program.js"), server.url]);

    expect(JSON.parse(told.toString())).toEqual({
      phase: "completed",
      refused: "SAGA_INPUT_INVALID",
      again: "o-1",
      unknown: "SAGA_EVENT_INVALID",
      cancelled: "SAGA_INSTANCE_ENDED",
      first: "start",
      last: "completed",
      found: ["o-1"],
    });
  },
);
