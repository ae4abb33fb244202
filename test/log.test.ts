import { expect, test } from "vitest";
import { toLogLine } from "../src/log.ts";
import type { TelemetryEvent } from "../src/index.ts";

const instance = { saga: "order", instanceId: "o-1", correlationId: "c-1" } as const;
const secret = "4111 1111 1111 1111";

const attempt = {
  ...instance,
  traceId: null,
  activity: "chargePayment",
  activityId: "chargePayment",
  attempt: 2,
  idempotencyKey: "order/o-1/chargePayment/3",
} as const;

const started = {
  kind: "startActivity",
  activity: {
    activityId: "chargePayment",
    generation: 3,
    src: "chargePayment",
    input: { card: secret },
    idempotencyKey: "order/o-1/chargePayment/3",
    attempt: 1,
    abandoned: false,
  },
} as const;

const transition: TelemetryEvent = {
  ...instance,
  kind: "transition",
  traceId: null,
  revision: 3,
  event: "PAY",
  source: "client",
  stateBefore: "waiting",
  state: "charging.attempting",
  phase: "forward",
  effects: [started],
  durationMs: 1.23456,
  lagMs: null,
};

test("a transition is one line with its ids, its states and what it started, and no payload", () => {
  const line = toLogLine(transition);

  expect(line).toEqual({
    level: "info",
    text: "transition",
    facts: {
      ...instance,
      revision: 3,
      event: "PAY",
      source: "client",
      stateBefore: "waiting",
      state: "charging.attempting",
      phase: "forward",
      started: ["chargePayment"],
      durationMs: 1.23,
    },
  });
  expect(JSON.stringify(line)).not.toContain(secret);
});

test("an instance that gets stuck is an error in the log", () => {
  expect(toLogLine({ ...transition, phase: "stuck" })).toMatchObject({ level: "error" });
});

test("an attempt is one line with its number, its outcome and its duration", () => {
  const error = Object.assign(new Error("card declined"), { code: "CARD", card: secret });
  const line = toLogLine({ kind: "attempt", ...attempt, outcome: "error", durationMs: 12, error });

  expect(line).toEqual({
    level: "warn",
    text: "attempt",
    facts: {
      ...instance,
      activity: "chargePayment",
      attempt: 2,
      idempotencyKey: "order/o-1/chargePayment/3",
      outcome: "error",
      durationMs: 12,
      error: { name: "Error", code: "CARD", message: "card declined" },
    },
  });
});

test.each([
  [{ kind: "held", ...attempt }, "info"],
  [{ kind: "fenced", ...instance, what: "timer 3.0" }, "info"],
  [{ kind: "repeated", ...instance, eventId: "e-1" }, "info"],
  [{ kind: "large", ...instance, bytes: 300_000, bytesMax: 2_000_000 }, "warn"],
  [
    { kind: "undelivered", ...instance, what: "timer", error: new Error("x"), retryInMs: 500 },
    "error",
  ],
  [{ kind: "unclaimed", error: "x".repeat(5_000), retryInMs: 500 }, "error"],
  [{ kind: "note", ...instance, level: "debug", facts: { a: 1 }, text: "hello" }, "debug"],
  [{ kind: "fatal", error: new Error("disk") }, "fatal"],
] as const)("%j is a line of level %s, short and with its ids", (event, level) => {
  const line = toLogLine(event);
  const ids = "instanceId" in event ? { saga: "order", instanceId: "o-1" } : {};

  expect(line.level).toBe(level);
  expect(line.facts).toMatchObject(ids);
  expect(JSON.stringify(line).length).toBeLessThan(1_500);
});
