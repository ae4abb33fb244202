/** The SCXML tests of the test framework, as cases. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { advance, send } from "../case.ts";
import type { Case, Observation } from "../case.ts";
import { toMachine } from "./convert.ts";
import { parseXml } from "./xml.ts";

/** What a test expects, as its file tells it. */
interface Expectation {
  readonly initialConfiguration: readonly string[];
  readonly events: readonly {
    readonly event: { readonly name: string; readonly data?: unknown };
    /** How long to wait before, ms. */
    readonly after?: number;
    readonly nextConfiguration: readonly string[];
  }[];
}

export interface ScxmlTest {
  /** Folder and file without its endings. */
  readonly name: string;
  readonly example: Case;
  /** Ids of the active leaves that are expected after some of the instructions; 0 is the start. */
  readonly expected: readonly { readonly after: number; readonly states: readonly string[] }[];
}

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve("@scion-scxml/test-framework/package.json")), "test");

/** The longest that a test waits for anything. */
const PATIENCE_MS = 60_000;

export function scxmlTests(): readonly ScxmlTest[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((group) =>
      readdirSync(join(folder, group))
        .filter((file) => file.endsWith(".scxml") && existsSync(expectationOf(group, file)))
        .toSorted()
        .map((file) => toTest(group, file)),
    );
}

function expectationOf(group: string, file: string): string {
  return join(folder, group, file.replace(/\.scxml$/, ".json"));
}

function toTest(group: string, file: string): ScxmlTest {
  const { initialConfiguration, events } = JSON.parse(
    readFileSync(expectationOf(group, file), "utf8"),
  ) as Expectation;
  const text = readFileSync(join(folder, group, file), "utf8");
  const name = `${group}/${file.replace(/(\.txml)?\.scxml$/, "")}`;
  const types = events.map(({ event }) => event.name).filter(Boolean);

  // A test of the W3C ends by itself, if need be by a timeout of its own.
  const isToEnd = group === "w3c-ecma";
  const script = isToEnd
    ? [advance(PATIENCE_MS)]
    : events.flatMap(({ event, after = 0 }) => [
        advance(after),
        send({ type: event.name, data: event.data }),
      ]);
  const expected = isToEnd
    ? [{ after: 1, states: ["pass"] }]
    : [
        { after: 0, states: initialConfiguration },
        ...events.map(({ nextConfiguration }, index) => ({
          after: 2 * (index + 1),
          states: nextConfiguration,
        })),
      ];
  return {
    name,
    expected,
    example: { claim: name, machine: () => toMachine(parseXml(text), types), script },
  };
}

/** Whether the active leaves are the expected ones each time. */
export function meets(seen: readonly Observation[], { expected }: ScxmlTest): boolean {
  return expected.every(({ after, states }) => {
    const leaves = (seen[after]?.[""]?.state ?? "")
      .split(",")
      .map((path) => path.split(".").at(-1));
    const wanted = states.map((id) => id.replace(/[^\w-]/g, "_"));
    return isDeepStrictEqual(new Set(leaves), new Set(wanted));
  });
}
