/** Phases: read from tags, the gravest speaks, and only an end is an end. */
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { isEndPhase, isPhaseTag, phaseOf, phases } from "../../src/saga/phase.ts";
import { done, failed, Walk } from "./steps.ts";
import { invoking } from "./charts.ts";

test("the phase is the tag of the active leaf", () => {
  const walk = new Walk(invoking);

  expect(phaseOf(walk.standing.snapshot)).toBe("forward");
  walk.take(failed("work"));
  expect(phaseOf(walk.standing.snapshot)).toBe("retrying");
});

test("an end has the phase of its final state", () => {
  const walk = new Walk(invoking);

  walk.take(done("work"));

  expect(phaseOf(walk.standing.snapshot)).toBe("completed");
});

test("where regions differ, the graver one speaks for the instance", () => {
  const machine = createMachine({
    type: "parallel",
    states: { a: { tags: "forward" }, b: { tags: "stuck" }, c: { tags: "retrying" } },
  });

  expect(phaseOf(new Walk(machine).standing.snapshot)).toBe("stuck");
});

test("a region that is done does not end the instance", () => {
  const machine = createMachine({
    type: "parallel",
    states: {
      a: {
        initial: "working",
        states: {
          working: { tags: "forward", on: { A: "done" } },
          done: { type: "final", tags: "completed" },
        },
      },
      b: {
        initial: "working",
        states: {
          working: { tags: "forward", on: { B: "done" } },
          done: { type: "final", tags: "completed" },
        },
      },
    },
  });
  const walk = new Walk(machine);

  walk.take({ type: "A" });
  expect(phaseOf(walk.standing.snapshot)).toBe("forward");
  walk.take({ type: "B" });
  expect(phaseOf(walk.standing.snapshot)).toBe("completed");
});

test("an error that nothing handles is a failure, whatever the tags say", () => {
  const machine = createMachine({
    initial: "a",
    states: { a: { tags: "forward" } },
  });
  const walk = new Walk(machine);

  walk.take({ type: "xstate.error.actor.gone", error: new Error("no") } as { type: string });

  expect(phaseOf(walk.standing.snapshot)).toBe("failed");
});

test("a chart that lint would refuse is a fault of ours, not a phase", () => {
  const machine = createMachine({ initial: "a", states: { a: {} } });

  expect(() => phaseOf(new Walk(machine).standing.snapshot)).toThrow("no phase tag");
});

test("four phases are ends; one of them, and other tags, say no phase", () => {
  expect(phases.filter(isEndPhase)).toEqual(["completed", "compensated", "failed", "stopped"]);
  expect([isPhaseTag("failed"), isPhaseTag("stopped"), isPhaseTag("needs-attention")]).toEqual([
    true,
    false,
    false,
  ]);
});
