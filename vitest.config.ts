import { defineConfig } from "vitest/config";

// These measure, drive browsers, or install: they need the machine for themselves. Kills need not: they wait most of the time.
const alone = ["test/{bench,e2e}/**/*.test.ts", "test/cli/package.test.ts", "test/process.test.ts"];
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
          include: alone,
          testTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "together",
          include: all,
          exclude: alone,
          testTimeout: 20_000,
          // Files of one worker share what they import: a third of their time. So none may leave anything behind.
          isolate: false,
          // vitest itself would leave one core to others.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
