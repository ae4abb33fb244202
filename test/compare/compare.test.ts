/** What a comparison of two charts finds, how it knows a state that has another name, and what becomes of instances. */
import { describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import { compareCharts, fatesOf } from "../../src/compare/compare.ts";
import { nameLikeness } from "../../src/compare/match-states.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { orderSaga } from "../../machines/order/index.ts";
import { tripSaga } from "../../machines/trip/index.ts";

function modelOf(config: object): ChartModel {
  return toChartModel(createMachine(config as never) as never);
}

/** The order saga's own chart after a change of its configuration as text. */
function orderWith(change: (json: string) => string): ChartModel {
  const config = JSON.parse(change(JSON.stringify(orderSaga.machine.config))) as object;
  return modelOf(config);
}

const order = orderWith((json) => json);

const small = {
  id: "m",
  initial: "idle",
  states: {
    idle: { tags: "forward", on: { GO: "busy", STOP: { target: "ended", guard: "isAllowed" } } },
    busy: {
      tags: "forward",
      initial: "one",
      states: {
        one: { after: { 100: "two" } },
        two: { invoke: { src: "work", onDone: "#m.ended" } },
      },
    },
    ended: { type: "final" },
  },
};

describe("a comparison", () => {
  test("of a chart with itself finds nothing", () => {
    const diff = compareCharts(order, order);

    expect(diff.words).toEqual([]);
    expect(diff.renames).toEqual({});
    expect(new Set(diff.states.map(({ kind }) => kind))).toEqual(new Set(["same"]));
    expect(new Set(diff.edges.map(({ kind }) => kind))).toEqual(new Set(["same"]));
  });

  test("knows a state that has another name by what it does and where it leads", () => {
    const renamed = orderWith((json) => json.replaceAll("chargingPayment", "takingMoney"));

    const { renames, words } = compareCharts(order, renamed);

    expect(renames["chargingPayment"]).toBe("takingMoney");
    expect(renames["chargingPayment.attempting"]).toBe("takingMoney.attempting");
    // The step's own name stands in the params of an action as well.
    expect(words.filter((text) => /is new|is gone/.test(text))).toEqual([]);
  });

  test("tells what is added, removed and changed, of states and of edges", () => {
    const later = structuredClone(small) as typeof small & { states: Record<string, unknown> };
    later.states.idle.on.STOP.guard = "isCancellable";
    (later.states.idle.on as Record<string, unknown>)["WAIT"] = "paused";
    (later.states as Record<string, unknown>)["paused"] = { tags: "forward", on: { GO: "busy" } };
    delete (later.states.busy.states.one as Record<string, unknown>)["after"];
    (later.states.busy as Record<string, unknown>)["entry"] = "count";

    expect(compareCharts(modelOf(small), modelOf(later)).words).toEqual([
      "state busy: entry: count is new",
      "state paused is new",
      "idle: STOP [isAllowed] → ended: guard: isAllowed is isCancellable now",
      "busy.one: after 100 → busy.two is gone",
      "idle: WAIT → paused is new",
      "paused: GO → busy is new",
    ]);
  });

  test("finds a state that was moved into another", () => {
    const { idle, busy, ended } = small.states;
    const { two } = busy.states;
    const moved = {
      ...small,
      states: {
        idle: { ...idle, initial: "still", states: { still: {}, two } },
        busy: { ...busy, states: { one: { after: { 100: "#m.idle.two" } } } },
        ended,
      },
    };

    expect(compareCharts(modelOf(small), modelOf(moved)).renames).toEqual({
      "busy.two": "idle.two",
    });
  });

  test("takes its reader's word before its own guess", () => {
    const renamed = modelOf(
      JSON.parse(JSON.stringify(small).replaceAll("busy", "working")) as object,
    );

    expect(compareCharts(modelOf(small), renamed).renames).toMatchObject({ busy: "working" });
    const told = compareCharts(modelOf(small), renamed, { busy: null });
    expect(
      told.states.filter(({ kind }) => kind === "removed").map(({ before }) => before?.path),
    ).toContain("busy");
    expect(compareCharts(modelOf(small), renamed, { idle: "ended" }).renames).toMatchObject({
      idle: "ended",
    });
  });

  test("of two charts that have nothing in common ends, and says so", () => {
    const { states } = compareCharts(order, toChartModel(tripSaga.machine));

    expect(states.filter(({ kind }) => kind === "added").length).toBeGreaterThan(10);
  });
});

test("instances stay, move with their state, or have no place", () => {
  const renamed = modelOf(
    JSON.parse(JSON.stringify(small).replaceAll("busy", "working")) as object,
  );
  const diff = compareCharts(modelOf(small), renamed, { "busy.two": null });
  const at = (state: string) => ({ version: 1, phase: "forward", state, instances: 3 });

  const fates = fatesOf(diff, [at("idle"), at("busy.one"), at("busy.two")]);

  expect(fates.map(({ fate, to }) => [fate, to])).toEqual([
    ["stays", "idle"],
    ["moves", "working.one"],
    ["lost", null],
  ]);
});

test("names are alike by their pairs of letters", () => {
  expect(nameLikeness("charging", "charging")).toBe(1);
  expect(nameLikeness("chargingPayment", "chargePayment")).toBeGreaterThan(0.6);
  expect(nameLikeness("idle", "busy")).toBe(0);
});
