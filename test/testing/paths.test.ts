/** What paths there are through a saga. */
import { expect, test } from "vitest";
import { z } from "zod";
import { defineSaga } from "../../src/index.ts";
import { pathsOf } from "../../src/testing/testing.ts";
import type { Move, Path } from "../../src/testing/testing.ts";
import { deskMachine } from "../fixtures/desk.ts";
import { definePurchase, PATIENCE_MS } from "../fixtures/purchase.ts";
import { purchaseSamples } from "./purchase-samples.ts";

const saga = definePurchase({});

function namesOf(paths: readonly Path[]): string[] {
  return paths.map(({ name }) => name);
}

test("a path leads over every transition of the chart, and into every state", () => {
  const options = { ignoreContext: ["attempts"] };
  const { coverage, cut } = pathsOf(saga, purchaseSamples, options);

  expect(coverage).toEqual({
    states: { covered: 9, total: 9, missed: [] },
    transitions: { covered: 10, total: 10, missed: [] },
  });
  expect(cut).toEqual([]);
});

test("names tell what goes wrong on the way, and where it leads", () => {
  const { paths } = pathsOf(saga, purchaseSamples, { ignoreContext: ["attempts"] });

  expect(namesOf(paths)).toEqual(
    expect.arrayContaining([
      `${PATIENCE_MS} of waiting fires → forgotten`,
      "PAY comes, charge succeeds → paid",
      "PAY comes, charge hangs, charge takes effect late → paying.backingOff",
      "PAY comes, charge loses its reply, CANCEL comes, refund is rejected → refundFailed",
    ]),
  );
});

test("the names of paths are unique, and the same every time", () => {
  const options = { configurationsMax: 60 };
  const names = namesOf(pathsOf(saga, purchaseSamples, options).paths);

  expect(new Set(names).size).toBe(names.length);
  expect(namesOf(pathsOf(saga, purchaseSamples, options).paths)).toEqual(names);
});

test("no path is the beginning of another", () => {
  const { paths } = pathsOf(saga, purchaseSamples, { ignoreContext: ["attempts"] });
  const texts = paths.map(({ steps }) => steps.map(({ move }) => JSON.stringify(move)).join());

  const beginnings = texts.filter((text) =>
    texts.some((other) => other !== text && other.startsWith(text)),
  );

  expect(beginnings).toEqual([]);
});

test("a counter without an end is cut off at a limit, and that is told", () => {
  const { configurations, cut } = pathsOf(saga, purchaseSamples, { configurationsMax: 25 });

  expect(configurations).toBeGreaterThan(25);
  expect(cut).toEqual([
    expect.stringMatching(/^\d+ configurations beyond the first 25 \(configurationsMax\)$/),
  ]);
});

test("an attempt ends in every way, and moves that the chart cannot tell apart take turns", () => {
  const { paths } = pathsOf(saga, purchaseSamples, { configurationsMax: 60 });
  const moves = paths.flatMap(({ steps }) => steps.map(({ move }) => move));
  const outcomesOf = (kind: Move["kind"]): string[] =>
    [
      ...new Set(
        moves.flatMap((move) =>
          move.kind === kind && "outcome" in move && move.activityId === "charge"
            ? [move.outcome]
            : [],
        ),
      ),
    ].toSorted();

  expect(outcomesOf("settle")).toEqual(["lostReply", "ok", "rejected", "transient"]);
  expect(outcomesOf("settleLate")).toEqual(["ok", "transient"]);
  expect(moves.some(({ kind }) => kind === "lapse")).toBe(true);
});

test("a compensation waits until the attempt that was left has ended", () => {
  const { paths } = pathsOf(saga, purchaseSamples, { ignoreContext: ["attempts"] });
  const cancelled = paths.filter(({ name }) => name.includes("PAY comes, CANCEL comes"));

  const kinds = cancelled.map(({ steps }) => steps.slice(0, 3).map(({ move }) => move.kind));

  expect(kinds.length).toBeGreaterThan(0);
  for (const [, , third] of kinds) expect(["settleLate", "lapse"]).toContain(third);
});

const desk = {
  name: "desk",
  version: 1,
  machine: deskMachine,
  activities: {},
} as const;

function sentTo(paths: readonly Path[], type: string): object[] {
  const moves = paths.flatMap(({ steps }) => steps.map(({ move }) => move));
  return moves.flatMap((move) =>
    move.kind === "send" && move.event.type === type ? [move.event] : [],
  );
}

test("payloads come from the samples, or are made from the schema", () => {
  const withSchema = defineSaga({
    ...desk,
    events: {
      ITEM: z.strictObject({ n: z.int().min(3) }),
      WELCOME: z.object({ from: z.number() }),
    },
  });
  const options = { configurationsMax: 5 };

  const made = pathsOf(withSchema, { input: undefined }, options).paths;
  const given = pathsOf(
    withSchema,
    { input: undefined, events: { ITEM: [{ n: 7 }, { n: 8 }] } },
    options,
  ).paths;

  expect(sentTo(made, "ITEM")).toContainEqual({ type: "ITEM", n: 3 });
  expect(sentTo(given, "ITEM")).toContainEqual({ type: "ITEM", n: 8 });
});

test("a sample that the schema refuses, and a schema that tells no example, are named", () => {
  const saga7 = defineSaga({
    ...desk,
    events: { ITEM: z.object({ n: z.number().refine((n) => n % 7 === 0) }) },
  });
  const pathsWith = (events: Record<string, object[]>) => () =>
    pathsOf(saga7, { input: undefined, events }, { configurationsMax: 5 });

  expect(pathsWith({ ITEM: [{ n: 6 }] })).toThrow(/event "ITEM" of saga "desk".*samples\.events/);
  expect(pathsWith({})).toThrow(/event "ITEM" of saga "desk".*samples\.events/);
  expect(pathsWith({ ITEM: [{ n: 7 }] })).not.toThrow();
});

test("an input that the schema refuses is named", () => {
  const strict = defineSaga({
    ...desk,
    input: z.strictObject({ place: z.string() }) as never,
  });

  expect(() => pathsOf(strict, { input: {} })).toThrow(/input of saga "desk" is not valid: place/);
});
