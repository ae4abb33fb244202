import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { findChart, readChart, writeChart } from "../../src/draft/chart-files.ts";
import { DraftProcess, draftLimits } from "../../src/draft/draft-process.ts";
import { Drafts } from "../../src/draft/drafts.ts";
import { toOperations } from "../../src/edit/operation.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import { machinesAtHand } from "./machines-at-hand.ts";

const timeout = 120_000;

function draftsOf(folder: string): Drafts {
  const drafts = new Drafts(folder, systemClock);
  onTestFinished(() => drafts.close());
  return drafts;
}

const rename: OperationInput = {
  op: "renameState",
  path: ["compensating", "refundingPayment"],
  to: "payingBack",
};

test(
  "a draft is what XState makes of it, what changes, and what registration would say",
  { timeout },
  async () => {
    const folder = machinesAtHand();
    const drafts = draftsOf(folder);

    const draft = await drafts.draft("order", toOperations([rename]));

    expect(draft.words).toEqual([
      {
        text: 'Rename state "compensating.refundingPayment" to "payingBack"',
        notes: ["4 references follow"],
      },
    ]);
    expect(draft.model.states.map(({ id }) => id)).toContain("order.compensating.payingBack");
    expect(draft.outline.states["order.compensating.payingBack"]?.edit.level).toBe("editable");
    expect(draft.renames).toEqual([
      { from: "compensating.refundingPayment", to: "compensating.payingBack" },
    ]);
    expect(draft.differences).toEqual([]);
    expect(draft.registration).toEqual({ problem: null, findings: [] });
    expect(
      draft.diff.flatMap(({ lines }) => lines).filter((line) => line.startsWith("+")),
    ).toHaveLength(5);

    // What registration refuses is told, and keeps nobody from drawing on.
    const guard: OperationInput = {
      op: "setGuard",
      transition: { source: ["chargingPayment"], kind: "onDone", event: "", index: 0 },
      guard: "outcomeUnknwon",
    };
    const misspelt = await drafts.draft("order", toOperations([guard]));
    expect(misspelt.registration.findings).toEqual([
      expect.objectContaining({
        state: "chargingPayment",
        message: expect.stringContaining("outcomeUnknwon"),
      }),
    ]);

    // A check looks at everything that can happen with it.
    const checked = await drafts.check("order", toOperations([rename]));
    expect(checked.isOk).toBe(true);
  },
);

