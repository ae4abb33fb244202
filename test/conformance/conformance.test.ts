/** Plain XState and the runtime agree, case by case; where they do not, exactly as the case says. */
import { describe, expect, test } from "vitest";
import { constructs } from "./constructs.ts";
import { driveDurably, findingsOf } from "./durable.ts";
import { driveLive } from "./live.ts";
import { differences } from "./observe.ts";

const cases = constructs.flatMap(({ construct, cases: all }) =>
  all.map((each) => ({ construct, ...each })),
);

describe("plain XState and the runtime agree", () => {
  test.each(cases.filter(({ refused }) => refused === undefined))(
    "$construct: $claim",
    async (example) => {
      const { in: expected = [], only = null } = example.differs ?? {};

      const live = await driveLive(example);
      const whole = await driveDurably(example, "whole");
      const killed = await driveDurably(example, "killed");

      expect(differences(live, whole)).toEqual(only === "killed" ? [] : expected);
      expect(differences(live, killed)).toEqual(expected);
    },
  );
});

describe("what cannot be made durable is refused at registration", () => {
  test.each(cases.filter(({ refused }) => refused !== undefined))(
    "$construct: $claim",
    async (example) => {
      const live = await driveLive(example);

      expect(live).toHaveLength(example.script.length + 1);
      expect(findingsOf(example)).toEqual(example.refused?.rules);
    },
  );
});
