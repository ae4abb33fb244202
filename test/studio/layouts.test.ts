/** Layouts for the Studio: remembered, limited in time and number, and without lines rather than never. */
import { expect, onTestFinished, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { fold, foldable } from "../../src/draw/fold.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { LayoutThread } from "../../src/http/layout-thread.ts";
import { startLayoutThread } from "../../src/http/layout-thread.ts";
import { layoutLimits, Layouts } from "../../src/studio/layouts.ts";
import type { LayoutsOptions } from "../../src/studio/layouts.ts";

const order = toChartModel(orderSaga.machine);
const overview = fold(order, foldable(order, 1));

function open(options: LayoutsOptions = {}): Layouts {
  const layouts = new Layouts(options);
  onTestFinished(() => layouts.close());
  return layouts;
}

/** Loads, and then never answers again; counts those that were started. */
function hangingThreads(): { start: () => Promise<LayoutThread>; started: () => number } {
  let count = 0;
  const start = async (): Promise<LayoutThread> => {
    count += 1;
    const thread = await startLayoutThread();
    let asked = 0;
    return {
      engine: {
        layout: (graph) => (asked++ === 0 ? thread.engine.layout(graph) : new Promise(() => {})),
      },
      end: () => thread.end(),
    };
  };
  return { start, started: () => count };
}

test("the same chart is laid out once, and another direction is another layout", async () => {
  const layouts = open();

  const [first, second] = [layouts.of(overview), layouts.of(overview)];
  const turned = await layouts.of(overview, "RIGHT");

  expect(second).toBe(first);
  expect((await first).style).toBe("lines");
  expect(turned.width).toBeGreaterThan((await first).width);
});

test("layoutMsMax: a layout that hangs comes as cards, and the next one has a thread of its own", async () => {
  const { start, started } = hangingThreads();
  const layouts = open({ startThread: start, layoutMsMax: 50 });

  const first = await layouts.of(overview);
  const second = await layouts.of(overview);

  expect([first.style, second.style]).toEqual(["cards", "cards"]);
  expect(started()).toBe(2);
});

test("waitingMax: as many layouts wait, and one more is refused", async () => {
  const layouts = open({ startThread: () => new Promise(() => {}) });
  const asked = (index: number) => layouts.of({ ...overview, id: `chart-${index}` });

  for (let index = 0; index < layoutLimits.waitingMax; index += 1) void asked(index);

  expect(() => asked(layoutLimits.waitingMax)).toThrow(
    expect.objectContaining({ code: "SAGA_LAYOUTS_FULL" }),
  );
});
