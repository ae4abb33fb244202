import { expect, test } from "vitest";
import { participleOf } from "../../src/scaffold/participle.ts";
import { NAME_LENGTH_MAX, STAGES_MAX, toPlan, toStep } from "../../src/scaffold/plan.ts";
import type { Plan, PlanRequest } from "../../src/scaffold/plan.ts";

function planOf(
  steps: readonly string[],
  rest: Partial<Pick<PlanRequest, "name" | "parallel" | "pivot">> = {},
): Plan {
  const stages = steps.map((argument) => {
    if (argument === "--human") return { kind: "approval" as const };
    if (/^[A-Z]/.test(argument)) return { kind: "wait" as const, event: argument };
    return { kind: "step" as const, step: toStep(argument) };
  });
  return toPlan({ name: "order", stages, parallel: [], ...rest });
}

test.each([
  ["reserve", "reserving"],
  ["charge", "charging"],
  ["ship", "shipping"],
  ["bookFlight", "bookingFlight"],
  ["cancelHotel", "cancellingHotel"],
  ["notifyCustomer", "notifyingCustomer"],
  ["submit", "submitting"],
  ["quit", "quitting"],
  ["see", "seeing"],
  ["free", "freeing"],
  ["tie", "tying"],
  ["pay", "paying"],
  ["open", "opening"],
  ["fix", "fixing"],
  ["create", "creating"],
])("while it does %s, a saga is %s", (step, state) => {
  expect(participleOf(step)).toBe(state);
});

test("the first step that nothing undoes is the pivot, unless another is named", () => {
  expect(planOf(["reserve:release", "charge:refund", "ship", "notify"]).pivot).toBe("ship");
  expect(planOf(["reserve:release", "charge:refund", "ship"], { pivot: "charge" }).pivot).toBe(
    "charge",
  );
  expect(planOf(["reserve:release", "charge:refund"]).pivot).toBeNull();
});

test("steps that run in parallel become one stage at the place of the first", () => {
  const { stages } = planOf(["a:b", "book:unbook", "rent:unrent", "pay:repay"], {
    parallel: [["rent", "book"]],
  });

  expect(stages.map(({ kind }) => kind)).toEqual(["step", "parallel", "step"]);
  expect(stages[1]).toMatchObject({ steps: [{ name: "book" }, { name: "rent" }] });
});

const many = Array.from({ length: STAGES_MAX + 1 }, (_, index) => `step${index}`);

test.each<[string, readonly string[], Parameters<typeof planOf>[1], string]>([
  ["no step", [], {}, "at least one step"],
  ["waiting alone", ["PACKED"], {}, "at least one step"],
  ["too many stages", many, {}, `more than ${STAGES_MAX}`],
  ["a name in upper case", ["a:b"], { name: "Order" }, "lower case letters"],
  ["a name that leaves its folder", ["a:b"], { name: "../x" }, "lower case letters"],
  ["a step with a hyphen", ["charge-it"], {}, "camelCase"],
  ["a step that is too long", ["x".repeat(NAME_LENGTH_MAX + 1)], {}, `1-${NAME_LENGTH_MAX}`],
  ["an undo that is none", ["charge:"], {}, 'an undo cannot be ""'],
  ["two undos", ["charge:refund:more"], {}, 'more than one ":"'],
  ["an event in lower case", ["a:b", "Packed"], {}, "upper case"],
  ["a step twice", ["charge:refund", "charge:credit"], {}, "is given twice"],
  ["a step as its own undo", ["charge:charge"], {}, "is given twice"],
  ["two steps of one state", ["charge:a", "charging:b"], {}, "would share a state"],
  ["a name of the chart's own", ["step:undo"], {}, "which the chart uses itself"],
  ["a pivot that is no step", ["a:b"], { pivot: "c" }, "none of the steps: a"],
  ["no undo before the pivot", ["a", "b:c"], { pivot: "b" }, "comes before the pivot"],
  ["a pivot among others", ["a", "b:c"], { parallel: [["a", "b"]] }, "cannot run in parallel"],
  ["a group of one", ["a:b"], { parallel: [["a"]] }, "at least 2 different steps"],
  ["a group of strangers", ["a:b", "c:d"], { parallel: [["a", "x"]] }, 'names "x"'],
  ["a group with gaps", ["a:b", "c:d", "e:f"], { parallel: [["a", "e"]] }, "one after the other"],
  ["approval too late", ["a", "--human"], {}, "after the pivot"],
])("%s is refused with a reason", (_, steps, rest, reason) => {
  expect(() => planOf(steps, rest)).toThrow(
    expect.objectContaining({
      code: "SAGA_COMMAND_INVALID",
      message: expect.stringContaining(reason) as string,
    }),
  );
});
