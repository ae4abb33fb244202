/**
 * Lint of states: each resting state says its phase, each end says how it ended, paths read back, and no
 * handler takes what the runtime has to say to the chart.
 */
import type { AnyStateNode } from "xstate";
import { stateNodes } from "./chart.ts";
import type { AnySaga } from "./define.ts";
import { invokesOf, pathOf, ROOT, transitionsOf } from "./finding.ts";
import type { Found, Rule, StaticTransition } from "./finding.ts";
import { drawnEndPhases, isEndPhase, isPhaseTag, phases } from "./phase.ts";
import type { Phase } from "./phase.ts";
import { ROUTE } from "./route.ts";

export const stateRules: readonly Rule[] = [
  stateIdDuplicate,
  stateKeyInvalid,
  phaseMissing,
  phaseAmbiguous,
  endPhaseMissing,
  endPhaseEarly,
  completionUnhandled,
  wildcard,
  eventReserved,
];

/** The phases of a state and of those around it, which are active with it. */
export function carriedPhases(node: AnyStateNode): readonly Phase[] {
  const tags = new Set(lineage(node).flatMap((each) => each.tags));
  return [...tags].filter(isPhaseTag);
}

// XState keeps only the last of them where it looks states up.
function stateIdDuplicate({ machine }: AnySaga): readonly Found[] {
  const known = new Set(stateNodes(machine));
  return withInside(machine.root)
    .filter((node) => !known.has(node))
    .map((node) =>
      found("state-id-duplicate", node, {
        message: `another state has the id "${node.id}" too`,
        remedy: "give each state an id of its own",
      }),
    );
}

function stateKeyInvalid({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => node.parent !== undefined && /[.,/]|^$/.test(node.key))
    .map((node) =>
      found("state-key-invalid", node, {
        message: `state key "${node.key}" cannot be told from a path`,
        remedy: `use a key without ".", "," and "/"`,
      }),
    );
}

function phaseMissing({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine)
    .filter((node) => rests(node) && carriedPhases(node).length === 0)
    .map((node) =>
      found("phase-missing", node, {
        message: "an instance may rest here, and no tag tells its phase",
        remedy: `tag the state with one of ${list(phases.filter((phase) => !isEndPhase(phase)))}`,
      }),
    );
}

function phaseAmbiguous({ machine }: AnySaga): readonly Found[] {
  const ends = endsOf(machine.root);
  return stateNodes(machine)
    .filter((node) => (rests(node) || ends.includes(node)) && carriedPhases(node).length > 1)
    .map((node) =>
      found("phase-ambiguous", node, {
        message: `the state and those around it carry ${carriedPhases(node).length} phases: ${list(carriedPhases(node))}`,
        remedy: "leave one of the tags",
      }),
    );
}

function endPhaseMissing({ machine }: AnySaga): readonly Found[] {
  return endsOf(machine.root)
    .filter((node) => !carriedPhases(node).some(isEndPhase))
    .map((node) =>
      found("end-phase-missing", node, {
        message: "an instance can end here, and no tag tells how it ended",
        remedy: `tag the state with one of ${list(drawnEndPhases)}`,
      }),
    );
}

function endPhaseEarly({ machine }: AnySaga): readonly Found[] {
  return stateNodes(machine).flatMap((node) => {
    const early = node.type === "atomic" ? carriedPhases(node).filter(isEndPhase) : [];
    return early.map((phase) =>
      found("end-phase-early", node, {
        message: `the state is not final and carries the end phase "${phase}"`,
        remedy: "make the state final, or tag it with what the saga is doing",
      }),
    );
  });
}

function completionUnhandled({ machine }: AnySaga): readonly Found[] {
  const ends = endsOf(machine.root);
  return stateNodes(machine)
    .filter((node) => node.type === "final" && !ends.includes(node))
    .filter((node) => carriedPhases(node).every(isEndPhase) && !isTakenOn(node))
    .map((node) =>
      found("completion-unhandled", node, {
        message: "an instance may stay in this final state for ever, without a phase",
        remedy: `give the state around it an onDone whose last branch has no guard`,
      }),
    );
}

/** Whether what `final` completes is always left: by an onDone, or never completed at all. */
function isTakenOn(final: AnyStateNode): boolean {
  for (let node = final.parent; node !== undefined; node = node.parent) {
    if (node.type === "parallel" && regionsOf(node).some((region) => endsOf(region).length === 0)) {
      return true;
    }
    const onDone = node.transitions.get(`xstate.done.state.${node.id}`) ?? [];
    if ((onDone as StaticTransition[]).some(isUnconditional)) return true;
    if (node.parent?.type !== "parallel") return isTransient(node);
  }
  return false;
}

/** XState gives the results of actors to a "*" handler where no handler of their own takes them first. */
function wildcard({ machine }: AnySaga): readonly Found[] {
  return handled(machine)
    .filter(({ descriptor }) => descriptor === "*")
    .flatMap(({ node }) => {
      const silent = withInside(node)
        .flatMap(invokesOf)
        .find(({ onDone }) => onDone === undefined);
      if (silent === undefined) return [];
      return [
        found("wildcard", node, {
          message: `a "*" handler would take the result of invoke "${silent.id ?? ""}", which has no onDone`,
          remedy: `give the invoke an onDone, or name the events; for a group of them use a prefix, such as "order.*"`,
        }),
      ];
    });
}

function eventReserved({ machine, events }: AnySaga): readonly Found[] {
  const drawn = handled(machine).filter(({ descriptor }) => descriptor.startsWith("xstate."));
  const declared = Object.keys(events).filter(
    (type) => type !== ROUTE && /^xstate\.|(^|\.)\*$/.test(type),
  );
  return [
    ...drawn.map(({ node, descriptor }) =>
      found("event-reserved", node, {
        message: `"${descriptor}" is an event of XState's own`,
        remedy: "use onDone, onError or after, or another name",
      }),
    ),
    ...declared.map((type) => ({
      rule: "event-reserved",
      state: ROOT,
      message: `the schema of "${type}" is of no event that a client may send`,
      remedy: `use the whole name of an event that does not begin with "xstate."`,
    })),
  ];
}

function handled(
  machine: AnySaga["machine"],
): readonly { node: AnyStateNode; descriptor: string }[] {
  return stateNodes(machine).flatMap((node) =>
    Object.keys((node.config as { on?: object }).on ?? {}).map((descriptor) => ({
      node,
      descriptor,
    })),
  );
}

/** The final states in which a state is done: an instance ends in those of the root. */
function endsOf(node: AnyStateNode): readonly AnyStateNode[] {
  if (node.type === "final") return [node];
  if (node.type === "parallel") return regionsOf(node).flatMap(endsOf);
  return Object.values(node.states).filter(({ type }) => type === "final");
}

function regionsOf(node: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(node.states).filter(({ type }) => type !== "history");
}

function rests(node: AnyStateNode): boolean {
  return node.type === "atomic" && !isTransient(node);
}

/** Whether no event is needed to leave the state. */
function isTransient(node: AnyStateNode): boolean {
  return lineage(node).some((each) =>
    transitionsOf(each).some(
      (transition) => transition.eventType === "" && isUnconditional(transition),
    ),
  );
}

function isUnconditional({ guard, target }: StaticTransition): boolean {
  return guard === undefined && target !== undefined;
}

function lineage(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...lineage(node.parent)];
}

function withInside(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(withInside)];
}

function found(
  rule: string,
  node: AnyStateNode,
  { message, remedy }: Pick<Found, "message" | "remedy">,
): Found {
  return { rule, state: pathOf(node), message, remedy };
}

function list(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
