/** The plan of a new saga as somebody makes it: its stages, what plans begin with, and how they change. Pure. */

export interface Stage {
  readonly kind: "step" | "wait" | "approval";
  /** The activity, or the event. */
  readonly name: string;
  /** The activity that undoes it; empty: nothing does. */
  readonly undo: string;
  /** Whether it runs at the same time as the step before it. */
  readonly isBeside: boolean;
}

export interface Plan {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** Empty: the first step that nothing undoes. */
  readonly pivot: string;
}

const stage = (kind: Stage["kind"], name = "", undo = "", isBeside = false): Stage => {
  return { kind, name, undo, isBeside };
};

export const templates = [
  {
    name: "Steps with an undo",
    what: "each can fail, is tried again, and is undone",
    stages: [
      stage("step", "reserveStock", "releaseStock"),
      stage("step", "chargePayment", "refundPayment"),
      stage("step", "ship"),
    ],
  },
  {
    name: "Some at the same time",
    what: "it goes on when all are done, or undoes all",
    stages: [
      stage("step", "bookFlight", "cancelFlight"),
      stage("step", "bookHotel", "cancelHotel", true),
      stage("step", "chargePayment", "refundPayment"),
    ],
  },
  {
    name: "A person decides",
    what: "reminded, and not waited for for ever",
    stages: [
      stage("step", "createAccount", "closeAccount"),
      stage("approval"),
      stage("step", "sendContract"),
    ],
  },
  {
    name: "The world answers",
    what: "waits for an event, with a way out",
    stages: [
      stage("step", "reserveStock", "releaseStock"),
      stage("wait", "PACKED"),
      stage("step", "ship"),
    ],
  },
  { name: "An empty chart", what: "you draw all of it yourself", stages: [] },
] as const satisfies readonly { name: string; what: string; stages: readonly Stage[] }[];

export const firstPlan: Plan = { name: "", stages: templates[0].stages, pivot: "" };

/** The step that the one at this place may run beside; null: none. */
export function neighbourOf(stages: readonly Stage[], at: number): string | null {
  const before = stages[at - 1];
  return before?.kind === "step" && stages[at]?.kind === "step" ? before.name : null;
}

/** With a new stage at this place, whose name is none of the others'. Among those that run at once it is one of them. */
export function withNew(
  stages: readonly Stage[],
  kind: Stage["kind"],
  at: number,
): readonly Stage[] {
  return settled(stages.toSpliced(at, 0, newStage(kind, stages, stages[at]?.isBeside === true)));
}

function newStage(kind: Stage["kind"], stages: readonly Stage[], isBeside: boolean): Stage {
  if (kind === "approval") return stage(kind);
  const word = kind === "wait" ? "ARRIVED" : "step";
  const names = new Set(stages.map(({ name }) => name));
  let count = 1;
  while (names.has(`${word}${count}`)) count += 1;
  if (kind === "wait") return stage(kind, `${word}${count}`);
  return stage(kind, `${word}${count}`, `undoStep${count}`, isBeside);
}

/** Which of them run at once is a matter of places, and stays as it is. */
export function withEarlier(stages: readonly Stage[], at: number): readonly Stage[] {
  const [before, own] = [stages[at - 1], stages[at]];
  if (before === undefined || own === undefined) return stages;
  const swapped = [
    { ...own, isBeside: before.isBeside },
    { ...before, isBeside: own.isBeside },
  ];
  return settled(stages.toSpliced(at - 1, 2, ...swapped));
}

export function without(stages: readonly Stage[], at: number): readonly Stage[] {
  const isBeside = stages[at]?.isBeside === true;
  const rest = stages.toSpliced(at, 1);
  const next = rest[at];
  // Who stood beside the one that goes stands beside the one before it, if that did.
  return settled(
    next === undefined ? rest : rest.with(at, { ...next, isBeside: next.isBeside && isBeside }),
  );
}

/** Only a step can run beside a step. */
function settled(stages: readonly Stage[]): readonly Stage[] {
  return stages.map((one, at) =>
    one.isBeside && neighbourOf(stages, at) === null ? { ...one, isBeside: false } : one,
  );
}

/** The steps after which it may only go forward: those that run by themselves. */
export function pivotsOf(stages: readonly Stage[]): readonly string[] {
  return stages.flatMap(({ kind, name, isBeside }, at) =>
    kind === "step" && !isBeside && stages[at + 1]?.isBeside !== true ? [name] : [],
  );
}

/** As the server takes it. */
export function toRequest({ name, stages, pivot }: Plan): object {
  return {
    name: name.trim() || "new-saga",
    stages: stages.map(toStage),
    parallel: groupsOf(stages),
    ...(pivotsOf(stages).includes(pivot) && { pivot: pivot.trim() }),
  };
}

function groupsOf(stages: readonly Stage[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const { name, isBeside } of stages) {
    if (isBeside) groups.at(-1)?.push(name.trim());
    else groups.push([name.trim()]);
  }
  return groups.filter(({ length }) => length > 1);
}

function toStage({ kind, name, undo }: Stage): object {
  switch (kind) {
    case "step":
      return { kind, step: { name: name.trim(), undo: undo.trim() === "" ? null : undo.trim() } };
    case "wait":
      return { kind, event: name.trim() };
    case "approval":
      return { kind };
  }
}
