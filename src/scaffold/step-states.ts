/**
 * The shape of one step, as a tree of states: attempting, backing off, and how it ends. Forward steps, steps
 * behind the pivot and undos differ only in what becomes of a failure for good.
 */
import { array, object, openObject, text } from "./code.ts";
import type { Code } from "./code.ts";
import { pascal } from "./names.ts";

/** Attempts before a step is given up. An undo, and what may not be undone, is worth more of them. */
const ATTEMPTS_MAX = { forward: 3, persistent: 8 } as const;

/** How a step that fails for good goes on. */
export type Failing =
  /** It is given up, and what was done is undone. */
  | "undone"
  /** It is given up only if it surely did not happen; else a person decides. */
  | "undoneIfRejected"
  /** A person decides. */
  | "stuck"
  /** It is left at that: the saga can do without. */
  | "ignored";

export interface StepShape {
  readonly activity: string;
  /** Members of the activity's input, beside the reference. */
  readonly input: readonly string[];
  readonly failing: Failing;
  /** Tag of its resting states while it is tried, and while it waits to be tried again. */
  readonly phases: readonly [attempting: string, backingOff: string];
  /** Keeps what the activity answers. */
  readonly isKept: boolean;
  /** Counts by itself: it runs beside other steps. */
  readonly isMember: boolean;
  /** States before the first attempt. */
  readonly before?: Readonly<Record<string, Code>>;
}

/** Entry, initial state and states of a step; what surrounds them is the caller's. */
export function stepStates(shape: StepShape): Readonly<Record<string, Code | undefined>> {
  const [initial = "attempting"] = Object.keys(shape.before ?? {});
  return {
    entry: startOf(shape),
    initial: text(initial),
    states: openObject({
      ...shape.before,
      attempting: attempting(shape),
      backingOff: object({
        tags: text(shape.phases[1]),
        after: object({ [backoffOf(shape)]: text("attempting") }),
      }),
      stuck: mayBeStuck(shape) ? stuck(shape) : undefined,
      done: object({ type: text("final") }),
      failed: shape.failing === "stuck" ? undefined : object({ type: text("final") }),
    }),
  };
}

function mayBeStuck({ failing }: StepShape): boolean {
  return failing === "stuck" || failing === "undoneIfRejected";
}

/** An action or a guard by its name, with the step that it is about if it must be told. */
function named(
  shape: Pick<StepShape, "activity" | "isMember">,
  name: string,
  more: Readonly<Record<string, Code>> = {},
): Code {
  const params = { ...(shape.isMember && { step: text(shape.activity) }), ...more };
  const type = text(shape.isMember ? memberName(name) : name);
  return Object.keys(params).length === 0 ? type : object({ type, params: object(params) });
}

/** `countAttempt` → `countMemberAttempt`: the first word stays the verb. */
function memberName(name: string): string {
  const [, verb = "", rest = ""] = /^([a-z]+)(.*)$/.exec(name) ?? [];
  return rest === "Step" ? `${verb}Member` : `${verb}Member${rest}`;
}

function backoffOf({ activity, isMember }: StepShape): string {
  return isMember ? `backoff${pascal(activity)}` : "backoff";
}

function attempting(shape: StepShape): Code {
  const { activity, input } = shape;
  const members = ["reference", ...input].map((name) => [name, `context.${name}`] as const);
  return openObject({
    tags: text(shape.phases[0]),
    entry: named(shape, "countAttempt"),
    invoke: openObject({
      id: text(activity),
      src: text(activity),
      input: {
        kind: "wrap",
        before: "({ context }) => (",
        inner: object(Object.fromEntries(members)),
        after: ")",
      },
      onDone: done(shape),
      onError: array([retry(shape), ...givenUp(shape, "")]),
    }),
    after: openObject({ attemptTimeout: array([retry(shape), ...givenUp(shape, "TimedOut")]) }),
  });
}

function done(shape: StepShape): Code {
  const { activity, isKept, isMember } = shape;
  if (!isKept) return text("done");
  const keep = object({
    type: text(`keep${pascal(activity)}`),
    params: "({ event }) => event.output",
  });
  const actions = isMember ? array([keep, named(shape, "endStep")]) : keep;
  return object({ target: text("done"), actions });
}

function retry(shape: StepShape): Code {
  const attemptsMax = shape.failing === "stuck" ? ATTEMPTS_MAX.persistent : ATTEMPTS_MAX.forward;
  return object({
    guard: named(shape, "canRetry", { attemptsMax: String(attemptsMax) }),
    target: text("backingOff"),
    actions: named(shape, "noteUnsure"),
  });
}

/** What becomes of the last attempt; `how` tells the actions for a failure from those for a timeout. */
function givenUp(shape: StepShape, how: "" | "TimedOut"): readonly Code[] {
  if (shape.failing === "ignored") return [object({ target: text("failed") })];
  const failed = object({ target: text("failed"), actions: named(shape, `fail${how}`) });
  const toStuck = object({ target: text("stuck"), actions: text(`noteStuck${how}`) });
  if (shape.failing === "undone") return [failed];
  if (shape.failing === "stuck") return [toStuck];
  // After a timeout nothing is sure.
  if (how === "TimedOut") return [toStuck];
  const surely = object({
    guard: text("surelyRejected"),
    target: text("failed"),
    actions: text("fail"),
  });
  return [surely, toStuck];
}

function stuck(shape: StepShape): Code {
  const again = shape.failing === "stuck" ? startOf(shape) : text("tryAgain");
  return openObject({
    tags: text("stuck"),
    on: openObject({
      "saga.retry": object({ target: text("attempting"), actions: again }),
      "saga.skip": text("done"),
    }),
  });
}

function startOf(shape: StepShape): Code {
  return shape.isMember
    ? named(shape, "startStep")
    : object({ type: text("startStep"), params: object({ step: text(shape.activity) }) });
}
