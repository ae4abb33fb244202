/** After an edit the chart that somebody looks at stays where it was, but for what was edited. */
import { createMachine } from "xstate";
import { expect, test } from "vitest";
import { loadElk } from "../../src/draw/elk.ts";
import { layoutChart } from "../../src/draw/layout.ts";
import type { StateBox } from "../../src/draw/layout.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { fulfilment } from "./charts.ts";

interface Node {
  states?: Record<string, Node>;
  on?: Record<string, unknown>;
  [member: string]: unknown;
}

const ROOT = "fulfilment";
/** Pixels that nobody sees. */
const SEEN_PX = 1;

/** What people do to charts, each to the chart as it is at first. */
const edits: Readonly<Record<string, (root: Node) => void>> = {
  "a longer name": (root) => rename(at(root, "compensating"), "stuck", "stuckUntilSomebodyLooks"),
  "a shorter name": (root) => rename(at(root, "shipping"), "delivered", "done"),
  "a new state at the end": (root) => add(at(root, "shipping"), "returned"),
  "a new state in a region": (root) => add(at(root, "preparing.fraud"), "escalated"),
  "a new state of the first level": (root) => add(root, "archived"),
  "a new transition inside": (root) => connect(at(root, "shipping.delayed"), "LOST", "booking"),
  "a new transition to a hub": (root) => {
    connect(at(root, "shipping.pickup"), "REFUSED", `#${ROOT}.compensating`);
  },
  "a new transition of the first level": (root) => connect(at(root, "onHold"), "DROP", "rejected"),
  "a removed transition": (root) => delete at(root, "shipping.transit").on?.["DELAYED"],
  "a longer delay": (root) => (at(root, "shipping.delayed")["after"] = { 86_400_000: "transit" }),
  "a new entry action": (root) => (at(root, "compensating.stuck")["entry"] = "pageOperator"),
  "a new description": (root) => (at(root, "capturing")["description"] = "Takes the money."),
};

test("over twelve edits four of five states that were not edited keep their place, and siblings their order", async () => {
  const engine = await loadElk();
  const memory = new Map();
  const placesOf = async (model: ChartModel): Promise<ReadonlyMap<string, Place>> => {
    const signal = AbortSignal.timeout(60_000);
    const { style, states } = await layoutChart(model, { engine, memory, signal });
    expect(style).toBe("lines");
    return toPlaces(states, model);
  };
  const before = await placesOf(toChartModel(fulfilment));

  const found: ({ readonly name: string } & ReturnType<typeof compare>)[] = [];
  for (const [name, edit] of Object.entries(edits)) {
    const config = copy(fulfilment.config) as Node;
    edit(config);
    const after = await placesOf(toChartModel(createMachine(config as never)));
    found.push({ name, ...compare(before, after) });
  }

  const sum = (member: "kept" | "all" | "flips" | "pairs"): number =>
    found.reduce((total, one) => total + one[member], 0);
  expect(found.length).toBe(12);
  expect(sum("kept") / sum("all")).toBeGreaterThanOrEqual(0.8);
  expect(sum("flips") / sum("pairs")).toBeLessThanOrEqual(0.03);
});

interface Place {
  readonly parent: string | null;
  readonly x: number;
  readonly y: number;
}

/** Where each state stands in its parent. */
function toPlaces(boxes: readonly StateBox[], model: ChartModel): ReadonlyMap<string, Place> {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  return new Map(
    model.states.map(({ id, parent }) => {
      const [box, around] = [byId.get(id), byId.get(parent ?? "")];
      return [
        id,
        { parent, x: (box?.x ?? 0) - (around?.x ?? 0), y: (box?.y ?? 0) - (around?.y ?? 0) },
      ];
    }),
  );
}

/** Of the states that are in both: how many kept their place, and how many pairs of siblings changed sides. */
function compare(before: ReadonlyMap<string, Place>, after: ReadonlyMap<string, Place>) {
  const both = [...before].flatMap(([id, was]) => {
    const is = after.get(id);
    return is === undefined ? [] : [{ was, is }];
  });
  const kept = both.filter(({ was, is }) => {
    return Math.hypot(is.x - was.x, is.y - was.y) < SEEN_PX;
  });
  const pairs = both.flatMap((one, index) =>
    both
      .slice(index + 1)
      .flatMap((other) => (one.was.parent === other.was.parent ? [[one, other] as const] : [])),
  );
  const isFlipped = (axis: "x" | "y", [one, other]: (typeof pairs)[number]): boolean => {
    return (one.was[axis] - other.was[axis]) * (one.is[axis] - other.is[axis]) < 0;
  };
  const flips = pairs.filter((pair) => isFlipped("x", pair) || isFlipped("y", pair));
  return { kept: kept.length, all: both.length, flips: flips.length, pairs: pairs.length };
}

function at(root: Node, path: string): Node {
  return path.split(".").reduce((node, key) => node.states?.[key] as Node, root);
}

function rename(parent: Node, from: string, to: string): void {
  const entries = Object.entries(parent.states ?? {});
  parent.states = Object.fromEntries(
    entries.map(([key, state]) => [key === from ? to : key, retargeted(state, from, to)]),
  );
}

/** Targets among siblings follow. */
function retargeted(state: Node, from: string, to: string): Node {
  const text = JSON.stringify(state, (_, value: unknown) => (value === from ? to : value));
  return JSON.parse(text) as Node;
}

function add(parent: Node, key: string): void {
  parent.states = { ...parent.states, [key]: { tags: "forward" } };
}

function connect(state: Node, event: string, target: string): void {
  state.on = { ...state.on, [event]: target };
}

// Guards may be functions, which `structuredClone` refuses.
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]));
}
