/** Bugs that are planted in the sources break a promise in some seed, so that the simulation is known to look. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { matches, plant } from "./mutant.ts";
import { edges } from "./edges.ts";
import { mutants as inner } from "./mutants.ts";
import { planned } from "./planned.ts";
import type { Mutant } from "./mutants.ts";

const mutants = [...inner, ...edges, ...planned];

/** How long a mutant may live. */
const HUNT_SECONDS = 30;
/** A process that hangs in the code of a mutant is killed with it. */
const HANG_MS = 110_000;

interface Killed {
  readonly seed: number;
  /** How many seeds were tried. */
  readonly seeds: number;
  readonly how: string;
}

const killed = new Map<string, Killed>();
afterAll(() => {
  const lines = [...killed].map(([name, { seed, seeds, how }]) => {
    const tried = seeds === 1 ? "" : ` (the ${seeds}th that was tried)`;
    return `${name}: seed ${seed}${tried}: ${how.slice(0, 120)}`;
  });
  console.log([`${killed.size} of ${mutants.length} mutants killed`, ...lines].join("\n"));
});

test("the sources are as the mutants know them", () => {
  const moved = mutants.filter((mutant) => matches(mutant).some((count) => count !== 1));

  expect(moved.map(({ name }) => name)).toEqual([]);
  expect(mutants.length).toBeGreaterThanOrEqual(40);
});

// Two at a time: each is a process of its own.
describe.concurrent("a seed kills the mutant", { timeout: HANG_MS + 10_000 }, () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s", async (name, mutant) => {
    const found = await hunt(mutant);

    if (found !== null) killed.set(name, found);
    expect(found).not.toBeNull();
    // A patch that names what there is not any more breaks the program, and no promise.
    expect(found?.how).not.toContain("ReferenceError");
  });
});

async function hunt(mutant: Mutant): Promise<Killed | null> {
  const { program, remove } = await plant(mutant);
  try {
    const { seed, only = [], isFar = false } = mutant;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, String(seed), String(HUNT_SECONDS), only.join(","), isFar ? "far" : ""],
      { timeout: HANG_MS },
    );
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null") as Killed | null;
  } finally {
    remove();
  }
}
