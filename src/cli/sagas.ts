/** The sagas of a folder by their names, and what they say of the world around them in `samples.ts`. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CheckOptions, Samples } from "../check/check.ts";
import { SagaError } from "../errors.ts";
import type { AnySaga } from "../saga/define.ts";
import { loadAnySagas, loadAnyModule } from "./typescript.ts";

const SAMPLES = ["samples.ts", "samples.js", "samples.mjs"];

/**
 * The newest version of the sagas of these names; of all, if there are none.
 *
 * @throws {SagaError} SAGA_NOT_FOUND if there is no saga of a name; SAGA_CONFIG_INVALID as `loadSagas`.
 */
export async function chosenSagas(
  machinesPath: string,
  names: readonly string[],
): Promise<readonly AnySaga[]> {
  const newest = new Map<string, AnySaga>();
  for (const saga of await loadAnySagas(machinesPath)) {
    if ((newest.get(saga.name)?.version ?? 0) < saga.version) newest.set(saga.name, saga);
  }
  const missing = names.find((name) => !newest.has(name));
  if (missing !== undefined) {
    const known = [...newest.keys()].toSorted().join(", ");
    throw new SagaError("SAGA_NOT_FOUND", `there is no saga "${missing}"; there are: ${known}`);
  }
  return [...newest.values()]
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What `samples.ts` of a saga may export beside `samples`: the options of its check. */
export type CheckSettings = Omit<CheckOptions, "samples" | "clock">;

/**
 * The samples beside a saga, and the options of its check if it has some.
 *
 * @throws {SagaError} SAGA_CONFIG_INVALID if there are none; the text says how to write them.
 */
export async function samplesOf(
  machinesPath: string,
  { name }: AnySaga,
): Promise<{ samples: Samples; settings: CheckSettings }> {
  const folder = join(resolve(machinesPath), name);
  const path = SAMPLES.map((file) => join(folder, file)).find((each) => existsSync(each));
  if (path === undefined) throw missingSamples(name, `there is no samples.ts in ${folder}`);
  const module = (await loadAnyModule(path)) as { samples?: Samples; checkOptions?: CheckSettings };
  const { samples, checkOptions = {} } = module;
  if (typeof samples !== "object" || samples === null) {
    throw missingSamples(name, `${path} exports no samples`);
  }
  return { samples, settings: checkOptions };
}

function missingSamples(name: string, why: string): SagaError {
  return new SagaError(
    "SAGA_CONFIG_INVALID",
    `${why}; give an example of the input of "${name}" and of what its activities answer: export const samples = { input, outputs }`,
  );
}
