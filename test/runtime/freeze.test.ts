/** An assign that changes its context: refused in development, so that it is found before it is lost. */
import { expect, test } from "vitest";
import { assign, setup } from "xstate";
import { defineSaga } from "../../src/index.ts";
import { crashedCopy, databasePath, openWorld } from "../fixtures/world.ts";

const machine = setup({
  types: {
    context: {} as { items: string[]; seen: Map<string, number> },
    events: {} as { type: "PUSH" } | { type: "ADD" } | { type: "COUNT" },
  },
}).createMachine({
  id: "basket",
  context: () => ({ items: ["tea"], seen: new Map() }),
  initial: "open",
  states: {
    open: {
      tags: "forward",
      on: {
        PUSH: {
          actions: assign(({ context }) => {
            context.items.push("milk");
            return {};
          }),
        },
        COUNT: {
          actions: assign({ seen: ({ context }) => context.seen.set("tea", 1) }),
        },
        ADD: { actions: assign({ items: ({ context }) => [...context.items, "milk"] }) },
      },
    },
  },
});

const saga = defineSaga({ name: "basket", version: 1, machine, activities: {} });

async function open(path: string, freezeContext: boolean) {
  const { runtime } = await openWorld(path, { sagas: [saga], freezeContext });
  return runtime;
}

test("an assign that changes its context is refused with the place, and changes nothing", async () => {
  const path = databasePath();
  const runtime = await open(path, true);
  await runtime.start(saga, { instanceId: "b-1", input: undefined });

  const pushed = runtime.send(saga, "b-1", { type: "PUSH" });
  await expect(pushed).rejects.toMatchObject({
    code: "SAGA_TRANSITION_FAILED",
    message: expect.stringMatching(/"PUSH".*the context is frozen at \/items\/1/) as string,
  });
  const counted = runtime.send(saga, "b-1", { type: "COUNT" });
  await expect(counted).rejects.toThrow("the context is frozen at /seen");

  expect((await runtime.get(saga, "b-1")).context).toEqual({ items: ["tea"], seen: new Map() });
});

test("one that returns a new context is taken, before and after a restart", async () => {
  const path = databasePath();
  const runtime = await open(path, true);
  await runtime.start(saga, { instanceId: "b-1", input: undefined });
  await runtime.send(saga, "b-1", { type: "ADD" });

  const next = await open(crashedCopy(path), true);
  await expect(next.send(saga, "b-1", { type: "PUSH" })).rejects.toThrow("the context is frozen");
  const added = await next.send(saga, "b-1", { type: "ADD" });

  expect(added.context).toMatchObject({ items: ["tea", "milk", "milk"] });
});

test("nothing is frozen unless it is asked for", async () => {
  const runtime = await open(databasePath(), false);

  const { instance } = await runtime.start(saga, { instanceId: "b-1", input: undefined });

  expect(Object.isFrozen(instance.context)).toBe(false);
});