test(
  "saving writes the file once, as it was shown, and not over what somebody else wrote",
  { timeout },
  async () => {
    const folder = machinesAtHand();
    const drafts = draftsOf(folder);
    const path = join(folder, "order", "chart.ts");
    const before = readFileSync(path, "utf8");
    const { sha, text } = await drafts.draft("order", toOperations([rename]));

    writeFileSync(path, before.replace("// An id is null", "// The id is null"));
    const refused = drafts.save("order", toOperations([rename]), sha);
    await expect(refused).rejects.toMatchObject({ code: "SAGA_SOURCE_CHANGED" });
    // Also where the edits do not fit what is there now.
    const other = before.replaceAll("refundingPayment", "payingAllBack");
    writeFileSync(path, other);
    await expect(drafts.save("order", toOperations([rename]), sha)).rejects.toMatchObject({
      code: "SAGA_SOURCE_CHANGED",
    });
    writeFileSync(path, before.replace("// An id is null", "// The id is null"));

    const again = await drafts.draft("order", toOperations([rename]));
    expect(again.text).toBe(text.replace("// An id is null", "// The id is null"));
    await drafts.save("order", toOperations([rename]), again.sha);
    expect(readFileSync(path, "utf8")).toBe(again.text);
    expect(readdirSync(join(folder, "order")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  },
);

test("what somebody else wrote at the last moment is not written over", async () => {
  const folder = machinesAtHand();
  const file = await findChart(folder, "order");
  const { sha } = await readChart(file);
  writeFileSync(file.path, "// of somebody else");

  const written = writeChart(file, "ours", sha);

  await expect(written).rejects.toMatchObject({ code: "SAGA_SOURCE_CHANGED" });
  expect(readFileSync(file.path, "utf8")).toBe("// of somebody else");
});

test("a machine that is not what the edits say is not written", { timeout }, async () => {
  const folder = machinesAtHand();
  const path = join(folder, "order", "chart.ts");
  const text = `import { setup } from "xstate";
export const machine = setup({}).createMachine({
  id: "order", initial: "a",
  states: { a: { description: String(process.hrtime.bigint()) }, completed: {} },
});
`;
  writeFileSync(path, text);
  const drafts = draftsOf(folder);
  const operation = toOperations([{ op: "renameState", path: ["completed"], to: "over" }]);
  const { sha, differences } = await drafts.draft("order", operation);
  expect(differences).toHaveLength(1);

  await expect(drafts.save("order", operation, sha)).rejects.toMatchObject({
    code: "SAGA_DRAFT_INVALID",
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a file that cannot be written stays as it is", async () => {
  const folder = machinesAtHand();
  const file = await findChart(folder, "order");
  const { sha } = await readChart(file);

  const written = writeChart({ ...file, folder: join(folder, "gone") }, "other", sha);

  await expect(written).rejects.toMatchObject({ code: "SAGA_SOURCE_NOT_WRITTEN" });
  expect((await readChart(file)).sha).toBe(sha);
});

test.each([
  "..",
  "../../src",
  "../machines/order",
  "order/..",
  "calls",
  "nothing",
  "a\0b",
  ".hidden",
  "",
])("there is no chart to edit at %j", async (saga) => {
  const draft = draftsOf(machinesAtHand()).draft(saga, []);

  await expect(draft).rejects.toMatchObject({ code: "SAGA_SOURCE_NOT_FOUND" });
});

test("a link is not followed, neither a file nor a folder", async () => {
  const folder = machinesAtHand();
  const drafts = draftsOf(folder);
  symlinkSync(resolve("machines", "trip"), join(folder, "trip"));
  rmSync(join(folder, "order", "chart.ts"));
  symlinkSync(resolve("machines", "order", "chart.ts"), join(folder, "order", "chart.ts"));

  mkdirSync(join(folder, "calls", "chart.ts"));

  for (const saga of ["trip", "order", "calls"]) {
    await expect(drafts.draft(saga, [])).rejects.toMatchObject({ code: "SAGA_SOURCE_NOT_FOUND" });
  }
});

test("no more drafts wait than may, and none after the end", async () => {
  const loader = new DraftProcess(systemClock);
  const folder = resolve("machines", "order");
  const asked = { file: join(folder, "chart.ts"), folder, saga: "order", text: "" };

  const waiting = Array.from({ length: draftLimits.waitingMax }, () => loader.load(asked));
  expect(() => loader.load(asked)).toThrowError(
    expect.objectContaining({ code: "SAGA_DRAFTS_FULL" }),
  );
  loader.close();

  const ends = await Promise.allSettled(waiting);
  ends.push(...(await Promise.allSettled([loader.load(asked)])));
  for (const end of ends) {
    expect(end).toMatchObject({ reason: { code: "SAGA_RUNTIME_CLOSED" } });
  }
});

test("a draft that never ends is ended, and the next one is loaded", { timeout }, async () => {
  const folder = resolve("machines", "order");
  const asked = { file: join(folder, "chart.ts"), folder, saga: "order" };
  const loader = new DraftProcess(systemClock, { loadMsMax: 4_000 });
  onTestFinished(() => loader.close());

  await expect(loader.load({ ...asked, text: "for (;;) {}" })).rejects.toMatchObject({
    code: "SAGA_DRAFT_INVALID",
    message: "the draft was not done within 4000 ms",
  });
  await expect(loader.load({ ...asked, text: "process.exit(3)" })).rejects.toMatchObject({
    message: expect.stringContaining("ended the process"),
  });
  const text = `import { createMachine } from "xstate"; export const m = createMachine({ id: "x", initial: "a", states: { b: {} } });`;
  await expect(loader.load({ ...asked, text })).rejects.toMatchObject({
    message: expect.stringContaining('Initial state node "a" not found'),
  });
});
