/** Layouts for the Studio: remembered, limited in time and number, and without lines rather than never. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { orderSaga } from "../../machines/order/index.ts";
import { fold, foldable } from "../../src/draw/fold.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { LayoutThread } from "../../src/http/layout-thread.ts";
import { startLayoutThread } from "../../src/http/layout-thread.ts";
import { buildServer, createRuntime, openSqlite } from "../../src/index.ts";
import { layoutKey, layoutLimits, Layouts } from "../../src/studio/layouts.ts";
import type { LayoutsOptions } from "../../src/studio/layouts.ts";
import { deferred } from "../fixtures/world.ts";

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

/** Loads, and then computes for ever. */
function spinningThread(): { start: () => Promise<LayoutThread>; spinning: Promise<Worker> } {
  const spinning = deferred<Worker>();
  const start = async (): Promise<LayoutThread> => {
    const thread = await startLayoutThread();
    let asked = 0;
    return {
      engine: {
        layout: (graph) => {
          if (asked++ === 0) return thread.engine.layout(graph);
          spinning.resolve(new Worker("while (true);", { eval: true }));
          return new Promise(() => {});
        },
      },
      end: async () => {
        const one = await spinning.promise;
        await Promise.all([thread.end(), one.terminate()]);
      },
    };
  };
  return { start, spinning: spinning.promise };
}

test("the same chart is laid out once, and another direction is another layout", async () => {
  const layouts = open();

  const [first, second] = [layouts.of(overview), layouts.of(overview)];
  const turned = await layouts.of(overview, "RIGHT");

  expect(await second).toBe(await first);
  expect((await first).style).toBe("lines");
  expect(turned.width).toBeGreaterThan((await first).width);
});

test("a layout near another keeps its places, and taking an edit back brings back what was seen", async () => {
  const layouts = open();
  const seen = await layouts.of(overview);
  const [root, first, ...rest] = overview.states;
  const added = { ...first, id: "order.added", key: "added", path: ["added"], folded: 0 };
  const edited = { ...overview, states: [root, first, added, ...rest] } as typeof overview;

  const near = await layouts.of(edited, "DOWN", layoutKey(overview, "DOWN"));
  const back = await layouts.of(overview, "DOWN", layoutKey(edited, "DOWN"));
  const fresh = await layouts.of(edited);

  const placeIn = ({ states }: typeof seen): readonly unknown[] =>
    rest.map(({ id }) => states.find((box) => box.id === id)).map((box) => [box?.x, box?.y]);
  expect(placeIn(near)).toEqual(placeIn(seen));
  expect(back).toBe(seen);
  expect(placeIn(fresh)).not.toEqual(placeIn(seen));
});

test("layoutMsMax: a layout that hangs comes as cards, and the next one has a thread of its own", async () => {
  const { start, started } = hangingThreads();
  const layouts = open({ startThread: start, layoutMsMax: 50 });

  const first = await layouts.of(overview);
  const second = await layouts.of(overview);

  expect([first.style, second.style]).toEqual(["cards", "cards"]);
  expect(started()).toBe(2);
});

test("while a layout computes for ever the server answers, and then the thread is ended", async () => {
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [orderSaga] });
  const server = buildServer({ runtime });
  onTestFinished(() => runtime.close());
  const { start, spinning } = spinningThread();
  const layouts = open({ layoutMsMax: 200, startThread: start });

  const happened: string[] = [];
  const drawing = layouts.of(overview).then(({ style }) => happened.push(style));
  const thread = await spinning;
  const ended = once(thread, "exit");
  const { statusCode } = await server.inject("/health/live");
  happened.push(`health ${statusCode}`);
  await drawing;

  expect(happened).toEqual(["health 200", "cards"]);
  await ended;
});

test("waitingMax: as many layouts wait, and one more is refused", async () => {
  const layouts = open({ startThread: () => new Promise(() => {}) });
  const asked = (index: number) => layouts.of({ ...overview, id: `chart-${index}` });

  for (let index = 0; index < layoutLimits.waitingMax; index += 1) void asked(index);

  await expect(asked(layoutLimits.waitingMax)).rejects.toThrow(
    expect.objectContaining({ code: "SAGA_LAYOUTS_FULL" }),
  );
});
