/** What a check is asked for, what it leaves out, and what it says of it. */
import { describe, expect, test } from "vitest";
import { assign, setup } from "xstate";
import type { AnyStateMachine } from "xstate";
import {
  check,
  never,
  oneOf,
  renderReport,
  toGithubAnnotations,
  toSarif,
} from "../../src/check/check.ts";
import type { CheckOptions, CheckReport } from "../../src/check/check.ts";
import { ROUNDS_MAX } from "../../src/check/options.ts";
import { SagaError } from "../../src/errors.ts";
import { activity, defineSaga } from "../../src/saga/define.ts";
import type { AnySaga } from "../../src/saga/define.ts";

/** Charges, and refunds unless it is surely not needed; `rejected` tells how it ends if the charge is rejected. */
function payment(rejected: "compensated" | "refunding"): AnySaga {
  const machine = setup({
    actors: { charge: activity<object, { paymentId: string }>(), refund: activity<object, void>() },
  }).createMachine({
    id: "payment",
    initial: "charging",
    states: {
      charging: {
        tags: "forward",
        invoke: { id: "charge", src: "charge", input: {}, onDone: "paid", onError: rejected },
        after: { 1_000: "refunding" },
      },
      refunding: {
        tags: "compensating",
        invoke: { id: "refund", src: "refund", input: {}, onDone: "compensated", onError: "stuck" },
        after: { 1_000: "stuck" },
      },
      stuck: { tags: "stuck", on: { "saga.retry": "refunding", "saga.skip": "compensated" } },
      paid: { type: "final", tags: "completed" },
      compensated: { type: "final", tags: "compensated" },
    },
  });
  return sagaOf(machine, { charge: "refund" });
}

function sagaOf(
  machine: AnyStateMachine,
  compensations: Record<string, string | null> = {},
  parks: readonly string[] = [],
): AnySaga {
  const names = Object.keys(machine.implementations.actors as object);
  const work = (): Promise<never> => Promise.reject(new Error("nothing runs in a check"));
  return defineSaga({
    name: "m",
    version: 1,
    machine,
    activities: Object.fromEntries(names.map((name) => [name, work])),
    compensations,
    parks,
  } as never) as AnySaga;
}

const samples = { input: undefined };

function found(report: CheckReport): readonly string[] {
  return report.findings.map(({ property, place }) => `${property} at ${place}`);
}

function thrown(saga: AnySaga, options: CheckOptions): unknown {
  try {
    return check(saga, options);
  } catch (error) {
    return error instanceof SagaError ? `${error.code}: ${error.message}` : error;
  }
}

