/**
 * Hunts one mutant: run inside of its copy of the sources, it simulates the seed that has killed it before, and then
 * others, until one does. Arguments: that seed, seconds, sagas, and "far" or nothing. Prints what it came to as JSON.
 */
import { simulate } from "../simulate.ts";

const [first = "1", seconds = "30", sagas = "", place = ""] = process.argv.slice(2);
const options = {
  ...(sagas === "" ? {} : { only: sagas.split(",") }),
  ...(place === "far" ? { isFar: true } : {}),
};
const begunAt = performance.now();

let killedBy: { seed: number; seeds: number; how: string } | null = null;
for (let seeds = 1; killedBy === null; seeds += 1) {
  // The clock is looked at after the first, so that a slow machine tries it.
  if (seeds > 1 && performance.now() - begunAt > Number(seconds) * 1_000) break;
  const seed = seeds === 1 ? Number(first) : seeds - 1;
  const how = await simulate(seed, options).then(
    ({ violations }) => violations[0],
    // Whatever goes on without end, or breaks an invariant, is seen as well.
    (error: unknown) => String(error),
  );
  if (how !== undefined) killedBy = { seed, seeds, how };
}
console.log(JSON.stringify(killedBy));
process.exit(0);
