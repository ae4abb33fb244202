/** Plain XState and the runtime agree, case by case; where they do not, exactly as the case says. */
import { describe, expect, test } from "vitest";
import { constructs } from "./constructs.ts";
import { driveDurably, findingsOf } from "./durable.ts";
import { driveLive } from "./live.ts";
import { differences } from "./observe.ts";

const cases = constructs.flatMap(({ construct, cases: all }) =>
  all.map((example) => ({ construct, example })),
);

describe("plain XState and the runtime agree", () => {
  for (const { construct, example } of cases.filter((each) => each.example.refused === undefined)) {
    const { in: expected = [], only = null } = example.differs ?? {};

    test(`${construct}: ${example.claim}`, async () => {
      const live = await driveLive(example);
      const whole = await driveDurably(example, "whole");
      const killed = await driveDurably(example, "killed");

      expect(differences(live, whole)).toEqual(only === "killed" ? [] : expected);
      expect(differences(live, killed)).toEqual(expected);
    });
  }
});

describe("what cannot be made durable is refused at registration", () => {
  for (const { construct, example } of cases.filter((each) => each.example.refused !== undefined)) {
    test(`${construct}: ${example.claim}`, async () => {
      const live = await driveLive(example);

      expect(live).toHaveLength(example.script.length + 1);
      expect(findingsOf(example)).toEqual(example.refused?.rules);
    });
  }
});
