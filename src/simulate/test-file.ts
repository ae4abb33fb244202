/** Writes a simulated path as a test: the same moves happen to the real runtime, and it must come to the same states. */
import type { Samples } from "../check/samples.ts";
import type { AnySaga } from "../saga/define.ts";
import { stateOf } from "../saga/chart.ts";
import { phaseOf } from "../saga/phase.ts";
import { array, comment, data, object, print, text } from "../scaffold/code.ts";
import type { Code } from "../scaffold/code.ts";
import { inPlaceOf } from "../testing/ledger.ts";
import { nameOf } from "../testing/path-name.ts";
import { settledAt } from "../testing/position.ts";
import { literal } from "../testing/ready-test.ts";
import type { Setting } from "../testing/position.ts";
import type { Move } from "../check/move.ts";
import type { SimulationPath } from "./path.ts";
import type { Point } from "./point.ts";
import { Run, settingFor } from "./simulate.ts";
import { samplesWith, toTestMoves } from "./test-moves.ts";
import type { TestMoves } from "./test-moves.ts";

/** Where the test finds what it imports. */
export interface TestImports {
  /** The name that the saga is exported by, and the module. */
  readonly sagaName: string;
  readonly saga: string;
  readonly samples: string;
  readonly testing: string;
}

export interface WrittenTest {
  /** What it claims; names the test. */
  readonly claim: string;
  /** Null if there can be no such test. */
  readonly text: string | null;
  readonly reasons: readonly string[];
}

export function testOf(
  saga: AnySaga,
  samples: Samples,
  path: SimulationPath,
  imports: TestImports,
): WrittenTest {
  const setting = settingFor(saga, samples, path);
  const run = new Run(setting);
  run.playAll(path.moves);
  const told = toTestMoves(setting, run.moves, run.frames);
  const same = again(setting, told);
  const claim = claimOf(setting, same.points, told.moves);
  const stopped = run.stopped === null ? [] : [`the path stops: ${run.stopped.reason}`];
  const differs = endOf(run.point) !== endOf(same.points.at(-1) as Point) || same.isStopped;
  const reasons = [
    ...stopped,
    ...told.reasons,
    ...(differs && told.reasons.length === 0
      ? ["it depends on time that passes while nothing happens, which a test does not know"]
      : []),
  ];
  if (reasons.length > 0) return { claim, text: null, reasons };
  return { claim, text: write({ claim, saga, path, told, points: same.points, imports }), reasons };
}

/** The path once more as the test goes it: where it stands at first and after each move. */
function again(
  setting: Setting,
  told: TestMoves,
): { readonly points: readonly Point[]; readonly isStopped: boolean } {
  const run = new Run({ ...setting, samples: samplesWith(setting.samples, told) });
  const points = [run.point];
  for (const move of told.moves) {
    if (run.stopped !== null) break;
    run.play(move);
    points.push(run.point);
  }
  return { points, isStopped: run.stopped !== null };
}

function endOf({ standing, ledger }: Point): string {
  return JSON.stringify([stateOf(standing.snapshot), inPlaceOf(ledger)]);
}

function claimOf(setting: Setting, points: readonly Point[], moves: readonly Move[]): string {
  const [start, ...after] = points.map((point) => settledAt(setting, point));
  if (start === undefined) throw new Error("a path has a first point");
  const steps = after.flatMap((settled, index) => {
    const move = moves[index];
    return move === undefined ? [] : [{ move, settled }];
  });
  return nameOf(start, steps);
}

interface Parts {
  readonly claim: string;
  readonly saga: AnySaga;
  readonly path: SimulationPath;
  readonly told: TestMoves;
  readonly points: readonly Point[];
  readonly imports: TestImports;
}

function write({ claim, saga, path, told, points, imports }: Parts): string {
  const last = points.at(-1) as Point;
  const isChoice = Object.values(told.outputs).some((outputs) => outputs.length > 1);
  const testing = isChoice ? "oneOf, replay" : "replay";
  return [
    [
      comment(`The ${saga.name} saga on a path that was simulated.`),
      'import { expect, test } from "vitest";',
      `import { ${testing} } from ${text(imports.testing)};`,
      `import { ${imports.sagaName} } from ${text(imports.saga)};`,
      `import { samples } from ${text(imports.samples)};`,
    ].join("\n"),
    ...forcedCode(path, imports),
    print(array(told.moves.map(data)), {
      before: "const moves = ",
      after: " as const;",
    }),
    [
      `test(${text(claim)}, async () => {`,
      print(object({ samples: samplesCode(path, told) }), {
        depth: 1,
        before: `const seen = await replay(${path.guards === undefined ? imports.sagaName : "forced"}, moves, `,
        after: ");",
      }),
      "",
      print(array(points.map(({ standing }) => text(stateOf(standing.snapshot)))), {
        depth: 1,
        before: "expect(seen.settled.map(({ state }) => state)).toEqual(",
        after: ");",
      }),
      `  expect(seen.phase).toBe(${text(phaseOf(last.standing.snapshot))});`,
      print(array(inPlaceOf(last.ledger).map(text)), {
        depth: 1,
        before: "expect(seen.inPlace).toEqual(",
        after: ");",
      }),
      "});\n",
    ].join("\n"),
  ].join("\n\n");
}

/** The saga with the guards as the path has them. */
function forcedCode({ guards }: SimulationPath, { sagaName }: TestImports): readonly string[] {
  if (guards === undefined) return [];
  const says = Object.entries(guards).map(([name, value]) => [name, `() => ${value}`]);
  const provided = print(
    object({ guards: object(Object.fromEntries(says) as Record<string, Code>) }),
    {
      depth: 1,
      before: `machine: ${sagaName}.machine.provide(`,
      after: "),",
    },
  );
  return [["const forced = {", `  ...${sagaName},`, `  ${provided.trimStart()}`, "};"].join("\n")];
}

function samplesCode(path: SimulationPath, { outputs, errors }: TestMoves): Code {
  const given = {
    ...("input" in path ? { input: data(path.input) } : {}),
    ...(Object.keys(outputs).length === 0 ? {} : { outputs: outputsCode(outputs) }),
    ...(Object.keys(errors).length === 0 ? {} : { errors: errorsCode(errors) }),
  };
  return Object.keys(given).length === 0
    ? "samples"
    : object({ "...samples": "...samples", ...given });
}

function outputsCode(outputs: TestMoves["outputs"]): Code {
  const entries = Object.entries(outputs).map(([src, given]): [string, Code] => {
    const codes = given.map(inline);
    return [src, codes.length === 1 ? (codes[0] ?? "undefined") : `oneOf(${codes.join(", ")})`];
  });
  return object({ "...samples.outputs": "...samples.outputs", ...Object.fromEntries(entries) });
}

const defaults = {
  rejected: 'Object.assign(new Error("rejected"), { kind: "rejected" })',
  transient: 'Object.assign(new Error("no definite answer"), { kind: "unknown" })',
} as const;

function errorsCode(errors: TestMoves["errors"]): Code {
  const code = (kind: "rejected" | "transient"): string =>
    kind in errors ? errorCode(errors[kind]) : `samples.errors?.${kind} ?? ${defaults[kind]}`;
  return object({ rejected: code("rejected"), transient: code("transient") });
}

function errorCode(error: unknown): string {
  if (error === null || typeof error !== "object" || !("message" in error)) return inline(error);
  const { message, ...fields } = error;
  return `Object.assign(new Error(${JSON.stringify(message)}), ${inline(fields)})`;
}

function inline(value: unknown): string {
  return literal(value);
}
