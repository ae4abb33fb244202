/** The view of an instance costs nothing that nobody looks at. */
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { createRuntime, defineSaga, openSqlite } from "../../src/index.ts";

test("guards are asked for the list of accepted events when somebody looks at it, and once", async () => {
  let asked = 0;
  const guard = (): boolean => (asked += 1) > 0;
  const machine = createMachine({
    initial: "a",
    states: {
      a: { tags: "forward", on: { GO: { guard, target: "b" } } },
      b: { type: "final", tags: "completed" },
    },
  });
  const saga = defineSaga({ name: "guarded", version: 1, machine, activities: {} });
  const runtime = await createRuntime({ store: openSqlite(":memory:"), sagas: [saga] });

  const { instance } = await runtime.start(saga, { instanceId: "i-1", input: undefined });
  const unread = asked;
  const lists = [instance.accepts, (await runtime.get(saga, "i-1")).accepts];
  await runtime.close();

  expect(unread).toBe(0);
  expect(lists[0]).toEqual([{ type: "GO", guarded: false }]);
  expect(lists[1]).toEqual(lists[0]);
  expect(asked).toBe(1);
});
