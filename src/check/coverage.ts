/** Coverage: which states, transitions and guards of the chart the exploration has met, and what that says of them. */
import { declaredEvents } from "../saga/accepts.ts";
import type { Verdict } from "./judge.ts";
import type { Subject } from "./subject.ts";
import type { WatchedTransition } from "./watch.ts";

export interface Coverage {
  readonly states: Part;
  readonly transitions: Part;
}

export interface Part {
  readonly met: number;
  readonly total: number;
  /** What was not met. */
  readonly missing: readonly string[];
}

export function coverageOf({ watch }: Subject): Coverage {
  const states = [...watch.states];
  return {
    states: partOf(states.map(([path, isMet]) => ({ name: path, isMet }))),
    transitions: partOf(
      watch.transitions.map((transition) => ({
        name: nameOf(transition),
        isMet: transition.taken,
      })),
    ),
  };
}

/** What is drawn and never happens. Only of use if nothing was cut off. */
export function judgeCoverage(subject: Subject): readonly Verdict[] {
  const { watch, chart } = subject;
  const reached = watch.transitions.filter(({ source }) => watch.states.get(source) ?? true);
  return [
    ...[...watch.states]
      .filter(([path, isMet]) => !isMet && (watch.states.get(parentOf(path)) ?? true))
      .map(([path]) => ({
        property: "state-unreachable" as const,
        place: path,
        message: `nothing leads to the state ${path}`,
      })),
    ...reached.flatMap((transition) => judgeTransition(transition, reached)),
    ...declaredEvents(chart)
      .filter((type) => !isTaken(watch.transitions, type))
      .map((type) => ({
        property: "event-dead" as const,
        place: type,
        message: `no state takes the event ${type}`,
      })),
  ];
}

// What is inside of a state that cannot be reached needs no word of its own.
function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

function judgeTransition(
  transition: WatchedTransition,
  all: readonly WatchedTransition[],
): readonly Verdict[] {
  const name = nameOf(transition);
  const { guard, taken, held, refused } = transition;
  if (!taken) {
    const why = reasonOf(transition);
    return [
      { property: "transition-dead", place: name, message: `${name} is never taken: ${why}` },
    ];
  }
  const hasOthers = all.some(
    (other) =>
      other !== transition &&
      other.source === transition.source &&
      other.eventType === transition.eventType,
  );
  if (guard === null || !held || refused || hasOthers) return [];
  const message = `the guard ${guard} of ${name} has never refused`;
  return [{ property: "guard-constant", place: name, message }];
}

function reasonOf({ guard, held, refused }: WatchedTransition): string {
  if (guard !== null && refused && !held) return `its guard ${guard} never holds`;
  if (guard !== null && held) return "a state inside or another region is asked first";
  return "what it waits for never comes, or another transition is always first";
}

function isTaken(transitions: readonly WatchedTransition[], type: string): boolean {
  return transitions.some(
    ({ eventType, taken }) =>
      taken &&
      (eventType === type ||
        (eventType.endsWith(".*") && `${type}.`.startsWith(eventType.slice(0, -1)))),
  );
}

function partOf(all: readonly { readonly name: string; readonly isMet: boolean }[]): Part {
  const missing = all.filter(({ isMet }) => !isMet).map(({ name }) => name);
  return { met: all.length - missing.length, total: all.length, missing };
}

/** How a report calls a transition. */
function nameOf({ source, eventType, targets, guard }: WatchedTransition): string {
  const on = eventType === "" ? "always" : `on ${eventType}`;
  const to = targets.length === 0 ? "stays" : `to ${targets.join(", ")}`;
  return `${source} ${on}${guard === null ? "" : ` if ${guard}`} ${to}`;
}
