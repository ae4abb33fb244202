/** The chart model: what it reads from a machine, and that reading runs nothing. */
import { describe, expect, test } from "vitest";
import { assign, createMachine, raise, setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel, EdgeModel, StateModel } from "../../src/draw/model.ts";
import { conditionText, edgeText } from "../../src/draw/words.ts";
import { stateNodes } from "../../src/saga/chart.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { fulfilment, odd } from "./charts.ts";

const stateIn = ({ states }: ChartModel, id: string): StateModel | undefined =>
  states.find((state) => state.id === id);
const edgesIn = ({ edges }: ChartModel, source: string): readonly EdgeModel[] =>
  edges.filter((edge) => edge.source === source);

describe.each<[string, AnyStateMachine]>([
  ["order", orderMachine],
  ["fulfilment", fulfilment],
  ["odd", odd],
])("the model of %s", (_, machine) => {
  const model = toChartModel(machine);

  test("has all states and transitions of the machine, under ids that differ", () => {
    const nodes = stateNodes(machine);
    const transitions = nodes.flatMap(({ transitions: own, always }) => [
      ...[...own.values()].flat(),
      ...(always ?? []),
    ]);
    const drawn = model.edges.filter(({ kind }) => kind !== "initial");

    expect(model.states.map(({ id }) => id).toSorted()).toEqual(
      nodes.map(({ id }) => id).toSorted(),
    );
    expect(drawn).toHaveLength(transitions.length);
    expect(new Set(model.edges.map(({ id }) => id)).size).toBe(model.edges.length);
  });

  test("is plain JSON, and the same again", () => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect(toChartModel(machine)).toEqual(model);
  });
});

test("a state has its phase apart from its tags, its actors and its actions", () => {
  const model = toChartModel(fulfilment);

  expect(stateIn(model, "fulfilment.preparing.fraud.reviewing")).toMatchObject({
    key: "reviewing",
    path: ["preparing", "fraud", "reviewing"],
    parent: "fulfilment.preparing.fraud",
    type: "atomic",
    phase: "forward",
    tags: ["human"],
    entry: [{ kind: "named", name: "pageOperator", params: null }],
    initial: null,
    folded: 0,
  });
  expect(stateIn(model, "fulfilment.validating")).toMatchObject({
    description: "Whether the order can be fulfilled at all.",
    invokes: [{ src: "validateOrder" }],
  });
  expect(stateIn(model, "fulfilment.shipping.last")).toMatchObject({ history: "deep" });
  expect(stateIn(model, "fulfilment.capturing")?.initial).toBe("fulfilment.capturing.attempting");
});

test("each kind of edge reads as its author would say it", () => {
  const model = toChartModel(fulfilment);
  const texts = (source: string): readonly string[] => edgesIn(model, source).map(edgeText);

  expect(texts("fulfilment.capturing.attempting")).toEqual([
    "done",
    "error [canRetry(3)]",
    "error [else] / noteFailure",
    "after 10 s",
  ]);
  expect(texts("fulfilment.preparing.payment.declined")).toEqual(["always"]);
  expect(texts("fulfilment.preparing.inventory.backordered")).toEqual([
    "STOCK_ARRIVED",
    "after 7 d",
  ]);
  expect(texts("fulfilment.shipping")).toEqual([
    "initial",
    "HOLD",
    "CANCEL [!parcelBooked] / recordReason",
    "CANCEL [else] / notifyCustomer(too-late)",
    "all done",
  ]);
});

test("guards of guards, delays by name, built-in and inline actions are told", () => {
  const model = toChartModel(odd);
  const one = edgesIn(model, "odd.left.deep.one");
  const two = stateIn(model, "odd.left.deep.two");

  expect(one.filter(({ kind }) => kind === "after").map(edgeText)).toEqual([
    "after 1.5 min",
    "after soon (250 ms)",
    "after later",
  ]);
  expect(one.filter(({ kind }) => kind === "always").map(conditionText)).toEqual([
    "yes || (!yes && in right.b)",
  ]);
  expect(two?.entry.map(({ kind, name }) => [kind, name])).toEqual([
    ["built-in", "assign"],
    ["named", "note"],
    ["inline", "(inline)"],
  ]);
  expect(two?.exit).toMatchObject([{ kind: "built-in", name: "raise", params: { event: "DONE" } }]);
  expect(edgesIn(model, "odd.left.deep.two").map(edgeText)).toEqual([
    "BACK [within(min: 1, max: 2)]",
  ]);
  expect(edgesIn(model, "odd.left.deep").map(edgeText)).toContain("FORBIDDEN / forbidden");
});

test("a history state leads to its default, and a transition to all of its targets", () => {
  const { edges } = toChartModel(odd);
  const targetsOf = (id: string): readonly string[] | undefined =>
    edges.find((edge) => edge.id === id)?.targets;

  expect(targetsOf("odd.left.deep.again|xstate.init|0")).toEqual(["odd.left.deep.two"]);
  expect(targetsOf("odd|BOTH|0")).toEqual(["odd.left.deep.two", "odd.right.b"]);
});

test("reading a chart calls nothing of it", () => {
  const never = (): never => {
    throw new Error("called");
  };
  const machine = setup({
    actors: {},
    guards: { never },
    actions: { never },
    delays: { never },
  }).createMachine({
    id: "silent",
    context: never,
    initial: "a",
    states: {
      a: {
        entry: [{ type: "never", params: never }, assign(never), raise(never)],
        on: { GO: { guard: "never", target: "b", actions: never } },
        after: { never: "b" },
        meta: { at: new Date(0), fn: never, loop: null as unknown },
      },
      b: { type: "final", output: never },
    },
    output: never,
  } as never) as unknown as AnyStateMachine;
  const { meta } = machine.states["a"] as { meta: { loop: unknown } };
  meta.loop = meta;

  const model = toChartModel(machine);

  expect(stateIn(model, "silent.a")).toMatchObject({
    meta: { at: "1970-01-01T00:00:00.000Z" },
    entry: [{ name: "never", hasDynamicParams: true }, { name: "assign" }, { name: "raise" }],
  });
});

test("an inline machine is called by its id, and other inline logic is inline", () => {
  const child = createMachine({ id: "child" });
  const machine = createMachine({
    id: "m",
    invoke: [{ src: child }, { src: { transition: () => {} } as never }],
  });

  expect(toChartModel(machine).states[0]?.invokes.map(({ src }) => src)).toEqual([
    "child",
    "(inline)",
  ]);
});
