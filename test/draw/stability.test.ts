/** After an edit the chart that somebody looks at stays where it was, but for what was edited. */
import { createMachine } from "xstate";
import { expect, test } from "vitest";
import { loadElk } from "../../src/draw/elk.ts";
import { layoutChart } from "../../src/draw/layout.ts";
import type { KeptLevels } from "../../src/draw/keeping.ts";
import type { Layout } from "../../src/draw/layout.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { fulfilment, randomChart } from "./charts.ts";
import { crossings, endsOff, overlapping, slanted, strayed } from "./geometry.ts";

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

const engine = await loadElk();
const first: KeptLevels = new Map();
const begun = await draw(toChartModel(fulfilment), { levels: first });

async function draw(
  model: ChartModel,
  options: { levels?: KeptLevels; before?: KeptLevels },
): Promise<{ model: ChartModel; layout: Layout }> {
  const layout = await layoutChart(model, {
    engine,
    signal: AbortSignal.timeout(60_000),
    ...options,
  });
  expect(layout.style).toBe("lines");
  return { model, layout };
}

/** What is wrong with it, as with one that nothing was kept of. */
function faultsOf({ model, layout }: { model: ChartModel; layout: Layout }): readonly unknown[] {
  return [
    ...strayed(layout, model),
    ...overlapping(layout, model),
    ...endsOff(layout, model),
    ...slanted(layout),
    ...Object.values(crossings(layout)).flat(),
  ];
}

function edited(config: Node, edit: (root: Node) => void): Node {
  const next = copy(config) as Node;
  edit(next);
  return next;
}

const toModel = (config: Node): ChartModel => toChartModel(createMachine(config as never));

test.each(Object.entries(edits))(
  "%s leaves four of five other states where they are, and siblings in their order",
  async (_, edit) => {
    const model = toModel(edited(fulfilment.config as Node, edit));

    const after = await draw(model, { before: first });

    const { kept, all, flips, pairs } = compare(toPlaces(begun), toPlaces(after));
    expect(kept / all).toBeGreaterThanOrEqual(0.8);
    expect(flips / pairs).toBeLessThanOrEqual(0.03);
    expect(faultsOf(after)).toEqual([]);
  },
);

test.each<[string, (root: Node) => void]>([
  ["a name", (root) => rename(at(root, "compensating"), "releasing", "releasing".repeat(6))],
  [
    "a label of many events",
    (root) => {
      for (let count = 0; count < 9; count += 1) {
        connect(at(root, "shipping.pickup"), `PICKED_UP_BY_${count}`, "transit");
      }
    },
  ],
])("%s that has no room where it is still lies on nothing", async (_, edit) => {
  const model = toModel(edited(fulfilment.config as Node, edit));

  const after = await draw(model, { before: first });

  expect(faultsOf(after)).toEqual([]);
});

test("edits one upon another leave a drawing that is as clear as any, and all else where it is", async () => {
  let config = fulfilment.config as Node;
  let shown = { levels: first, places: toPlaces(begun) };
  const sum = { kept: 0, all: 0 };
  // The first renames what another one edits.
  for (const edit of Object.values(edits).toReversed()) {
    config = edited(config, edit);
    const levels: KeptLevels = new Map();

    const after = await draw(toModel(config), { before: shown.levels, levels });

    expect(faultsOf(after)).toEqual([]);
    const { kept, all } = compare(shown.places, toPlaces(after));
    sum.kept += kept;
    sum.all += all;
    shown = { levels, places: toPlaces(after) };
  }
  expect(sum.kept / sum.all).toBeGreaterThanOrEqual(0.9);
});

test.each([1, 2, 3, 4])(
  "new states and transitions of a random chart are as clear as its others, seed %i",
  async (seed) => {
    let config = randomChart(seed).config as Node;
    let levels: KeptLevels = new Map();
    await draw(toModel(config), { levels });
    for (let count = 0; count < 4; count += 1) {
      config = edited(config, (root) => {
        const keys = Object.keys(root.states ?? {});
        const [from, to] = [
          keys[(seed + count) % keys.length],
          keys[(seed * 7 + count * 3) % keys.length],
        ];
        if (count % 3 === 0) add(root, `new${count}`);
        else connect(at(root, from ?? ""), `NEW_${count}`, to ?? "");
      });
      const next: KeptLevels = new Map();

      const after = await draw(toModel(config), { before: levels, levels: next });

      expect(faultsOf(after)).toEqual([]);
      levels = next;
    }
  },
);

interface Place {
  readonly parent: string | null;
  readonly x: number;
  readonly y: number;
}

/** Where each state stands in its parent. */
function toPlaces({
  model,
  layout,
}: {
  model: ChartModel;
  layout: Layout;
}): ReadonlyMap<string, Place> {
  const byId = new Map(layout.states.map((box) => [box.id, box]));
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
