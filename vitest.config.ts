import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/**
 * Browsers want time of their own, so there is one at a time, and beside it what waits most of its own: by the order here,
 * and by how long each takes.
 */
const browsers = [
  "e2e/edit",
  "crash/kill",
  "e2e/exchange",
  "e2e/live",
  "machines/payout-faults",
  "e2e/simulate",
  "disk/server",
  "e2e/instance",
  "crash/workflows",
  "e2e/create",
  "crash/schedule-kill",
  "e2e/sagas",
];

/** Of the others those that take ten seconds and more: the longest begin first, so that none is left alone at the end. */
const longest = [
  "paths/order",
  "simulation/mutants/mutants",
  "check/mutants",
  "paths/subscription",
  "conformance/conformance",
  "conformance/scxml/scxml",
  "scaffold/written",
  "draft/drafts",
  "paths/onboarding",
  "cli/package",
  "disk/io-sweep",
  "edit/random",
  "paths/trip",
  "disk/power-loss",
  "simulation/simulation",
  "studio/editing",
  "draw/images",
  "http/route-errors",
  "studio/simulate-routes",
  "paths/payout",
  "machines/trip-faults",
  "readme",
  "store/migrate-race",
  "cli/dev",
  "process",
  "exchange/round-trip",
  "machines/order-faults",
  "http/rubbish",
  "draw/layout",
  "store/sqlite-store",
];

const beside = [...browsers.map(pathOf), "test/e2e/**/*.test.ts"];
const order = [...browsers, ...longest].map(pathOf);

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function pathOf(name: string): string {
  return `test/${name}.test.ts`;
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = order.findIndex((path) => moduleId.endsWith(`/${path}`));
  return place === -1 ? order.length : place;
}

export default defineConfig({
  test: {
    reporters: [["default", { summary: false }], "json"],
    // `.ci/run` reads the numbers of tests from it.
    outputFile: { json: "coverage/vitest.json" },
    sequence: { sequencer: InOrder },
    projects: [
      {
        test: {
          name: "browsers",
          include: beside,
          isolate: false,
          maxWorkers: 2,
          // Twice what a page may take for one thing that is waited for.
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: beside,
          // Files of one worker share what they import: a third of their time. So none may leave anything behind.
          isolate: false,
          // One more than the cores of a small machine: processes, files and timers are waited for much of the time.
          maxWorkers: 3,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