describe("a finding", () => {
  const report = check(payment("compensated"), { samples });

  test("comes with a shortest way, in words and as moves", () => {
    expect(found(report)).toEqual(["compensated at charge"]);
    const [{ worlds, witness }] = report.findings as [CheckReport["findings"][0]];
    expect(worlds).toEqual(["lossy", "crash", "zombie"]);
    expect(witness?.steps).toEqual([
      {
        move: { kind: "settle", activityId: "charge", outcome: "lostReply" },
        words: "charge: it takes effect, and the reply is lost",
        state: "compensated",
        phase: "compensated",
        inPlace: ["charge"],
      },
    ]);
  });

  test("makes the report fail, unless it is waived with a reason", () => {
    const waiver = { property: "compensated", place: "charge", reason: "It is a gift." } as const;
    const waived = check(payment("compensated"), { samples, waivers: [waiver] });

    expect(report.ok).toBe(false);
    expect(waived).toMatchObject({ ok: true, findings: [], unusedWaivers: [] });
    expect(waived.waived.map(({ reason }) => reason)).toEqual(["It is a gift."]);
    expect(check(payment("refunding"), { samples, waivers: [waiver] }).unusedWaivers).toEqual([
      waiver,
    ]);
  });

  test("is told in lines of text", () => {
    const lines = renderReport(report);

    expect(lines).toContain(
      "error: a compensated instance leaves no effect behind [compensated] (lossy, crash, zombie)",
    );
    expect(lines).toContain(
      "    1. charge: it takes effect, and the reply is lost → compensated (in place: charge)",
    );
    expect(lines.at(-1)).not.toBe("");
  });

  test("is told as SARIF, a waived one as suppressed", () => {
    const waivers = [
      { property: "compensated", place: "charge", reason: "It is a gift." },
    ] as const;
    const waived = check(payment("compensated"), { samples, waivers });
    const log = toSarif([report, waived], { files: { m: "machines/m/chart.ts" } });

    expect(log).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          results: [
            {
              ruleId: "compensated",
              level: "error",
              locations: [
                { physicalLocation: { artifactLocation: { uri: "machines/m/chart.ts" } } },
              ],
            },
            { suppressions: [{ justification: "It is a gift." }] },
          ],
        },
      ],
    });
  });

  test("is told to GitHub in one line", () => {
    const [line, ...others] = toGithubAnnotations(report, { file: "machines/m/chart.ts" });

    expect(others).toEqual([]);
    expect(line).toMatch(/^::error file=machines\/m\/chart\.ts,title=m%3A compensated::[^\n]+$/);
    expect(line).toContain("%0A");
  });

  test("survives JSON", () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

test("nothing is found where a charge of unknown outcome is refunded", () => {
  const report = check(payment("refunding"), { samples });

  expect(found(report)).toEqual([]);
  expect(report.bounds).toEqual({
    fromStartMs: 2_000,
    afterEventMs: 1_000,
    calls: { charge: 1, refund: 1 },
    isAtLeast: false,
  });
});

describe("an option that cannot be used is refused with what is known:", () => {
  test.each<[string, Partial<CheckOptions>, string]>([
    ["a world", { worlds: ["wild" as never] }, 'there is no world "wild"; known are "clean"'],
    ["a pivot", { pivots: ["ship"] }, 'there is no activity "ship"; known are "charge", "refund"'],
    ["a rule's effect", { rules: [never({ effect: "ship" })] }, 'there is no activity "ship"'],
    ["a rule's state", { rules: [never({ state: "x" })] }, 'there is no state "x"'],
    ["a limit", { configurationsMax: 0 }, "configurationsMax is 0; give a positive integer"],
    [
      "a waiver without a reason",
      { waivers: [{ property: "compensated", place: "charge", reason: " " }] },
      "has no reason",
    ],
    [
      "a waiver of no property",
      { waivers: [{ property: "nice" as never, place: "charge", reason: "so" }] },
      'there is no property "nice"',
    ],
    ["an output", { samples: { input: 1, outputs: { ship: 1 } } }, 'there is no activity "ship"'],
    [
      "an output that throws",
      {
        samples: {
          input: 1,
          outputs: {
            charge: () => {
              throw new Error("no");
            },
          },
        },
      },
      'the sample output of "charge" threw: no',
    ],
  ])("%s", (_, options, message) => {
    const said = thrown(payment("refunding"), { samples, ...options });

    expect(said).toContain("SAGA_CHECK_INVALID: ");
    expect(said).toContain(message);
  });
});

describe("nothing is left out in silence:", () => {
  test("the limit of configurations", () => {
    const report = check(payment("refunding"), {
      samples,
      worlds: ["clean"],
      configurationsMax: 2,
    });

    expect(report.worlds[0]?.cutOff).toEqual([
      "2 configurations were met and not looked at: the limit is 2",
    ]);
    expect(report.notExplored).toHaveLength(1);
    expect(report.bounds?.isAtLeast).toBe(true);
  });

  test("a number that grows without end", () => {
    const report = check(sagaOf(counting(Number.POSITIVE_INFINITY)), {
      samples,
      worlds: ["clean"],
    });

    expect(found(report)).toContain("endless at ticking");
    expect(report.findings[0]?.witness?.repeating).toBe(1);
    expect(report.worlds[0]?.cutOff.join()).toContain(`more than ${ROUNDS_MAX} times`);
  });

  test("a number that grows to its end is followed to the end", () => {
    const report = check(sagaOf(counting(ROUNDS_MAX)), { samples, worlds: ["clean"] });

    expect(found(report)).toEqual([]);
    expect(report.bounds?.fromStartMs).toBe(ROUNDS_MAX * 1_000);
  });

  test("a field of the context that is ignored, with which the count is a cycle", () => {
    const report = check(sagaOf(counting(Number.POSITIVE_INFINITY)), {
      samples,
      worlds: ["clean"],
      ignoreContext: ["ticks"],
    });

    expect(found(report)).toContain("endless at ticking");
    expect(report.bounds?.fromStartMs).toBeNull();
    expect(report.notExplored).toEqual(["differences in `ticks` of the context"]);
  });

  test("a part of a saga that the checker does not know", () => {
    const saga = { ...payment("refunding"), promises: { paid: true } };

    expect(check(saga, { samples }).notExplored).toEqual(["what the saga says in `promises`"]);
  });

  test("a limit of the chart that is made smaller", () => {
    const options = { samples, worlds: ["clean"], scope: { ticksMax: 3 } } as const;
    const report = check(sagaOf(counting(20)), options);

    expect(report.bounds?.fromStartMs).toBe(3_000);
    expect(report.notExplored).toEqual([
      "what `ticksMax` allows beyond 3: in the chart it is 20",
      "whether all that is drawn can happen, since something is left out",
    ]);
  });
});

function counting(ticksMax: number): AnyStateMachine {
  return setup({
    types: { context: {} as { ticks: number } },
    actions: { count: assign({ ticks: ({ context }) => context.ticks + 1 }) },
    guards: {
      goesOn: ({ context }, params: { ticksMax: number }) => context.ticks < params.ticksMax - 1,
    },
  }).createMachine({
    id: "m",
    context: { ticks: 0 },
    initial: "ticking",
    states: {
      ticking: {
        tags: "forward",
        on: { "saga.cancel": "done" },
        after: {
          1_000: [
            {
              guard: { type: "goesOn", params: { ticksMax } },
              target: "ticking",
              reenter: true,
              actions: "count",
            },
            { target: "done" },
          ],
        },
      },
      done: { type: "final", tags: "completed" },
    },
  }) as AnyStateMachine;
}

test("each output that an activity may give is tried", () => {
  const machine = setup({
    actors: { ask: activity<object, boolean>() },
    guards: { isYes: (_, isYes: boolean) => isYes },
  }).createMachine({
    id: "m",
    initial: "asking",
    states: {
      asking: {
        tags: "forward",
        invoke: {
          id: "ask",
          src: "ask",
          input: {},
          onDone: [
            { guard: { type: "isYes", params: ({ event }) => event.output }, target: "yes" },
            { target: "no" },
          ],
          onError: "no",
        },
        after: { 1_000: "no" },
      },
      yes: { type: "final", tags: "completed" },
      no: { type: "final", tags: "failed" },
    },
  }) as AnyStateMachine;
  const one = check(sagaOf(machine), { samples: { input: 1, outputs: { ask: false } } });
  const both = check(sagaOf(machine), {
    samples: { input: 1, outputs: { ask: oneOf(false, true) } },
  });

  expect(found(one)).toContain("state-unreachable at yes");
  expect(found(both)).toEqual([]);
});

describe("an event that may come early", () => {
  const waiting = setup({
    types: { events: {} as { type: "PACKED" } },
    actors: { print: activity<object, void>() },
  }).createMachine({
    id: "m",
    initial: "printing",
    states: {
      printing: {
        tags: "forward",
        invoke: { id: "print", src: "print", input: {}, onDone: "packing", onError: "failed" },
        after: { 1_000: "failed" },
      },
      packing: { tags: "forward", on: { PACKED: "done" }, after: { 1_000: "failed" } },
      done: { type: "final", tags: "completed" },
      failed: { type: "final", tags: "failed" },
    },
  }) as AnyStateMachine;

  test("is told of if it is refused", () => {
    const report = check(sagaOf(waiting), { samples, worlds: ["clean"] });

    expect(found(report)).toEqual(["event-early at PACKED"]);
    expect(report.ok).toBe(true);
  });

  test("is kept and delivered if it is parked", () => {
    const report = check(sagaOf(waiting, {}, ["PACKED"]), {
      samples,
      worlds: ["clean"],
      rules: [never({ state: "done" })],
    });

    // The way to the end is one move longer if the event has to wait for its state.
    expect(found(report)).toEqual(["rule at never state done"]);
    expect(report.findings[0]?.witness?.steps.map(({ words }) => words)).toEqual([
      "print: it is done",
      "PACKED comes from outside",
    ]);
    const [{ configurations }] = report.worlds as [CheckReport["worlds"][0]];
    expect(configurations).toBe(6);
  });
});
