import { readFileSync } from "node:fs";
import { structuredPatch } from "diff";
import { expect, test } from "vitest";
import { applyOperation } from "../../src/edit/apply.ts";
import { toOperations } from "../../src/edit/operation.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import { openChart } from "../../src/edit/source.ts";

const order = readFileSync("machines/order/chart.ts", "utf8");
const parcel = readFileSync("test/edit/fixtures/parcel.ts", "utf8");

/** The lines that an edit changes, without any around them. */
function changed(text: string, ...inputs: readonly OperationInput[]): string {
  let source = openChart(text);
  for (const operation of toOperations(inputs)) source = applyOperation(source, operation).source;
  const { hunks } = structuredPatch("a", "b", text, source.text, "", "", { context: 0 });
  return hunks.flatMap(({ lines }) => ["@@", ...lines]).join("\n");
}

const payment = ["chargingPayment"];
const attempting = [...payment, "attempting"];

test("renaming a state changes its key and what names it, and no other line", () => {
  const diff = changed(order, {
    op: "renameState",
    path: ["compensating", "refundingPayment"],
    to: "payingBack",
  });

  expect(diff).toMatchInlineSnapshot(`
    "@@
    -        "saga.cancel": { target: "#order.compensating.refundingPayment", actions: "failCancelled" },
    +        "saga.cancel": { target: "#order.compensating.payingBack", actions: "failCancelled" },
    @@
    -        { guard: "outcomeUnknown", target: "#order.compensating.refundingPayment" },
    +        { guard: "outcomeUnknown", target: "#order.compensating.payingBack" },
    @@
    -        { guard: "stepFailed", target: "#order.compensating.refundingPayment" },
    +        { guard: "stepFailed", target: "#order.compensating.payingBack" },
    @@
    -          onDone: "refundingPayment",
    +          onDone: "payingBack",
    @@
    -        refundingPayment: {
    +        payingBack: {"
  `);
});

test("a copy of a state stands behind it, and what leads back inside leads into the copy", () => {
  expect(
    changed(
      order,
      { op: "addTransition", source: attempting, kind: "on", event: "AGAIN", target: payment },
      { op: "duplicateState", path: payment, to: "chargingFee" },
    ),
  ).toMatchInlineSnapshot(`
    "@@
    +          on: { AGAIN: "#order.chargingPayment" },
    @@
    +    chargingFee: {
    +      entry: { type: "startStep", params: { step: "chargePayment" } },
    +      initial: "attempting",
    +      on: {
    +        "saga.cancel": { target: "#order.compensating.refundingPayment", actions: "failCancelled" },
    +      },
    +      states: {
    +        attempting: {
    +          tags: "forward",
    +          entry: "countAttempt",
    +          invoke: {
    +            id: "chargePayment",
    +            src: "chargePayment",
    +            input: ({ context }) => ({
    +              orderId: context.orderId,
    +              customerId: context.customerId,
    +              amountCents: context.amountCents,
    +            }),
    +            onDone: {
    +              target: "done",
    +              actions: { type: "keepPayment", params: ({ event }) => event.output },
    +            },
    +            onError: [
    +              {
    +                guard: { type: "canRetry", params: { attemptsMax: 3 } },
    +                target: "backingOff",
    +                actions: "noteUnsure",
    +              },
    +              { target: "failed", actions: "fail" },
    +            ],
    +          },
    +          on: { AGAIN: "#order.chargingFee" },
    +          after: {
    +            attemptTimeout: [
    +              {
    +                guard: { type: "canRetry", params: { attemptsMax: 3 } },
    +                target: "backingOff",
    +                actions: "noteUnsure",
    +              },
    +              { target: "failed", actions: "fail" },
    +            ],
    +          },
    +        },
    +        backingOff: { tags: "retrying", after: { backoff: "attempting" } },
    +        done: { type: "final" },
    +        failed: { type: "final" },
    +      },
    +      onDone: [
    +        { guard: "outcomeUnknown", target: "#order.compensating.refundingPayment" },
    +        { guard: "stepFailed", target: "#order.compensating.releasingInventory" },
    +        { target: "creatingShipment" },
    +      ],
    +    },"
  `);
});

test("a state of an id keeps the targets that go by the id", () => {
  expect(changed(parcel, { op: "renameState", path: ["shipping"], to: "sending" }))
    .toMatchInlineSnapshot(`
    "@@
    -          target: "shipping.booking",
    +          target: "sending.booking",
    @@
    -    shipping: {
    +    sending: {
    @@
    -      on: { GO: [{ guard: "isNoted", target: "shipping.past" }, { target: "packing" }] },
    +      on: { GO: [{ guard: "isNoted", target: "sending.past" }, { target: "packing" }] },"
  `);
});

test("adding a state adds a line", () => {
  expect(
    changed(order, { op: "addState", parent: [], key: "inspecting", after: "creatingShipment" }),
  ).toMatchInlineSnapshot(`
    "@@
    +    inspecting: {},"
  `);
});

