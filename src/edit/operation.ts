/**
 * The operations of the editor, as data that comes from outside: what is to become of a chart, in its own terms
 * and not in those of its text. Each is checked here for its form; whether it can be is said when it is applied.
 */
import { z } from "zod";
import { SagaError } from "../errors.ts";

/** Longer names are no names. */
const NAME_LENGTH_MAX = 100;
const TEXT_LENGTH_MAX = 2_000;
const DEPTH_MAX = 50;
/** More are not made between two saves. */
const OPERATIONS_MAX = 500;

const name = z.string().min(1).max(NAME_LENGTH_MAX);
const path = z.array(name).max(DEPTH_MAX);
const newKey = z
  .string()
  .max(NAME_LENGTH_MAX)
  // A number would be sorted before all others, and a dot would divide the name.
  .regex(
    /^[A-Za-z_$][\w$ -]*$/,
    "give a name that begins with a letter, of letters, digits, _, $, - and spaces",
  );
const identifier = z
  .string()
  .max(NAME_LENGTH_MAX)
  .regex(/^[A-Za-z_$][\w$]*$/, "give a name of letters, digits and _");

const kinds = [
  "on",
  "after",
  "always",
  "onDone",
  "invokeDone",
  "invokeError",
  "invokeSnapshot",
] as const;
const index = z.int().min(0).max(1_000);

const ref = z.strictObject({
  source: path,
  kind: z.enum(kinds),
  event: z.string().max(NAME_LENGTH_MAX),
  index,
  invoke: index.default(0),
});

const stateTypes = ["atomic", "compound", "parallel", "final", "history"] as const;

/** An action: by name, or the one that stands at this place now, as it is. */
const action = z.union([name, z.strictObject({ keep: index })]);

export const implementationKinds = ["actors", "actions", "guards", "delays"] as const;
export type ImplementationKind = (typeof implementationKinds)[number];

const operation = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("renameState"), path, to: newKey }),
  z.strictObject({
    op: z.literal("addState"),
    parent: path,
    key: newKey,
    type: z.enum(["atomic", "final", "parallel", "history"]).default("atomic"),
    /** Behind this sibling; left out: at the end. */
    after: name.optional(),
  }),
  z.strictObject({
    op: z.literal("removeState"),
    path,
    /** What becomes of transitions that lead to it. */
    dangling: z.union([z.literal("remove"), z.strictObject({ retarget: path })]),
  }),
  z.strictObject({ op: z.literal("moveState"), path, parent: path }),
  /** The copy stands behind it. */
  z.strictObject({ op: z.literal("duplicateState"), path, to: newKey }),
  z.strictObject({ op: z.literal("setInitial"), path, initial: name }),
  z.strictObject({ op: z.literal("setType"), path, type: z.enum(stateTypes) }),
  z.strictObject({
    op: z.literal("setDescription"),
    path,
    text: z.string().min(1).max(TEXT_LENGTH_MAX).nullable(),
  }),
  z.strictObject({ op: z.literal("setTags"), path, tags: z.array(name).max(50) }),
  z.strictObject({
    op: z.literal("setStateActions"),
    path,
    when: z.enum(["entry", "exit"]),
    actions: z.array(action).max(100),
  }),
  z.strictObject({
    op: z.literal("addTransition"),
    source: path,
    kind: z.enum(["on", "after", "always", "onDone", "invokeDone", "invokeError"]),
    event: z.string().max(NAME_LENGTH_MAX),
    invoke: index.default(0),
    /** Null: it stays where it is. */
    target: path.nullable(),
    guard: name.optional(),
    actions: z.array(name).max(100).optional(),
  }),
  z.strictObject({ op: z.literal("removeTransition"), transition: ref }),
  z.strictObject({ op: z.literal("retarget"), transition: ref, target: path.nullable() }),
  z.strictObject({ op: z.literal("changeKey"), transition: ref, event: name }),
  z.strictObject({ op: z.literal("moveBranch"), transition: ref, to: index }),
  z.strictObject({ op: z.literal("setGuard"), transition: ref, guard: name.nullable() }),
  z.strictObject({
    op: z.literal("setActions"),
    transition: ref,
    actions: z.array(action).max(100),
  }),
  z.strictObject({
    op: z.literal("addInvoke"),
    path,
    id: identifier,
    src: identifier,
    onDone: path.nullable(),
    onError: path.nullable(),
  }),
  z.strictObject({ op: z.literal("removeInvoke"), path, invoke: index }),
  /** A stub in `setup`. */
  z.strictObject({
    op: z.literal("addImplementation"),
    kind: z.enum(implementationKinds),
    name: identifier,
    /** Of a delay. */
    delayMs: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1_000),
  }),
]);

export type Operation = z.infer<typeof operation>;
/** An operation as it is written by hand: what has a default may be left out. */
export type OperationInput = z.input<typeof operation>;
export type OperationOf<Name extends Operation["op"]> = Extract<Operation, { op: Name }>;
/** An action of a list: a name, or what stands at this place of the list now. */
export type ActionItem = z.infer<typeof action>;

const operations = z.array(operation).max(OPERATIONS_MAX);

/** @throws {SagaError} SAGA_REQUEST_INVALID with the places that are wrong. */
export function toOperations(value: unknown): readonly Operation[] {
  const parsed = operations.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  const [first] = issues;
  throw new SagaError(
    "SAGA_REQUEST_INVALID",
    `operations are not well formed at "${first?.path ?? ""}": ${first?.message ?? ""}`,
    { details: { issues } },
  );
}
