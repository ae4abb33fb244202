/** Loads the text of a chart as XState would have it, in this process: for texts that the tests themselves make. */
import { transform } from "esbuild";
import * as xstate from "xstate";
import type { AnyStateMachine } from "xstate";
import * as attemptDelays from "../../machines/calls/attempt-delays.ts";
import * as failedCall from "../../machines/calls/failed-call.ts";
import * as sagachart from "../../src/index.ts";

const modules: Readonly<Record<string, unknown>> = {
  xstate,
  sagachart,
  "../../src/index.ts": sagachart,
  "../../../src/index.ts": sagachart,
  "../calls/attempt-delays.ts": attemptDelays,
  "../calls/failed-call.ts": failedCall,
};

/** The machine that a text exports. */
export async function loadChart(text: string): Promise<AnyStateMachine> {
  // The synchronous one starts a program each time.
  const { code } = await transform(text, { loader: "ts", format: "cjs", target: "node20" });
  const module = { exports: {} as Record<string, unknown> };
  // oxlint-disable-next-line no-implied-eval -- the code is a chart that a test has edited
  const run = new Function("module", "exports", "require", code) as (
    module: object,
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  run(module, module.exports, (name) => {
    if (name in modules) return modules[name];
    throw new Error(`the chart imports ${name}, which is not at hand`);
  });
  const machine = Object.values(module.exports).find(isMachine);
  if (machine === undefined) throw new Error("the chart exports no machine");
  return machine;
}

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === "object" && value !== null && "getStateNodeById" in value;
}
