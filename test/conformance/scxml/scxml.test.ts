/** Every SCXML test that plain XState passes, the runtime passes, killed before every event. */
import { describe, expect, test } from "vitest";
import { driveDurably } from "../durable.ts";
import { driveLive } from "../live.ts";
import { differences } from "../observe.ts";
import { exceptions } from "./exceptions.ts";
import { meets, scxmlTests } from "./suite.ts";

const all = scxmlTests();

test("each exception is a test of the suite", () => {
  expect([...exceptions.keys()].filter((name) => !all.some((one) => one.name === name))).toEqual(
    [],
  );
});

describe("the runtime passes what plain XState passes", () => {
  test.each(all.filter(({ name }) => !exceptions.has(name)))("$name", async (one) => {
    const live = await driveLive(one.example);
    const killed = await driveDurably(one.example, "killed");

    expect(meets(live, one)).toBe(true);
    expect(differences(live, killed)).toEqual([]);
  });
});

describe("plain XState does not pass", () => {
  test.each(all.filter(({ name }) => exceptions.has(name)))("$name", async (one) => {
    const seen = await driveLive(one.example).catch(() => []);

    expect(meets(seen, one)).toBe(false);
  });
});
