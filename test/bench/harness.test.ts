/** What the figures stand on: rounds in alternation, medians, verdicts, and a limit that writes the same rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { describeMachine } from "../../bench/harness/machine.ts";
import { callAgain, recordingCalls } from "../../bench/harness/recorded-calls.ts";
import type { Call } from "../../bench/harness/recorded-calls.ts";
import { recordBatches } from "../../bench/harness/recorded-store.ts";
import { replay } from "../../bench/harness/replay.ts";
import { toPage } from "../../bench/harness/page.ts";
import { withAnew } from "../../bench/harness/report.ts";
import type { BenchReport, Report } from "../../bench/harness/report.ts";
import { alternate, row, rowAgainst } from "../../bench/harness/rounds.ts";
import { median, percentile } from "../../bench/harness/statistics.ts";
import { toTable } from "../../bench/harness/table.ts";
import { judge, verdictsOnAll } from "../../bench/harness/targets.ts";
import { orderInput, orderSaga } from "../../bench/subjects/four-steps.ts";
import { createRuntime, openSqlite } from "../../src/index.ts";

test("all take a turn in each round, in an order that turns around; the first round is not counted", async () => {
  const turns: string[] = [];
  const take = (name: string) => (round: number) => {
    turns.push(`${name}${round}`);
    return { ms: round };
  };

  const samples = await alternate({ rounds: 2, isSmoke: false }, { a: take("a"), b: take("b") });

  expect(turns).toEqual(["a0", "b0", "b1", "a1", "a2", "b2"]);
  expect(samples.of("a", "ms")).toEqual([1, 2]);
  expect(() => samples.of("a", "s")).toThrow('"a" did not measure "s"');
  const cold = await alternate({ rounds: 2, isSmoke: false, isWarming: false }, { c: take("c") });
  expect(cold.of("c", "ms")).toEqual([1, 2]);
  expect(turns.slice(6)).toEqual(["c1", "c2"]);
});

test("a ratio is taken within each round, and the table shows the median of them", () => {
  const compared = rowAgainst(row("ours", "/s", [100, 900, 300]), "limit", [200, 1_000, 300]);

  expect(compared.ratio?.values).toEqual([0.5, 0.9, 1]);
  expect(toTable([compared]).split("\n").at(-1)).toBe(
    "| ours | /s | 300 | 100 | 900 | 0.900 | limit |",
  );
});

test("medians and percentiles are values that were measured, or the mean of the middle two", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  expect([percentile([5, 1, 3], 0), percentile([5, 1, 3], 0.5), percentile([5, 1, 3], 1)]).toEqual([
    1, 3, 5,
  ]);
});

test("a target is reached by the median, from either side, and one that nobody measured is told as such", () => {
  expect(judge("limit", [0.5, 0.6, 0.7]).isReached).toBe(true);
  expect(judge("limit", [0.5, 0.59, 0.7]).isReached).toBe(false);
  expect(judge("age", [1, 1.1, 9]).isReached).toBe(true);
  expect(judge("age", [1, 1.11, 9])).toMatchObject({ measured: "1.11 ×", isReached: false });
  const all = verdictsOnAll([judge("age", [1])]);
  expect(all.filter(({ measured }) => measured !== null)).toEqual([judge("age", [1])]);
  expect(all.length).toBeGreaterThan(10);
});

test("the limit writes the very rows that the runtime writes, all tables and columns; so does the store alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sagachart-bench-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pathOf = (name: string): string => join(folder, `${name}.db`);
  const [recorded, raw, again] = [pathOf("recorded"), pathOf("raw"), pathOf("again")];

  const calls: Call[] = [];
  const batches = await recordBatches(recorded, async (store) => {
    const runtime = await createRuntime({
      store: recordingCalls(store, calls),
      sagas: [orderSaga],
    });
    for (const instanceId of ["o-1", "o-2"]) {
      await runtime.start(orderSaga, {
        instanceId,
        input: orderInput,
        attributes: { shop: "s-1" },
      });
      await runtime.waitFor(orderSaga, instanceId, { phase: "completed" });
    }
    await runtime.close();
  });
  await replay(raw, batches);
  const store = openSqlite(again);
  await callAgain(store, calls);
  await store.close();

  expect(batches.flat().length).toBeGreaterThan(20);
  expect(contentOf(raw)).toEqual(contentOf(recorded));
  expect(contentOf(again)).toEqual(contentOf(recorded));
});

/** All rows by table, but of those that tell one file from another. */
function contentOf(path: string): Record<string, unknown[]> {
  const db = new Database(path, { readonly: true });
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'bench%'",
    )
    .pluck()
    .all();
  const content = tables
    .filter((name) => name !== "meta" && !name.includes("migrations"))
    .map((name) => [name, db.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all()] as const);
  db.close();
  return Object.fromEntries(content);
}

test("a bench that ran again takes its place in the report, and the page says how it was started", () => {
  const machine = describeMachine();
  const benchOf = (name: string, value: number): BenchReport => ({
    name,
    story: `The story of ${name}.`,
    seconds: 1,
    rounds: 1,
    machine,
    rows: [row("sagas", "/s", [value])],
    verdicts: [],
    settings: {},
    notes: [],
  });
  const reportOf = (command: string, benches: readonly BenchReport[]): Report => ({
    begunAt: "2026-01-02T03:04:05.000Z",
    command,
    rounds: 1,
    machine,
    benches,
  });
  const whole = reportOf("npm run bench", [benchOf("saga", 1), benchOf("soak", 2)]);

  const page = toPage(
    withAnew(
      whole,
      reportOf("npm run bench -- soak --minutes 30", [benchOf("soak", 3), benchOf("parts", 4)]),
    ),
  );

  expect(page).toContain("Measured on 2026-01-02 by `npm run bench`");
  expect(page).toContain("`npm run bench -- saga`: 1 rounds");
  expect(page).toContain("`npm run bench -- soak --minutes 30`: 1 rounds");
  expect(page.match(/\| sagas \| \/s \| \d/g)).toEqual([
    "| sagas | /s | 1",
    "| sagas | /s | 3",
    "| sagas | /s | 4",
  ]);
});
