/**
 * The named parts of a written chart that are the same in every saga: constants, functions, actions, guards
 * and delays. Each is written only if something that is written mentions its name.
 */

export interface Block {
  readonly name: string;
  readonly text: string;
}

export const constants: readonly Block[] = [
  {
    name: "ATTEMPT_TIMEOUT_MS",
    text: `// Longest wait for the answer of one attempt.
const ATTEMPT_TIMEOUT_MS = 10_000;`,
  },
  {
    name: "BACKOFF_BASE_MS",
    text: `// Wait after the first attempt, before jitter; it doubles with each attempt, up to the cap.
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 60_000;`,
  },
  {
    name: "EVENT_TIMEOUT_MS",
    text: `// Longest wait for an event from outside.
const EVENT_TIMEOUT_MS = 24 * 3_600_000;`,
  },
  {
    name: "APPROVAL_REMINDER_MS",
    text: `// How long a person may take to decide, until he is asked again, and in all.
const APPROVAL_REMINDER_MS = 24 * 3_600_000;
const APPROVAL_EXPIRY_MS = 7 * 24 * 3_600_000;`,
  },
  {
    name: "NEW_MEMBER",
    text: `const NEW_MEMBER: Member = { attempt: 0, unsure: false, rejected: false };`,
  },
];

export const functions: readonly Block[] = [
  {
    name: "fieldOf",
    text: `/** A field of what an activity was rejected with. It may be anything; after a restart it is plain data. */
function fieldOf(event: object, field: "kind" | "message"): unknown {
  const error = "error" in event ? event.error : undefined;
  if (typeof error !== "object" || error === null) return undefined;
  return (error as Partial<Record<typeof field, unknown>>)[field];
}`,
  },
  {
    name: "isRejection",
    text: `function isRejection(event: object): boolean {
  return fieldOf(event, "kind") === "rejected";
}`,
  },
  {
    name: "messageOf",
    text: `function messageOf(event: object): string {
  const message = fieldOf(event, "message");
  return typeof message === "string" ? message : "failed without a message";
}`,
  },
  {
    name: "TIMED_OUT",
    text: "const TIMED_OUT = `no answer within ${ATTEMPT_TIMEOUT_MS} ms`;",
  },
  {
    name: "reasonOf",
    text: `function reasonOf(event: object): string | undefined {
  return "reason" in event && typeof event.reason === "string" ? event.reason : undefined;
}`,
  },
  {
    name: "changed",
    text: `function changed(
  context: Context,
  step: MemberStep,
  change: Partial<Member>,
): Pick<Context, "members"> {
  return { members: { ...context.members, [step]: { ...context.members[step], ...change } } };
}`,
  },
  {
    name: "backoffFor",
    text: `function backoffFor({ instanceId, members }: Context, step: MemberStep): number {
  return backoffMs({
    attempt: members[step].attempt,
    baseMs: BACKOFF_BASE_MS,
    capMs: BACKOFF_CAP_MS,
    seed: \`\${instanceId}/\${step}\`,
  });
}`,
  },
];

