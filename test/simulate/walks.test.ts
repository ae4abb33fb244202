/**
 * A simulation is worth what it has in common with what runs: random walks come to the same states as the chart of
 * path tests, as the real runtime, and as the checker says that they do.
 */
import { describe, expect, test } from "vitest";
import { check } from "../../src/check/check.ts";
import type { CheckOptions, Move } from "../../src/check/check.ts";
import type { AnySaga } from "../../src/index.ts";
import { toChartModel } from "../../src/draw/model.ts";
import { Run, settingFor } from "../../src/simulate/simulate.ts";
import { pathVisits } from "../../src/simulate/visits.ts";
import { begin, moved, movesFrom, settledAt, settingOf } from "../../src/testing/position.ts";
import { replay } from "../../src/testing/testing.ts";
import { mutate } from "../check/mutant.ts";
import { mutants } from "../check/mutants.ts";
import { subjects } from "../check/subjects.ts";
import { definePurchase } from "../fixtures/purchase.ts";
import { purchaseSamples } from "../testing/purchase-samples.ts";

const SEED = 20_261_126;

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Walk {
  readonly moves: readonly Move[];
  /** What path tests expect after each. */
  readonly expected: readonly ReturnType<typeof settledAt>[];
}

/** Random moves as path tests know them, each of which can happen. */
function walkOf(saga: AnySaga, options: CheckOptions, random: () => number): Walk {
  const setting = settingOf(saga, options.samples);
  let position = begin(setting);
  const moves: Move[] = [];
  const expected: ReturnType<typeof settledAt>[] = [];
  for (let length = 0; length < 30; length += 1) {
    const possible = movesFrom(setting, position);
    const move = possible[Math.floor(random() * possible.length)];
    const next = move === undefined ? null : moved(setting, position, move);
    if (move === undefined) break;
    if (next === null) continue;
    position = next;
    moves.push(move);
    expected.push(settledAt(setting, position));
  }
  return { moves, expected };
}

describe.each(Object.keys(subjects) as (keyof typeof subjects)[])("%s", (name) => {
  const { saga, options } = subjects[name];

  test(`random moves come to where path tests say (seed ${SEED})`, () => {
    const random = randomFrom(SEED);
    const setting = settingFor(saga, options.samples, { moves: [] });
    let count = 0;
    for (let walk = 0; walk < 8; walk += 1) {
      const { moves, expected } = walkOf(saga, options, random);
      const run = new Run(setting);
      for (const [index, move] of moves.entries()) {
        run.play(move);
        expect(run.stopped).toBeNull();
        const { revision: _, ...seen } = settledAt(setting, run.point);
        expect(seen).toEqual({
          ...expected[index],
          revision: undefined,
        });
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(20);
  });

  test("edges and states of the visits are those of the drawing", () => {
    const model = toChartModel(saga.machine);
    const run = new Run(settingFor(saga, options.samples, { moves: [] }));
    for (const move of walkOf(saga, options, randomFrom(SEED)).moves) run.play(move);
    const edges = new Set(model.edges.map(({ id }) => id));

    expect(run.steps.flatMap((step) => step.edges).filter((id) => !edges.has(id))).toEqual([]);
  });
});

test("random moves come to where the real runtime comes", { timeout: 60_000 }, async () => {
  const saga = definePurchase({});
  const random = randomFrom(SEED);
  for (let walk = 0; walk < 6; walk += 1) {
    const { moves } = walkOf(saga, { samples: purchaseSamples }, random);
    const run = new Run(settingFor(saga, purchaseSamples, { moves: [] }));
    const states = [run.point, ...moves.map((move) => (run.play(move), run.point))].map(
      (point) => settledAt(settingFor(saga, purchaseSamples, { moves: [] }), point).state,
    );

    const seen = await replay(saga, moves, { samples: purchaseSamples });

    expect(seen.settled.map(({ state }) => state)).toEqual(states);
  }
});

describe("the witness of a planted mistake", () => {
  const chosen = (["order", "payout"] as const).flatMap((name) =>
    mutants[name].slice(0, 1).map((mutant) => ({ of: name, ...mutant })),
  );

  test.each(chosen)("plays to its end: $of, $name", ({ of, change, world, property, place }) => {
    const { saga, options } = subjects[of];
    const mutant = mutate(saga, change);
    const { findings } = check(mutant, { ...options, worlds: [world] });
    const found = findings.find((each) => each.property === property && each.place === place);
    const steps = found?.witness?.steps ?? [];

    const run = new Run(settingFor(mutant, options.samples, { moves: [] }));
    run.playAll(steps.map(({ move }) => move));

    expect(run.stopped).toBeNull();
    expect(run.steps.at(-1)?.state).toBe(steps.at(-1)?.state ?? run.steps.at(-1)?.state);
  });
});

test("the path tests of a saga visit all of its states and edges", () => {
  const saga = definePurchase({});
  const model = toChartModel(saga.machine);

  const visits = pathVisits(saga, purchaseSamples, { ignoreContext: ["attempts"] });

  const drawn = model.edges.filter(({ kind }) => kind !== "initial");
  expect(drawn.filter(({ id }) => !(id in visits.edges))).toEqual([]);
  expect(model.states.filter(({ id }) => !(id in visits.states))).toEqual([]);
  expect(visits.counted).toBe(visits.paths.length);
});
