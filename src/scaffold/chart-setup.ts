/**
 * What stands before the machine: its types, and all that decides by its name. Of the blocks below only those
 * are written that the machine, or another block that is written, mentions.
 */
import { object, openObject, print, text, typedCall, union } from "./code.ts";
import { ASK_FOR_APPROVAL, idOf, pascal, patienceOf } from "./names.ts";
import { isBehindPivot, stepsOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { undosOf } from "./undo-states.ts";

/** Names of the steps that run beside others. */
function membersOf({ stages }: Plan): readonly string[] {
  return stages.flatMap((stage) =>
    stage.kind === "parallel" ? stage.steps.map(({ name }) => name) : [],
  );
}

export function waitsOf({ stages }: Plan): readonly string[] {
  return stages.flatMap((stage) => (stage.kind === "wait" ? [stage.event] : []));
}

export function hasApproval({ stages }: Plan): boolean {
  return stages.some(({ kind }) => kind === "approval");
}

/** Names of the activities: those that go forward, and those that undo. */
export function activitiesOf(plan: Plan): { forward: readonly string[]; undos: readonly string[] } {
  const forward = plan.stages.flatMap((stage) =>
    stage.kind === "approval" ? [ASK_FOR_APPROVAL] : stepsOf(stage).map(({ name }) => name),
  );
  return { forward, undos: undosOf(plan).map(({ name }) => name) };
}

/** The steps whose answer is kept. */
export function keptOf({ stages }: Plan): readonly string[] {
  return stages.flatMap(stepsOf).map(({ name }) => name);
}

/** Types of events that a client may send, with the members of each. */
export function eventsOf(plan: Plan): readonly (readonly [type: string, members: string])[] {
  const reasoned = "reason?: string | undefined";
  const approval = [
    ["APPROVED", "by: string"],
    ["DECLINED", `by: string; ${reasoned}`],
  ] as const;
  return [
    ...waitsOf(plan).map((event) => [event, ""] as const),
    ...(hasApproval(plan) ? approval : []),
    ...(isCancellable(plan) ? [["saga.cancel", reasoned] as const] : []),
    ["saga.retry", reasoned] as const,
    ["saga.skip", reasoned] as const,
  ];
}

/** Whether there is a place from which it can be turned back for the asking. */
function isCancellable(plan: Plan): boolean {
  return plan.stages.some(
    (stage, index) =>
      !isBehindPivot(plan, index) && (stage.kind !== "step" || stage.step.undo !== null),
  );
}

/** The kinds of failure that this saga knows. */
function kindsOf(plan: Plan): readonly string[] {
  const isWaiting =
    hasApproval(plan) ||
    plan.stages.some(({ kind }, index) => kind === "wait" && !isBehindPivot(plan, index));
  return [
    "rejected",
    "unknown",
    ...(isCancellable(plan) ? ["cancelled"] : []),
    ...(hasApproval(plan) ? ["declined"] : []),
    ...(isWaiting ? ["expired"] : []),
  ];
}

export function typesText(plan: Plan): string {
  const { forward, undos } = activitiesOf(plan);
  const steps = [...forward, ...undos, ...waitsOf(plan)].map(text);
  const events = eventsOf(plan).map(
    ([type, members]) => `{ type: ${text(type)}${members === "" ? "" : `; ${members}`} }`,
  );
  return [
    INPUT,
    `/** What the journal and the output speak of: an activity${waitsOf(plan).length > 0 ? ", or an event that is waited for" : ""}. */\n${union("export type Step", steps)}`,
    `export interface Failure {\n  readonly step: Step;\n  readonly kind: ${kindsOf(plan).map(text).join(" | ")};\n  readonly message: string;\n}`,
    union("export type SagaEvent", events),
    outputText(plan),
    ...(membersOf(plan).length > 0 ? [memberText(plan)] : []),
    contextText(plan),
  ].join("\n\n");
}

const INPUT = `/** What an instance is started with. Put your own fields beside the reference. */
export interface Input {
  /** What it is about, as the services know it. */
  readonly reference: string;
}`;

function outputText(plan: Plan): string {
  return [
    "export interface Output {",
    '  readonly status: "completed" | "compensated";',
    "  /** Why it was undone; null when it was not. */",
    "  readonly failure: Failure | null;",
    ...keptOf(plan).map((step) => `  readonly ${idOf(step)}: string | null;`),
    "}",
  ].join("\n");
}

function memberText(plan: Plan): string {
  return [
    `/** A step that runs beside others. */\n${union("export type MemberStep", membersOf(plan).map(text))}`,
    `export interface Member {
  /** Attempts so far, the running one included. */
  readonly attempt: number;
  /** Whether an attempt ended without a definite answer, so that its effect may be there. */
  readonly unsure: boolean;
  /** It surely did not happen. */
  readonly rejected: boolean;
}`,
  ].join("\n\n");
}

function contextText(plan: Plan): string {
  return [
    "export interface Context {",
    "  instanceId: string;",
    "  reference: string;",
    "  step: Step;",
    "  /** Attempts of this step so far, the running one included. */",
    "  attempt: number;",
    "  /** Whether an attempt of this step ended without a definite answer, so that its effect may be there. */",
    "  unsure: boolean;",
    ...(membersOf(plan).length > 0 ? ["  members: Record<MemberStep, Member>;"] : []),
    "  failure: Failure | null;",
    "  /** Why a step waits for a person. */",
    "  stuckReason: string | null;",
    ...(hasApproval(plan) ? ["  approvedBy: string | null;"] : []),
    ...keptOf(plan).map((step) => `  ${idOf(step)}: string | null;`),
    "}",
  ].join("\n");
}

/** `actors: { … }` of `setup`. */
export function actorsText(plan: Plan): string {
  const input = "{ reference: string }";
  const forward = activitiesOf(plan).forward.map((name) => [
    name,
    typedCall("activity", [
      input,
      name === ASK_FOR_APPROVAL ? "void" : `{ ${idOf(name)}: string }`,
    ]),
  ]);
  const undos = undosOf(plan).map(({ name, step }) => [
    name,
    typedCall("activity", [`{ reference: string; ${idOf(step)}: string | null }`, "void"]),
  ]);
  const actors = openObject(Object.fromEntries([...forward, ...undos]));
  return print(actors, { depth: 1, before: "actors: ", after: "," });
}

/** The initial context. */
export function contextCode(plan: Plan): Parameters<typeof object>[0] {
  const { forward } = activitiesOf(plan);
  const first = plan.stages[0];
  const step = first?.kind === "wait" ? first.event : (forward[0] ?? "");
  const members = membersOf(plan).map((name) => [name, "NEW_MEMBER"]);
  return {
    instanceId: "self.id",
    reference: "input.reference",
    step: text(step),
    attempt: "0",
    unsure: "false",
    members: members.length > 0 ? object(Object.fromEntries(members)) : undefined,
    failure: "null",
    stuckReason: "null",
    approvedBy: hasApproval(plan) ? "null" : undefined,
    ...Object.fromEntries(keptOf(plan).map((name) => [idOf(name), "null"])),
  };
}

/** Delays and constants that are the plan's own. */
export function waitDelays(plan: Plan): readonly string[] {
  return [
    ...waitsOf(plan).map((event) => `${patienceOf(event)}: EVENT_TIMEOUT_MS,`),
    ...(hasApproval(plan)
      ? ["approvalReminder: APPROVAL_REMINDER_MS,", "approvalExpiry: APPROVAL_EXPIRY_MS,"]
      : []),
    ...membersOf(plan).map(
      (name) => `backoff${pascal(name)}: ({ context }) => backoffFor(context, ${text(name)}),`,
    ),
  ];
}