test("the first state inside another comes with what the other is entered by", () => {
  expect(changed(order, { op: "addState", parent: attempting, key: "asking" }))
    .toMatchInlineSnapshot(`
    "@@
    +          initial: "asking",
    +          states: {
    +            asking: {},
    +          },"
  `);
});

test("removing a state takes its comment along, and the branches that lead to it", () => {
  expect(changed(parcel, { op: "removeState", path: ["shipping"], dangling: "remove" }))
    .toMatchInlineSnapshot(`
    "@@
    -        onDone: {
    -          target: "shipping.booking",
    -          actions: [{ type: "keep", params: { note: "packed" } }, "count"],
    -        },
    @@
    -    /* The long part. */
    -    shipping: {
    -      id: "ship",
    -      initial: "booking",
    -      exit: ["clear", raise({ type: "GO" })],
    -      on: { PACK: { target: "packing", reenter: true } },
    -      states: {
    -        booking: {
    -          tags: "forward",
    -          invoke: [
    -            { id: "ship", src: "ship", input: {}, onDone: "underway", onError: "#ship.lost" },
    -            { id: "track", src: "track", input: {}, onDone: { actions: "count" }, onError: {} },
    -          ],
    -        },
    -        underway: {
    -          type: "parallel",
    -          states: {
    -            truck: {
    -              initial: "rolling",
    -              states: {
    -                rolling: { tags: "forward", on: { GO: "stopped", HOLD: ["stopped"] } },
    -                stopped: { type: "final" },
    -              },
    -            },
    -            papers: {
    -              initial: "open",
    -              states: {
    -                open: {
    -                  tags: "forward",
    -                  always: [
    -                    { guard: "isNoted", target: "signed" },
    -                    { guard: ({ context }) => context.tries > 5, target: "#ship.lost" },
    -                  ],
    -                },
    -                signed: { type: "final" },
    -              },
    -            },
    -          },
    -          onDone: "#parcel.arrived",
    -        },
    -        lost: { tags: "stuck", on: { GO: "past", HOLD: "#ship.deep", "saga.cancel": "booking" } },
    -        past: { type: "history", target: "booking" },
    -        deep: { type: "history", history: "deep" },
    -      },
    -    },
    @@
    -      on: { GO: [{ guard: "isNoted", target: "shipping.past" }, { target: "packing" }] },
    +      on: { GO: [{ target: "packing" }] },"
  `);
});

test("removing a state may send what leads to it elsewhere", () => {
  expect(
    changed(parcel, { op: "removeState", path: ["held"], dangling: { retarget: ["waiting"] } }),
  ).toMatchInlineSnapshot(`
    "@@
    -    HOLD: "#held", // kept for a while
    +    HOLD: ".waiting", // kept for a while
    @@
    -        20_000: [{ guard: "isNoted", target: "undoing" }, { target: "#held" }],
    +        20_000: [{ guard: "isNoted", target: "undoing" }, { target: "waiting" }],
    @@
    -    held: {
    -      id: "held",
    -      tags: "stuck",
    -      on: { GO: [{ guard: "isNoted", target: "shipping.past" }, { target: "packing" }] },
    -    },"
  `);
});

test("a state that is moved keeps its text, and its targets their meaning", () => {
  expect(changed(parcel, { op: "moveState", path: ["waiting"], parent: ["shipping"] }))
    .toMatchInlineSnapshot(`
    "@@
    -          { guard: { type: "canRetry", params: { max: 3 } }, target: "waiting" },
    +          { guard: { type: "canRetry", params: { max: 3 } }, target: "shipping.waiting" },
    @@
    -      after: { slow: "waiting" },
    +      after: { slow: "shipping.waiting" },
    @@
    -    waiting: {
    -      tags: "retrying",
    -      after: {
    -        backoff: "packing",
    -        20_000: [{ guard: "isNoted", target: "undoing" }, { target: "#held" }],
    -      },
    -    }, // tries again
    -
    @@
    +        waiting: {
    +          tags: "retrying",
    +          after: {
    +            backoff: "#parcel.packing",
    +            20_000: [{ guard: "isNoted", target: "#parcel.undoing" }, { target: "#held" }],
    +          },
    +        }, // tries again"
  `);
});

test("a state may move into one that had none inside", () => {
  expect(changed(parcel, { op: "moveState", path: ["held"], parent: ["waiting"] }))
    .toMatchInlineSnapshot(`
    "@@
    +      initial: "held",
    +      states: {
    +        held: {
    +          id: "held",
    +          tags: "stuck",
    +          on: { GO: [{ guard: "isNoted", target: "#ship.past" }, { target: "#parcel.packing" }] },
    +        },
    +      },
    @@
    -    held: {
    -      id: "held",
    -      tags: "stuck",
    -      on: { GO: [{ guard: "isNoted", target: "shipping.past" }, { target: "packing" }] },
    -    },"
  `);
});

