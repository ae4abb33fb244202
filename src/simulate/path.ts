/**
 * Paths: what happens to a simulated instance, as JSON that fits into an address, a file or a test. It is all
 * that a simulation is made of: the same path always comes to the same steps.
 */
import { z } from "zod";
import type { Move } from "../check/move.ts";
import { SagaError } from "../errors.ts";
import type { ForcedGuards } from "./forced.ts";

type Settle = Extract<Move, { readonly kind: "settle" }>;

/** What may happen, beside what a checker and a test know: answers that are given by hand, time, and news of children. */
export type SimulationMove =
  | Exclude<Move, Settle>
  /** `output`, `error`: what the attempt answers, in place of the samples. */
  | (Settle & { readonly output?: unknown; readonly error?: unknown })
  /** Time passes; what is due by its end happens. */
  | { readonly kind: "wait"; readonly ms: number }
  /** A child ends: an instance, or an actor that the process hosts. */
  | {
      readonly kind: "child";
      readonly childId: string;
      readonly ending: "done" | "error";
      readonly output?: unknown;
    };

export interface SimulationPath {
  /** In place of the samples' input. */
  readonly input?: unknown;
  /** Guards by name that answer so, whatever they are asked. */
  readonly guards?: ForcedGuards;
  readonly moves: readonly SimulationMove[];
}

/** Moves of one path: each is a step or more, computed anew at each look. */
export const MOVES_MAX = 500;
/** The longest time that passes in one move: ten years. */
const WAIT_MS_MAX = 315_360_000_000;
const NAME_LENGTH_MAX = 200;

const Name = z.string().min(1).max(NAME_LENGTH_MAX);
const AttemptOutcome = z.enum(["ok", "rejected", "transient", "lostReply"]);

const MoveSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("send"), event: z.looseObject({ type: Name }) }),
  z.strictObject({ kind: z.literal("fire"), event: Name }),
  z.strictObject({
    kind: z.literal("settle"),
    activityId: Name,
    outcome: AttemptOutcome,
    choice: z.int().min(0).optional(),
    output: z.unknown().optional(),
    error: z.unknown().optional(),
  }),
  z.strictObject({ kind: z.literal("takeEffect"), activityId: Name }),
  z.strictObject({ kind: z.literal("settleLate"), activityId: Name, outcome: AttemptOutcome }),
  z.strictObject({ kind: z.literal("lapse"), activityId: Name }),
  z.strictObject({ kind: z.literal("crash") }),
  z.strictObject({ kind: z.literal("wait"), ms: z.number().min(0).max(WAIT_MS_MAX) }),
  z.strictObject({
    kind: z.literal("child"),
    childId: Name,
    ending: z.enum(["done", "error"]),
    output: z.unknown().optional(),
  }),
]);

const ActSchema = z.union([
  MoveSchema,
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("fireTimer"), timerId: Name }),
    z.strictObject({ kind: z.literal("timeOut"), activityId: Name }),
    z.strictObject({
      kind: z.literal("fail"),
      activityId: Name,
      outcome: z.enum(["rejected", "transient", "lostReply"]),
      times: z.int().min(1).max(20),
    }),
    z.strictObject({ kind: z.literal("goOn") }),
  ]),
]);

const PathSchema = z.strictObject({
  input: z.unknown().optional(),
  guards: z.record(Name, z.boolean()).optional(),
  moves: z.array(MoveSchema).max(MOVES_MAX),
});

/** What a person asks for in one go: a move, or several that belong together. */
export type Act =
  | SimulationMove
  /** Time passes until this timer is due; those that are due before it fire first. */
  | { readonly kind: "fireTimer"; readonly timerId: string }
  /** Time passes until the chart gives this attempt up. */
  | { readonly kind: "timeOut"; readonly activityId: string }
  /** The attempt fails, and each that the chart makes after it, so many times. */
  | {
      readonly kind: "fail";
      readonly activityId: string;
      readonly outcome: "rejected" | "transient" | "lostReply";
      readonly times: number;
    }
  /** All goes well, until the instance ends or waits for somebody. */
  | { readonly kind: "goOn" };

/** @throws {SagaError} SAGA_SIMULATION_INVALID if the value is no path. */
export function readPath(value: unknown): SimulationPath {
  return read(PathSchema, value, "path") as SimulationPath;
}

/** @throws {SagaError} SAGA_SIMULATION_INVALID if the value is none. */
export function readAct(value: unknown): Act {
  return read(ActSchema, value, "act") as Act;
}

function read(schema: z.ZodType, value: unknown, what: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return withoutUndefined(parsed.data);
  const [issue] = parsed.error.issues;
  const place = [what, ...(issue?.path ?? []).map(String)].join(".");
  throw new SagaError("SAGA_SIMULATION_INVALID", `${place}: ${issue?.message ?? "not valid"}`);
}

// A key that is not there is no answer by hand.
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutUndefined(part)]));
}
