/** Planted mistakes are found, each by the property that names it, and its witness happens in the real runtime. */
import { afterAll, describe, expect, test } from "vitest";
import { check } from "../../src/check/check.ts";
import type {
  CheckFinding,
  CheckOptions,
  Move,
  PropertyName,
  Samples,
  Witness,
} from "../../src/check/check.ts";
import type { AnySaga } from "../../src/saga/define.ts";
import { replay } from "../../src/testing/testing.ts";
import { mutate } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { subjects } from "./subjects.ts";

const sagas = Object.keys(subjects) as (keyof typeof subjects)[];

const table: { readonly of: string; readonly line: string }[] = [];
afterAll(() => {
  const perSaga = sagas.map((name) => {
    const found = table.filter(({ of }) => of === name);
    return `${name}: ${found.length} of ${mutants[name].length} found`;
  });
  const lines = table.map(({ of, line }) => `${of}: ${line}`);
  console.log(
    ["mutant | found as | world | moves of the witness", ...lines, ...perSaga].join("\n"),
  );
});

describe.each(sagas)("%s", (name) => {
  const { saga, options } = subjects[name];

  test("nothing is found in the original", () => {
    const report = check(saga, { ...options, worlds: ["clean", "lossy"] });

    // With one attempt no retry of the trip can be reached.
    const isTold = name === "trip" ? ["error"] : ["error", "warning"];
    expect(report.findings.filter(({ severity }) => isTold.includes(severity))).toEqual([]);
    expect(report.unusedWaivers).toEqual([]);
  }, 120_000);

  test.each(mutants[name])(
    "found, and so it happens in the runtime: $name",
    async ({ name: mistake, change, world, property, place }) => {
      const mutant = mutate(saga, change);

      const report = check(mutant, { ...options, worlds: [world] });

      const found = report.findings.map((finding) => `${finding.property} at ${finding.place}`);
      expect(found).toContain(`${property} at ${place}`);
      const caught = report.findings[found.indexOf(`${property} at ${place}`)];
      const moves = caught?.witness?.steps.length ?? "none";
      const line = `${mistake} | ${property} at ${place} | ${world} | ${moves}`;
      table.push({ of: name, line });
      if (caught?.witness) await expectInRuntime(mutant, options, caught, caught.witness);
    },
    120_000,
  );
});

/** The moves of a witness, made to the real runtime, lead through the same states and to the same broken claim. */
async function expectInRuntime(
  saga: AnySaga,
  { samples }: CheckOptions,
  { property, place }: CheckFinding,
  { start, steps }: Witness,
): Promise<void> {
  const moves = steps.map(({ move }) => move);

  const seen = await replay(saga, moves, { samples });

  expect(seen.settled.map(({ state }) => state)).toEqual(
    [start, ...steps].map(({ state }) => state),
  );
  // The ledger of the runtime's world keeps account of what can be undone.
  const { inPlace } = steps.at(-1) ?? start;
  const undoable = inPlace.filter((src) => typeof saga.compensations[src] === "string");
  expect(seen.inPlace).toEqual([...new Set(undoable)]);
  const times = seen.ledger.filter(({ activity }) => activity === place).length;
  expect(property !== "doubled" || times === 2).toBe(true);
  expect(!isOfTheLedger(property) || seen.broken.length > 0).toBe(true);
  const type =
    /^always take (\S+) in/.exec(place)?.[1] ?? (property === "event-early" ? place : null);
  expect(await answerTo(saga, moves, type, samples)).toContain("takes no event");
}

// What the runtime says to an event that should have been taken.
async function answerTo(
  saga: AnySaga,
  moves: readonly Move[],
  type: string | null,
  samples: Samples,
): Promise<string> {
  if (type === null) return "asked for none: takes no event";
  const event = { ...samples.events?.[type]?.[0], type };
  return replay(saga, [...moves, { kind: "send", event }], { samples }).then(
    () => "it is taken",
    String,
  );
}

function isOfTheLedger(property: PropertyName): boolean {
  return ["completed", "compensated", "reverse-order"].includes(property);
}

test("there are at least 20 mutants of the order saga, and 25 of the others together", () => {
  const { order, ...others } = mutants;
  expect(order.length).toBeGreaterThanOrEqual(20);
  expect(Object.values(others).flat().length).toBeGreaterThanOrEqual(25);
});
