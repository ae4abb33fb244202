/** Where the files of a new saga stand and what they import from: in a user's project, or in this repository. */
import { posix } from "node:path";

export interface Layout {
  /** Folder of the saga. */
  readonly folder: string;
  readonly testPath: string;
  /** What the files in the folder import the public API and the type of samples from. */
  readonly sagachart: string;
  readonly samples: string;
  /** The same as the test sees it, and the folder. */
  readonly test: {
    readonly folder: string;
    readonly sagachart: string;
    readonly testing: string;
  };
}

/** Everything of a saga in one folder, and the package by its name. */
export function projectLayout(machinesPath: string, name: string): Layout {
  const folder = posix.join(machinesPath, name);
  return {
    folder,
    testPath: posix.join(folder, `${name}.test.ts`),
    sagachart: "sagachart",
    samples: "sagachart/check",
    test: { folder: ".", sagachart: "sagachart", testing: "sagachart/testing" },
  };
}

/** In this repository, whose tests mirror the tree and which is its own package. */
export function repositoryLayout(name: string): Layout {
  return {
    folder: `machines/${name}`,
    testPath: `test/machines/${name}.test.ts`,
    sagachart: "../../src/index.ts",
    samples: "../../src/check/check.ts",
    test: {
      folder: `../../machines/${name}`,
      sagachart: "../../src/index.ts",
      testing: "../../src/testing/testing.ts",
    },
  };
}
