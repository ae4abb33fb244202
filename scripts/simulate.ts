/** `npm run sim`: simulates seeds until one breaks a promise, or shows one of them. */
import { parseArgs } from "node:util";
import { failureText, shrink, simulateSeeds, tallyLines } from "../test/simulation/seeds.ts";
import { simulate } from "../test/simulation/simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    seconds: { type: "string", default: "60" },
    without: { type: "string", default: "" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    [
      "npm run sim -- [options]   simulates processes, disks, services and clients",
      "  --seed N          this seed only; without it, seeds from now on",
      "  --trace           with --seed: all that happened",
      "  --seconds S       without --seed: how long (default 60)",
      "  --without a,b     classes of faults that are off",
      "  --only a,b        sagas that are played",
    ].join("\n"),
  );
} else {
  const only = values.only === undefined ? {} : { only: list(values.only) };
  const options = { without: list(values.without), ...only };
  const failure =
    values.seed === undefined
      ? await simulateMany(Number(values.seconds), options)
      : await simulateOne(Number(values.seed), options);
  if (failure !== null) {
    console.error(failure);
    process.exitCode = 1;
  }
}

function list(text: string): readonly string[] {
  return text.split(",").filter((name) => name !== "");
}

type Options = Parameters<typeof simulate>[1] & { readonly without: readonly string[] };

async function simulateOne(seed: number, options: Options): Promise<string | null> {
  const run = await simulate(seed, options);
  if (values.trace) console.log(run.trace.join("\n"));
  if (run.violations.length > 0) return failureText({ ...run, trace: [] }, options.without);
  console.log(`seed ${seed} keeps its promises`);
  return null;
}

async function simulateMany(seconds: number, options: Options): Promise<string | null> {
  const from = Date.now() % 1_000_000_000;
  console.log(`from seed ${from}`);
  const { tally, failed } = await simulateSeeds({ ...options, from, seconds });
  console.log(tallyLines(tally).join("\n"));
  return failed && failureText(failed, await shrink(failed, options));
}
