/** The inert scope: collects, keeps inputs, and refuses to act. */
/* oxlint-disable eslint/no-underscore-dangle -- the names are XState's */
import { expect, test } from "vitest";
import { inertRef } from "../../src/saga/ref.ts";
import { createScope, inertLogic } from "../../src/saga/scope.ts";

interface Inside {
  readonly self: { readonly id: string; readonly sessionId: string };
  readonly system: { _bookId(): string; _relay(): void; scheduler: { schedule(): void } };
  readonly defer: (act: () => void) => void;
  readonly actionExecutor: (action: { type: string; exec: () => void }) => void;
}

function inside(revision: number, childId?: string): Inside {
  return createScope({ instanceId: "o-1", revision, childId }).scope as unknown as Inside;
}

test("self is the instance", () => {
  expect(inside(4).self).toMatchObject({ id: "o-1", sessionId: "o-1" });
});

test("self of a child has the id by which its parent knows it", () => {
  expect(inside(1, "credit").self).toMatchObject({ id: "credit" });
});

test("ids of children count within the step, from the prefix of the step", () => {
  const { system } = inside(4);

  expect([system._bookId(), system._bookId()]).toEqual(["spawned.4.1", "spawned.4.2"]);
  expect(inside(5).system._bookId()).toBe("spawned.5.1");
});

test("actions are collected in order and not executed", () => {
  const { scope, actions } = createScope({ instanceId: "o-1", revision: 1 });
  let acts = 0;
  const act = (): void => {
    acts += 1;
  };

  const { actionExecutor, defer } = scope as unknown as Inside;
  for (const type of ["a", "b"]) actionExecutor({ type, exec: act });
  defer(act);

  expect(actions.map(({ type }) => type)).toEqual(["a", "b"]);
  expect(acts).toBe(0);
});

test("a scope that is asked to act says so", () => {
  const { system } = inside(1);

  expect(() => system._relay()).toThrow("asked to act");
  expect(() => system.scheduler.schedule()).toThrow("asked to act");
});

test("inert logic keeps the input and takes no event", () => {
  const snapshot = inertLogic.getInitialSnapshot({} as never, { n: 1 }) as object;

  expect(snapshot).toMatchObject({ status: "active", input: { n: 1 } });
  expect(inertLogic.transition(snapshot as never, { type: "E" }, {} as never)).toBe(snapshot);
});

test("an inert reference has its id and its source, and nothing behind it", () => {
  const ref = inertRef({ kind: "child", childId: "w", generation: 3 }, { src: "work" });

  expect(ref).toMatchObject({ id: "w", src: "work" });
  expect(() => ref.send({ type: "E" })).toThrow("use sendTo");
});
