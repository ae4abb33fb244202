/**
 * Lint of names: what the chart mentions must be registered, what is registered must have its activity, and
 * a compensation must be able to run. TypeScript says much of it earlier, to those who use it.
 */
import type { AnySaga } from "./define.ts";
import { pathOf, registered, ROOT } from "./finding.ts";
import type { Found, Rule } from "./finding.ts";
import { isMachine, isPromiseLogic } from "./logic.ts";
import { actionMentions, actorMentions, delayMentions, guardMentions } from "./mentions.ts";
import type { NameMention } from "./mentions.ts";
import { isTransactional } from "./transactional.ts";

export const nameRules: readonly Rule[] = [
  actorUnknown,
  actionUnknown,
  guardUnknown,
  delayUnknown,
  activityMissing,
  activityUnknown,
  activityNotFunction,
  compensationUnknown,
  compensationNeverRuns,
  childUnknown,
  actionStranger,
];

function actorUnknown({ machine }: AnySaga): readonly Found[] {
  const mentions = actorMentions(machine).flatMap(({ node, src }) =>
    typeof src === "string" ? [{ node, name: src }] : [],
  );
  return unknownNames("actor", mentions, [...registered(machine, "actors").keys()]);
}

/** Names that `enqueueActions` enqueues are not seen; an unknown one is refused when it is met. */
function actionUnknown({ machine }: AnySaga): readonly Found[] {
  const mentions = actionMentions(machine).flatMap(({ node, name }) =>
    name === null ? [] : [{ node, name }],
  );
  return unknownNames("action", mentions, [...registered(machine, "actions").keys()]);
}

function guardUnknown({ machine }: AnySaga): readonly Found[] {
  return unknownNames("guard", guardMentions(machine), [...registered(machine, "guards").keys()]);
}

function delayUnknown({ machine }: AnySaga): readonly Found[] {
  const mentions = delayMentions(machine).flatMap(({ node, delay }) =>
    typeof delay === "string" ? [{ node, name: delay }] : [],
  );
  return unknownNames("delay", mentions, [...registered(machine, "delays").keys()]);
}

function unknownNames(
  kind: "actor" | "action" | "guard" | "delay",
  mentions: readonly NameMention[],
  known: readonly string[],
): readonly Found[] {
  return mentions
    .filter(({ name }) => !known.includes(name))
    .map(({ node, name }) => ({
      rule: `${kind}-unknown`,
      state: pathOf(node),
      message: `${kind} "${name}" is not registered`,
      remedy: didYouMean(name, known) ?? `register it in setup({ ${kind}s })`,
    }));
}

function activityMissing({ machine, activities }: AnySaga): readonly Found[] {
  return [...registered(machine, "actors")]
    .filter(([name, logic]) => !Object.hasOwn(activities, name) && isPromiseLogic(logic))
    .map(([name]) =>
      atRoot(
        "activity-missing",
        `actor "${name}" has no activity`,
        didYouMean(name, strangers(machine, activities)) ??
          `give its function in defineSaga({ activities })`,
      ),
    );
}

function activityUnknown({ machine, activities }: AnySaga): readonly Found[] {
  const actors = registered(machine, "actors");
  return strangers(machine, activities).map((name) =>
    atRoot(
      "activity-unknown",
      actors.has(name)
        ? `actor "${name}" is no promise, and runs by the chart's own logic`
        : `activity "${name}" is no actor of the chart`,
      didYouMean(name, promises(machine)) ??
        `declare it in setup({ actors: { ${name}: activity() } }), or remove it`,
    ),
  );
}

function strangers(
  machine: AnySaga["machine"],
  activities: AnySaga["activities"],
): readonly string[] {
  const known = promises(machine);
  return Object.keys(activities).filter((name) => !known.includes(name));
}

function promises(machine: AnySaga["machine"]): readonly string[] {
  return [...registered(machine, "actors")]
    .filter(([, logic]) => isPromiseLogic(logic))
    .map(([name]) => name);
}

function childUnknown({ machine, children }: AnySaga): readonly Found[] {
  const known = [...registered(machine, "actors")]
    .filter(([, logic]) => isMachine(logic))
    .map(([name]) => name);
  return Object.keys(children)
    .filter((name) => !known.includes(name))
    .map((name) =>
      atRoot(
        "child-unknown",
        `children name "${name}", which is no child machine of the chart`,
        didYouMean(name, known) ?? "declare the machine in setup({ actors }), or remove it",
      ),
    );
}

function actionStranger({ machine, actions }: AnySaga): readonly Found[] {
  const known = [...registered(machine, "actions").keys()];
  return Object.keys(actions)
    .filter((name) => !known.includes(name))
    .map((name) =>
      atRoot(
        "action-stranger",
        `actions name "${name}", which is no action of the chart`,
        didYouMean(name, known) ??
          `declare it in setup({ actions: { ${name}: action() } }), or remove it`,
      ),
    );
}

function activityNotFunction({ activities }: AnySaga): readonly Found[] {
  return Object.entries(activities as Record<string, unknown>)
    .filter(([, activity]) => typeof activity !== "function" && !isTransactional(activity))
    .map(([name, activity]) =>
      atRoot(
        "activity-not-function",
        `activity "${name}" is ${activity === null ? "null" : `of type ${typeof activity}`}`,
        "give an async function, or transaction(…)",
      ),
    );
}

function compensationUnknown({ activities, compensations }: AnySaga): readonly Found[] {
  const known = Object.keys(activities);
  const names = Object.entries(compensations).flatMap(([forward, undo]) =>
    undo === null ? [forward] : [forward, undo],
  );
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) =>
      atRoot(
        "compensation-unknown",
        `compensations name "${name}", which is no activity`,
        didYouMean(name, known) ??
          "name an activity on both sides, or null for one that cannot be undone",
      ),
    );
}

/** An undo may also be spawned by `assign` or `enqueueActions`; draw it as an invoke, so that it can be seen. */
function compensationNeverRuns({ machine, activities, compensations }: AnySaga): readonly Found[] {
  const running = new Set(actorMentions(machine).map(({ src }) => src));
  return Object.entries(compensations)
    .filter(([, undo]) => undo !== null && Object.hasOwn(activities, undo) && !running.has(undo))
    .map(([forward, undo]) =>
      atRoot(
        "compensation-never-runs",
        `"${undo}" undoes "${forward}", but no state invokes it`,
        `invoke "${undo}" in a compensating state, or set compensations.${forward} to null`,
      ),
    );
}

function atRoot(rule: string, message: string, remedy: string): Found {
  return { rule, state: ROOT, message, remedy };
}

export function didYouMean(name: string, known: readonly string[]): string | null {
  // Two letters swapped are two edits.
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  const [nearest] = known
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .filter(({ edits }) => edits <= limit)
    .toSorted((a, b) => a.edits - b.edits);
  return nearest === undefined ? null : `did you mean "${nearest.candidate}"?`;
}

// Levenshtein 1966, one row at a time; letters of either case are the same, since that is how names go wrong.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.toLowerCase().split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of b.toLowerCase().split("").entries()) {
      const swapped = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
