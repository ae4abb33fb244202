/** What is in place in the world: one effect for each operation, and an undo takes away the latest. */
import { expect, test } from "vitest";
import {
  doByHand,
  EFFECTS_PER_ACTIVITY_MAX,
  hear,
  NOTHING_DONE,
  rename,
  takeEffect,
} from "../../src/check/ledger.ts";
import type { Ledger, WorldAttempt } from "../../src/check/ledger.ts";

const undoes = new Map([["refund", ["charge"]]]);
const charge = (operation: string | null): WorldAttempt => ({
  activityId: "charge",
  src: "charge",
  operation,
});
const refund: WorldAttempt = { activityId: "refund", src: "refund", operation: "r" };

function after(...attempts: readonly WorldAttempt[]): Ledger {
  return attempts.reduce(
    (ledger, attempt) => takeEffect(undoes, ledger, attempt).ledger,
    NOTHING_DONE,
  );
}

function operations({ inPlace }: Ledger): readonly (string | null)[] {
  return inPlace.map(({ operation }) => operation);
}

test("an operation has its effect once, however many attempts it has", () => {
  expect(operations(after(charge("a"), charge("a"), charge("b")))).toEqual(["a", "b"]);
});

test("an operation that was undone has no effect a second time", () => {
  expect(operations(after(charge("a"), refund, charge("a")))).toEqual([]);
});

test("an undo takes away the latest effect of what it undoes", () => {
  const deed = takeEffect(undoes, after(charge("a"), charge("b")), refund);

  expect(deed.undone?.operation).toBe("b");
  expect(operations(deed.ledger)).toEqual(["a"]);
});

test("more effects of one activity than are told apart are noted", () => {
  const many = Array.from({ length: EFFECTS_PER_ACTIVITY_MAX }, (_, index) => charge(`${index}`));

  expect(takeEffect(undoes, after(...many.slice(1)), charge("next")).isUncounted).toBe(false);
  expect(takeEffect(undoes, after(...many), charge("next")).isUncounted).toBe(true);
});

test("what a person has undone by hand is gone, and what he has done is there", () => {
  expect(operations(doByHand(undoes, after(charge("a"), charge("b")), refund))).toEqual([]);
  expect(doByHand(undoes, NOTHING_DONE, charge("a")).inPlace).toMatchObject([{ src: "charge" }]);
});

test("the chart hears of an operation, and of no other", () => {
  const heard = hear(after(charge("a"), charge("b")), "b");

  expect(heard.inPlace.map((effect) => effect.heard)).toEqual([false, true]);
});

test("an operation that cannot come again loses its name and stays in place", () => {
  const renamed = rename(after(charge("a"), charge("b"), refund), {
    isCurrent: () => false,
    isInFlight: () => false,
  });

  expect(renamed).toMatchObject({ inPlace: [{ operation: null }], spent: [] });
});
