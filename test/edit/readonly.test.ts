import { expect, test } from "vitest";
import { applyOperation } from "../../src/edit/apply.ts";
import { toOperations } from "../../src/edit/operation.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import { openChart, stateAt } from "../../src/edit/source.ts";
import { SagaError } from "../../src/errors.ts";

const text = `import { and, setup } from "xstate";
const RETRY_MS = 500;
const EVENT = { go: "GO" } as const;
const base = { tags: "forward" };
const common = { STOP: "ended" };
const shared = { on: { GO: "ended" } };
const once = { tags: "stuck", on: { GO: "ended" } };
const to = "ended";
function retryable(next: string) {
  return { on: { GO: next } };
}
const s = setup({ guards: { isFine: () => true }, actions: { note: () => {} } });
export const machine = s.createMachine({
  id: "odd",
  initial: "spread",
  states: {
    spread: { ...base, on: { ...common, GO: "called" } },
    called: retryable("ended"),
    first: shared,
    second: shared,
    third: once,
    once,
    computed: {
      on: { [EVENT.go]: "ended" },
      after: { [RETRY_MS]: "ended", 100: ["ended", "first"] },
    },
    aimed: { on: { GO: { target: to }, STOP: { target: \`\${to}\` }, LEFT: [{ ...base, target: "ended" }] } },
    coded: {
      on: {
        GO: { guard: and(["isFine"]), target: "ended", actions: () => {} },
        STOP: { guard: ({ context }) => context !== null, actions: ["note", () => {}] },
      },
    },
    ["the" + "Key"]: {},
    ended: { type: "final" },
    ...{ extra: {} },
  },
});
`;

const source = openChart(text);

function refusal(input: OperationInput): string {
  const [operation] = toOperations([input]);
  try {
    applyOperation(source, operation as never);
  } catch (error) {
    if (error instanceof SagaError && error.code === "SAGA_EDIT_REFUSED") return error.message;
    throw error;
  }
  return "it was done";
}

const on = (state: string, event: string) => {
  return { source: [state], kind: "on" as const, event, index: 0 };
};

test.each([
  ["spread", "partial", "it holds the spread ...base"],
  ["called", "readonly", 'it is the call retryable("ended")'],
  ["first", "readonly", "it is the constant shared, which is used 2 times"],
  ["once", "readonly", "it is the constant once, which is used 2 times"],
  ["computed", "partial", '"on" holds [EVENT.go]: "ended"'],
  ["ended", "editable", undefined],
])("state %s is %s: %s", (state, level, reason) => {
  const { edit } = stateAt(source, [state]);

  expect(edit.level).toBe(level);
  expect(edit.reasons[0]).toBe(reason);
  expect(text.split("\n")[edit.line - 1]).toContain(state);
});

test("a part that is code is told of its parent", () => {
  expect(source.root.edit).toMatchObject({
    level: "partial",
    reasons: [
      expect.stringContaining('"states" holds'),
      expect.stringContaining("...{ extra: {} }"),
    ],
  });
});

test.each<[string, OperationInput, RegExp]>([
  ["a call", { op: "renameState", path: ["called"], to: "x" }, /read-only: it is the call/],
  [
    "a constant that is used twice",
    { op: "setDescription", path: ["first"], text: "x" },
    /constant shared/,
  ],
  [
    "what may stand in a spread",
    { op: "setDescription", path: ["spread"], text: "x" },
    /may stand in \.\.\.base/,
  ],
  [
    "events behind a spread",
    { op: "addTransition", source: ["spread"], kind: "on", event: "NEW", target: ["ended"] },
    /may stand in \.\.\.common/,
  ],
  ["a state beside a spread", { op: "addState", parent: [], key: "x" }, /may stand in/],
  [
    "a computed event",
    { op: "changeKey", transition: on("computed", "GO"), event: "NEW" },
    /no such transition/,
  ],
  [
    "bare targets of a delay",
    {
      op: "retarget",
      transition: { source: ["computed"], kind: "after", event: "100", index: 1 },
      target: ["ended"],
    },
    /takes no bare target/,
  ],
  [
    "a target in a variable",
    { op: "retarget", transition: on("aimed", "GO"), target: ["first"] },
    /target is the variable to/,
  ],
  [
    "a target in a template",
    { op: "retarget", transition: on("aimed", "STOP"), target: ["first"] },
    /template with expressions/,
  ],
  [
    "a transition with a spread",
    { op: "setGuard", transition: on("aimed", "LEFT"), guard: "isFine" },
    /holds the spread/,
  ],
  [
    "a guard of guards",
    { op: "setGuard", transition: on("coded", "GO"), guard: "isFine" },
    /guard is the call and/,
  ],
  [
    "a guard that is a function",
    { op: "setGuard", transition: on("coded", "STOP"), guard: null },
    /guard is a function/,
  ],
  [
    "moves among targets that are code",
    { op: "moveState", path: ["third"], parent: ["coded"] },
    /targets are code|read-only/,
  ],
])("%s is refused, with the reason", (_, operation, reason) => {
  expect(refusal(operation)).toMatch(reason);
});

test("code in a list of actions is kept as it is", () => {
  const [operation] = toOperations([
    { op: "setActions", transition: on("coded", "STOP"), actions: [{ keep: 1 }, "note"] },
  ]);

  const { source: after } = applyOperation(source, operation as never);

  expect(after.text).toContain('actions: [() => {}, "note"] }');
});

test("a rename tells which targets it could not read", () => {
  const [operation] = toOperations([{ op: "renameState", path: ["ended"], to: "over" }]);

  const { notes } = applyOperation(source, operation as never);

  expect(notes.filter((note) => note.startsWith("not checked"))).toEqual(
    expect.arrayContaining([
      expect.stringContaining("aimed, on GO: its target is the variable to"),
    ]),
  );
});

test("a text that is no TypeScript is refused with its line", () => {
  expect(() => openChart("export const machine = setup({\n")).toThrow(/is no TypeScript/);
  expect(() => openChart("export const machine = 1;")).toThrow(/no machine is found/);
});
