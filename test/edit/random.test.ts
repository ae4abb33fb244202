import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applyOperation } from "../../src/edit/apply.ts";
import type { Applied } from "../../src/edit/apply.ts";
import { applyEdits } from "../../src/edit/change.ts";
import { differences } from "../../src/edit/differences.ts";
import { expectAfter } from "../../src/edit/expect.ts";
import { factsOf } from "../../src/edit/facts.ts";
import type { Operation } from "../../src/edit/operation.ts";
import { openChart } from "../../src/edit/source.ts";
import type { ChartSource } from "../../src/edit/source.ts";
import { SagaError } from "../../src/errors.ts";
import { loadChart } from "./load-chart.ts";
import { diceOf, randomOperation } from "./random-operations.ts";

/** Of the chart that has all that a chart may have. A nightly run gives more, and another seed. */
const OPERATIONS = Number(process.env["EDIT_OPERATIONS"] ?? 1_500);
/** Chart, and how many operations. */
const files = [
  ["test/edit/fixtures/parcel.ts", OPERATIONS],
  ["machines/order/chart.ts", 100],
  ["machines/trip/chart.ts", 100],
  ["machines/payout/chart.ts", 100],
  ["machines/onboarding/chart.ts", 100],
  ["machines/subscription/chart.ts", 100],
] as const;
/** How many of them one after the other before it begins anew. */
const CHAIN_LENGTH = 30;

const seed = Number(process.env["EDIT_SEED"] ?? 20_261_126);

type Apply = (source: ChartSource, operation: Operation) => Applied;

interface Tally {
  applied: number;
  refused: number;
  /** Operations whose result is not the machine that was expected, with what differs. */
  readonly wrong: string[];
}

async function edit(file: string, count: number, apply: Apply): Promise<Tally> {
  const dice = diceOf(seed);
  const text = readFileSync(file, "utf8");
  const base = { source: openChart(text), facts: factsOf(await loadChart(text)) };
  const tally: Tally = { applied: 0, refused: 0, wrong: [] };
  let now = base;
  for (let done = 0; done < count; done += 1) {
    if (done % CHAIN_LENGTH === 0) now = base;
    const operation = randomOperation(now.source, dice);
    try {
      const { source } = apply(now.source, operation);
      const facts = factsOf(await loadChart(source.text));
      const found = differences(expectAfter(now.facts, operation), facts);
      if (found.length > 0) throw new Error(found.join("; "));
      tally.applied += 1;
      now = { source, facts };
    } catch (error) {
      if (error instanceof SagaError && error.code === "SAGA_EDIT_REFUSED") tally.refused += 1;
      else {
        tally.wrong.push(`${JSON.stringify(operation)}: ${String(error).slice(0, 500)}`);
        now = base;
      }
    }
  }
  return tally;
}

test.each(files)(
  `random edits of %s make the machine that they say (seed ${seed})`,
  { timeout: 120_000 + OPERATIONS * 50 },
  async (file, count) => {
    const { applied, refused, wrong } = await edit(file, count, applyOperation);

    console.log(`${file}, seed ${seed}: ${applied} edits, ${refused} refused`);
    expect(wrong).toEqual([]);
    expect(applied + refused).toBe(count);
    // Most of what is tried is done, so that the rest of the claim is worth something.
    expect(applied).toBeGreaterThan(count * 0.6);
  },
);

/** Engines with one mistake each, such as a person could make. */
const broken: Readonly<Record<string, Apply>> = {
  "forgets one of the places": (source, operation) => {
    const { edits, ...rest } = applyOperation(source, operation);
    const kept = edits.length > 1 ? edits.slice(0, -1) : edits;
    return { ...rest, edits: kept, source: openChart(applyEdits(source.text, kept), source.id) };
  },
  "takes the first branch for any": (source, operation) =>
    applyOperation(
      source,
      "transition" in operation
        ? { ...operation, transition: { ...operation.transition, index: 0 } }
        : operation,
    ),
  "writes targets without their parents": (source, operation) => {
    const { source: after, ...rest } = applyOperation(source, operation);
    const text = after.text.replace(/"#parcel\.undoing\./, '"#parcel.');
    return { ...rest, source: openChart(text, source.id) };
  },
};

test.each(Object.entries(broken))(
  `an engine that %s is caught (seed ${seed})`,
  async (_, apply) => {
    const { wrong } = await edit("test/edit/fixtures/parcel.ts", 150, apply);

    expect(wrong.length).toBeGreaterThan(0);
  },
);
