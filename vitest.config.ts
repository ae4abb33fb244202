import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: [["default", { summary: false }], "json"],
    // `.ci/run` reads the numbers of tests from it.
    outputFile: { json: "coverage/vitest.json" },
    testTimeout: 20_000,
  },
});
