/** Folding: what is inside is gone, what crosses the fold ends at it, and everything keeps its id. */
import { expect, test } from "vitest";
import { fold, foldable } from "../../src/draw/fold.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { fulfilment, odd } from "./charts.ts";

const order = toChartModel(orderMachine);
const idsOf = (items: readonly { readonly id: string }[]): readonly string[] =>
  items.map(({ id }) => id);
const edgeIn = ({ edges }: ChartModel, id: string) => edges.find((edge) => edge.id === id);

test("a folded state tells how many states are inside, and what it mostly does", () => {
  const { states } = fold(order, new Set(["order.compensating", "order.chargingPayment"]));

  const find = (id: string) => states.find((state) => state.id === id);
  expect(find("order.compensating")).toMatchObject({
    folded: 16,
    initial: null,
    phase: "compensating",
  });
  expect(find("order.chargingPayment")).toMatchObject({ folded: 4, phase: "forward" });
  expect(find("order.reservingInventory")).toMatchObject({ folded: 0 });
  expect(idsOf(states).filter((id) => /^order\.(compensating|chargingPayment)\./.test(id))).toEqual(
    [],
  );
});

test("an edge into the fold ends at it, one out of it begins there, and one inside is gone", () => {
  const folded = fold(order, new Set(["order.compensating"]));

  expect(edgeIn(folded, "order.chargingPayment|saga.cancel|0")).toMatchObject({
    source: "order.chargingPayment",
    targets: ["order.compensating"],
  });
  expect(
    folded.edges.filter(({ source }) => source.startsWith("order.compensating")),
  ).toMatchObject([{ kind: "stateDone", targets: ["order.compensated"] }]);
  const outer = fold(toChartModel(fulfilment), new Set(["fulfilment.preparing"]));
  expect(edgeIn(outer, "fulfilment.preparing.fraud.reviewing|FRAUD_REJECTED|0")).toMatchObject({
    source: "fulfilment.preparing",
    targets: ["fulfilment.compensating"],
  });
});

test("a state's own way back to itself is kept, and one further inside is not", () => {
  const folded = fold(toChartModel(odd), new Set(["odd.left.deep"]));

  expect(edgeIn(folded, "odd.left.deep|OUT|0")?.targets).toEqual(["odd.left.deep"]);
  expect(edgeIn(folded, "odd.left.deep|INTO|0")).toBeUndefined();
  expect(edgeIn(folded, "odd.left.deep.one|part.*|0")).toBeUndefined();
  expect(edgeIn(folded, "odd|BOTH|0")?.targets).toEqual(["odd.left.deep", "odd.right.b"]);
});

test("of folds inside each other the outermost is seen", () => {
  const inner = "order.compensating.refundingPayment";

  expect(fold(order, new Set([inner, "order.compensating"]))).toEqual(
    fold(order, new Set(["order.compensating"])),
  );
});

test("folding nothing, or what has no inside, changes nothing", () => {
  expect(fold(order, new Set())).toEqual(order);
  expect(fold(order, new Set(["order.completed", "nobody"]))).toEqual(order);
});

test("what can be folded is told by how deep it is", () => {
  expect([...foldable(order, 0)][0]).toBe("order");
  expect([...foldable(order, 1)]).toContain("order.chargingPayment");
  expect([...foldable(order, 2)]).toEqual([
    "order.compensating.cancellingShipment",
    "order.compensating.refundingPayment",
    "order.compensating.releasingInventory",
  ]);
  expect(idsOf(fold(order, foldable(order, 1)).states)).toHaveLength(8);
});