test("adding a transition adds its lines, in the place where charts have them", () => {
  expect(
    changed(
      order,
      { op: "addTransition", source: payment, kind: "on", event: "HOLD", target: ["compensated"] },
      {
        op: "addTransition",
        source: ["compensating"],
        kind: "on",
        event: "HOLD",
        target: payment,
        guard: "stepFailed",
        actions: ["fail"],
      },
    ),
  ).toMatchInlineSnapshot(`
    "@@
    +        HOLD: "compensated",
    @@
    +      on: {
    +        HOLD: { guard: "stepFailed", target: "chargingPayment", actions: "fail" },
    +      },"
  `);
});

test("a second branch makes a list of the first", () => {
  expect(
    changed(parcel, {
      op: "addTransition",
      source: ["waiting"],
      kind: "after",
      event: "backoff",
      target: ["held"],
      guard: "isNoted",
    }),
  ).toMatchInlineSnapshot(`
    "@@
    -        backoff: "packing",
    +        backoff: [
    +          { target: "packing" },
    +          { guard: "isNoted", target: "held" },
    +        ],"
  `);
});

test("a transition that is retargeted changes a string", () => {
  const transition = { source: attempting, kind: "invokeDone", event: "", index: 0 } as const;

  expect(changed(order, { op: "retarget", transition, target: ["compensated"] }))
    .toMatchInlineSnapshot(`
    "@@
    -              target: "done",
    +              target: "#order.compensated","
  `);
});

test("a delay, a guard, actions and their order change where they stand", () => {
  const branch = { source: attempting, kind: "after", event: "attemptTimeout", index: 0 } as const;
  const onDone = { source: payment, kind: "onDone", event: "", index: 1 } as const;

  expect(
    changed(
      order,
      { op: "setGuard", transition: branch, guard: "stepFailed" },
      { op: "setActions", transition: branch, actions: [{ keep: 0 }, "fail"] },
      { op: "changeKey", transition: branch, event: "10000" },
      { op: "moveBranch", transition: onDone, to: 0 },
      { op: "setStateActions", path: attempting, when: "exit", actions: ["noteStuck"] },
      { op: "setTags", path: attempting, tags: ["forward", "slow"] },
      { op: "setDescription", path: payment, text: "Takes the money." },
    ),
  ).toMatchInlineSnapshot(`
    "@@
    +      description: "Takes the money.",
    @@
    -          tags: "forward",
    +          tags: ["forward", "slow"],
    @@
    +          exit: "noteStuck",
    @@
    -            attemptTimeout: [
    +            10000: [
    @@
    -                guard: { type: "canRetry", params: { attemptsMax: 3 } },
    +                guard: "stepFailed",
    @@
    -                actions: "noteUnsure",
    +                actions: ["noteUnsure", "fail"],
    @@
    -        { guard: "outcomeUnknown", target: "#order.compensating.refundingPayment" },
    @@
    +        { guard: "outcomeUnknown", target: "#order.compensating.refundingPayment" },"
  `);
});

test("an invoke, a guard, an action and a delay come with stubs in setup", () => {
  expect(
    changed(
      order,
      { op: "addState", parent: [], key: "inspecting", after: "creatingShipment" },
      { op: "addImplementation", kind: "actors", name: "inspect" },
      { op: "addImplementation", kind: "guards", name: "isFine" },
      { op: "addImplementation", kind: "actions", name: "keepReport" },
      { op: "addImplementation", kind: "delays", name: "patience", delayMs: 90_000 },
      {
        op: "addInvoke",
        path: ["inspecting"],
        id: "inspect",
        src: "inspect",
        onDone: ["notifyingCustomer"],
        onError: ["compensating"],
      },
    ),
  ).toMatchInlineSnapshot(`
    "@@
    +    inspect: activity<object, unknown>(),
    @@
    +    keepReport: assign({}),
    @@
    +    isFine: () => false,
    @@
    +    patience: 90_000,
    @@
    +    inspecting: {
    +      invoke: {
    +        id: "inspect",
    +        src: "inspect",
    +        input: {},
    +        onDone: "notifyingCustomer",
    +        onError: "compensating",
    +      },
    +    },"
  `);
});

test("types change with what belongs to them", () => {
  expect(
    changed(
      parcel,
      { op: "setType", path: ["shipping", "underway"], type: "compound" },
      { op: "setInitial", path: ["undoing"], initial: "done" },
      { op: "removeInvoke", path: ["shipping", "booking"], invoke: 1 },
    ),
  ).toMatchInlineSnapshot(`
    "@@
    -            { id: "track", src: "track", input: {}, onDone: { actions: "count" }, onError: {} },
    @@
    -          type: "parallel",
    +          initial: "truck",
    @@
    -      initial: "returning",
    +      initial: "done","
  `);
});
