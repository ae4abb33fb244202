/** The chart: idempotency keys by visit, paths of states, and what undoes what. */
import { describe, expect, test } from "vitest";
import { setup } from "xstate";
import { leavesOf, stateOf, toChart } from "../../src/saga/chart.ts";
import { activity } from "../../src/saga/define.ts";
import { invoking, rich } from "./charts.ts";
import { done, failed, sagaOf, thrownBy, Walk } from "./steps.ts";

describe("an idempotency key", () => {
  test("names the saga, the instance, the invocation and the visit", () => {
    expect(new Walk(invoking).activity("work").idempotencyKey).toBe("test/o-1/work/1");
  });

  test("is the same on every drawn attempt, also across restarts; the attempts are counted", () => {
    const walk = new Walk(invoking);
    const seen = [];

    for (let count = 0; count < 3; count += 1) {
      const { idempotencyKey, attempt } = walk.activity("work");
      seen.push([idempotencyKey, attempt]);
      walk.take(failed("work"));
      walk.restart();
      walk.take({ fire: "backoff" });
      walk.restart();
    }

    expect(seen).toEqual([
      ["test/o-1/work/1", 1],
      ["test/o-1/work/1", 2],
      ["test/o-1/work/1", 3],
    ]);
  });

  test("is new when the parent is left and entered again", () => {
    const walk = new Walk(invoking);
    walk.take(failed("work"));
    walk.take({ fire: "backoff" });

    walk.take({ type: "AGAIN" });

    expect(walk.activity("work")).toMatchObject({
      idempotencyKey: `test/o-1/work/${walk.revision}`,
      attempt: 1,
    });
  });

  test("of a state at the top lasts for the whole instance", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      initial: "a",
      states: {
        a: { invoke: { id: "work", src: "work", onDone: "b" } },
        b: { on: { AGAIN: "a" } },
      },
    });
    const walk = new Walk(machine);
    walk.take(done("work"));

    walk.take({ type: "AGAIN" });

    expect(walk.activity("work")).toMatchObject({ idempotencyKey: "test/o-1/work/1", attempt: 2 });
  });

  test("can be read back and sent in a header, whatever the ids contain", () => {
    const machine = setup({ actors: { work: activity<undefined, void>() } }).createMachine({
      invoke: { id: "wörk/1 ", src: "work" },
    });

    expect(new Walk(machine).activity("wörk/1 ").idempotencyKey).toBe(
      "test/o-1/w%C3%B6rk%2F1%20/1",
    );
  });
});

describe("a key of the author's own", () => {
  test("is asked for with the context and the instance", () => {
    const walk = new Walk(
      invokingWith(
        ({ context, instanceId }: { context: { month: number }; instanceId: string }) => {
          return `${instanceId}/${context.month}`;
        },
      ),
    );

    expect(walk.activity("work").idempotencyKey).toBe("o-1/7");
  });

  test.each(["", 7, "x".repeat(501)])(
    "is refused if it is not a text of 1-500 characters (%#)",
    (key) => {
      expect(thrownBy(() => new Walk(invokingWith(() => key)))).toMatchObject({
        code: "SAGA_TRANSITION_FAILED",
        message: expect.stringContaining("meta.idempotencyKey") as unknown,
      });
    },
  );
});

function invokingWith(idempotencyKey: unknown) {
  return setup({
    types: { context: {} as { month: number }, meta: {} as { idempotencyKey: unknown } },
    actors: { work: activity<undefined, void>() },
  }).createMachine({
    context: { month: 7 },
    initial: "a",
    states: { a: { meta: { idempotencyKey }, invoke: { id: "work", src: "work" } } },
  });
}

test("a chart is a copy: the machine of its author is not touched", () => {
  const { entry } = invoking.getStateNodeById("m.working");
  const before = [...entry];

  toChart(sagaOf(invoking));

  expect(entry).toEqual(before);
  expect(invoking.options.maxIterations).toBe(Infinity);
});

test("what an activity undoes is known by its name", () => {
  const { undoes } = toChart(
    sagaOf(invoking, { compensations: { charge: "refund", hold: "refund", notify: null } }),
  );

  expect([...undoes]).toEqual([["refund", ["charge", "hold"]]]);
});

test("the state is the dotted paths of the active leaves, in document order", () => {
  const walk = new Walk(rich);
  walk.take({ type: "MOVE" });

  expect(stateOf(walk.standing.snapshot)).toBe("steps.first.attempting,left.y,right.y,children");
  expect(leavesOf(walk.standing.snapshot)).toHaveLength(4);
});

test("a chart of one state is called by its id", () => {
  const machine = setup({}).createMachine({ id: "alone" });

  expect(stateOf(new Walk(machine).standing.snapshot)).toBe("alone");
});
