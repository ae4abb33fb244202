import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constructs } from "./constructs.ts";
import { REFERENCE_PATH, renderReference } from "./reference.ts";

test("the reference tells what the cases show; `npm run conformance:docs` writes it", () => {
  expect(readFileSync(REFERENCE_PATH, "utf8")).toBe(renderReference());
});

test("no two cases of a construct make the same claim", () => {
  const claims = constructs.flatMap(({ construct, cases }) =>
    cases.map(({ claim }) => `${construct}: ${claim}`),
  );

  expect(claims.length).toBeGreaterThanOrEqual(150);
  expect(new Set(claims).size).toBe(claims.length);
});
