/** Space that is set aside must not be what fills the disk. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { keepBallast } from "../../src/store/sqlite/ballast.ts";
import { databasePath } from "../fixtures/world.ts";

test("nothing is set aside where there is no room", async () => {
  // A file system without any space, where nothing could be written either.
  await expect(keepBallast("/proc/sagas.db", 1_000_000)).resolves.toBe("no-room");
});

test("space is set aside once, and none where none is wanted", async () => {
  const path = databasePath();

  expect(await keepBallast(path, 0)).toBe("unwanted");
  expect(existsSync(`${path}.ballast`)).toBe(false);
  expect(await keepBallast(path, 1_000_000)).toBe("made");
  expect(await keepBallast(path, 2_000_000)).toBe("there");
});