export const actions: readonly Block[] = [
  {
    name: "startStep",
    text: `startStep: assign((_, params: { step: Step }) => ({
  step: params.step,
  attempt: 0,
  unsure: false,
  stuckReason: null,
})),`,
  },
  {
    name: "countAttempt",
    text: `countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1 })),`,
  },
  {
    name: "noteUnsure",
    text: `// Stays so until the step ends: a later rejection says nothing about an earlier attempt.
noteUnsure: assign({ unsure: true }),`,
  },
  {
    name: "tryAgain",
    text: `// What was unsure stays unsure.
tryAgain: assign({ attempt: 0, stuckReason: null }),`,
  },
  {
    name: "fail",
    text: `fail: assign(({ context, event }) => ({
  failure: {
    step: context.step,
    kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
    message: messageOf(event),
  },
})),`,
  },
  {
    name: "failTimedOut",
    text: `failTimedOut: assign(({ context }) => ({
  failure: { step: context.step, kind: "unknown" as const, message: TIMED_OUT },
})),`,
  },
  {
    name: "failCancelled",
    text: `failCancelled: assign(({ context, event }) => ({
  failure: {
    step: context.step,
    kind: "cancelled" as const,
    message: reasonOf(event) ?? "cancelled",
  },
})),`,
  },
  {
    name: "failExpired",
    text: `failExpired: assign(({ context }) => ({
  failure: { step: context.step, kind: "expired" as const, message: "did not come in time" },
})),`,
  },
  {
    name: "failDeclined",
    text: `failDeclined: assign(({ context, event }) => ({
  failure: {
    step: context.step,
    kind: "declined" as const,
    message: reasonOf(event) ?? "declined",
  },
})),`,
  },
  {
    name: "noteStuck",
    text: `noteStuck: assign(({ event }) => ({ stuckReason: messageOf(event) })),`,
  },
  { name: "noteStuckTimedOut", text: `noteStuckTimedOut: assign({ stuckReason: TIMED_OUT }),` },
  {
    name: "noteOverdue",
    text: `noteOverdue: assign(({ context }) => ({
  stuckReason: \`\${context.step} did not come in time\`,
})),`,
  },
  {
    name: "keepApproval",
    text: `keepApproval: assign((_, params: { approvedBy: string }) => params),`,
  },
  {
    name: "startMember",
    text: `startMember: assign(({ context }, params: { step: MemberStep }) => ({
  ...changed(context, params.step, NEW_MEMBER),
  stuckReason: null,
})),`,
  },
  {
    name: "countMemberAttempt",
    text: `countMemberAttempt: assign(({ context }, params: { step: MemberStep }) =>
  changed(context, params.step, { attempt: context.members[params.step].attempt + 1 }),
),`,
  },
  {
    name: "noteMemberUnsure",
    text: `noteMemberUnsure: assign(({ context }, params: { step: MemberStep }) =>
  changed(context, params.step, { unsure: true }),
),`,
  },
  {
    name: "endMember",
    text: `endMember: assign(({ context }, params: { step: MemberStep }) =>
  changed(context, params.step, NEW_MEMBER),
),`,
  },
  {
    name: "failMember",
    text: `// The first failure is the one that is told.
failMember: assign(({ context, event }, params: { step: MemberStep }) => ({
  ...changed(context, params.step, {
    ...NEW_MEMBER,
    rejected: isRejection(event) && !context.members[params.step].unsure,
  }),
  failure: context.failure ?? {
    step: params.step,
    kind: isRejection(event) ? ("rejected" as const) : ("unknown" as const),
    message: messageOf(event),
  },
})),`,
  },
  {
    name: "failMemberTimedOut",
    text: `failMemberTimedOut: assign(({ context }, params: { step: MemberStep }) => ({
  ...changed(context, params.step, NEW_MEMBER),
  failure: context.failure ?? {
    step: params.step,
    kind: "unknown" as const,
    message: TIMED_OUT,
  },
})),`,
  },
];

export const guards: readonly Block[] = [
  {
    name: "canRetry",
    text: `canRetry: ({ context, event }, params: { attemptsMax: number }) =>
  context.attempt < params.attemptsMax && !isRejection(event),`,
  },
  {
    name: "canMemberRetry",
    text: `canMemberRetry: ({ context, event }, params: { step: MemberStep; attemptsMax: number }) =>
  context.members[params.step].attempt < params.attemptsMax && !isRejection(event),`,
  },
  {
    name: "surelyRejected",
    text: `surelyRejected: ({ context, event }) => isRejection(event) && !context.unsure,`,
  },
  {
    name: "surelyNotDone",
    text: `surelyNotDone: ({ context }, params: { step: MemberStep }) =>
  context.members[params.step].rejected,`,
  },
  { name: "stepFailed", text: `stepFailed: ({ context }) => context.failure !== null,` },
  {
    name: "outcomeUnknown",
    text: `outcomeUnknown: ({ context }) =>
  context.failure !== null && (context.unsure || context.failure.kind !== "rejected"),`,
  },
];

export const delays: readonly Block[] = [
  { name: "attemptTimeout", text: `attemptTimeout: ATTEMPT_TIMEOUT_MS,` },
  {
    name: "backoff",
    text: `backoff: ({ context }) =>
  backoffMs({
    attempt: context.attempt,
    baseMs: BACKOFF_BASE_MS,
    capMs: BACKOFF_CAP_MS,
    seed: \`\${context.instanceId}/\${context.step}\`,
  }),`,
  },
];

/** The blocks that a text mentions by name as a whole word, and those that they mention. */
export function mentioned(blocks: readonly Block[], text: string): readonly Block[] {
  const found = new Set<Block>();
  for (let rest = text; ;) {
    const next = blocks.filter(
      (block) => !found.has(block) && new RegExp(`\\b${block.name}\\b`).test(rest),
    );
    if (next.length === 0) return blocks.filter((block) => found.has(block));
    for (const block of next) found.add(block);
    rest = next.map((block) => block.text).join("\n");
  }
}
