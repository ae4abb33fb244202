import { defineConfig } from "vitest/config";

// These start processes of their own and look at when they do what: they need the machine for themselves.
const withProcesses = [
  "test/{bench,crash}/**/*.test.ts",
  "test/cli/package.test.ts",
  "test/process.test.ts",
];
// A browser waits much of its time.
const withBrowsers = ["test/e2e/**/*.test.ts"];
const all = ["test/**/*.test.ts"];
export default defineConfig({
  test: {
    reporters: [["default", { summary: false }], "json"],
    // `.ci/run` reads the numbers of tests from it.
    outputFile: { json: "coverage/vitest.json" },
    projects: [
      {
        test: {
          name: "alone",
          include: withProcesses,
          testTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "browsers",
          include: withBrowsers,
          testTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "together",
          include: all,
          exclude: [...withProcesses, ...withBrowsers],
          testTimeout: 20_000,
          // vitest itself would leave one core to others.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
