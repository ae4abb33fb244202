/**
 * Which events may come from outside at all, which of them the present state takes, why one was refused,
 * and what each state would do with each event.
 *
 * All four answers come from one reading of the chart, the one that a step makes (SCXML, 3.13). They differ
 * only in what is known of a guard: everything, when the event is there; what it says without a look at the
 * payload, when only the present state is; nothing, when only the chart is.
 */
import type { AnyMachineSnapshot, AnyStateNode, EventObject } from "xstate";
import { leavesOf, stateNodes } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { askAhead, askNow, guardName } from "./guard.ts";
import type { GuardAnswer } from "./guard.ts";
import { ROUTE, routesOf } from "./route.ts";
import type { Route } from "./route.ts";

/** An event that the present state takes. */
export interface AcceptedEvent {
  readonly type: string;
  /** True: it depends on its payload, a guard may still refuse it. False: any valid payload is taken. */
  readonly guarded: boolean;
}

/** Why a declared event was not taken. */
export interface Refusal {
  /**
   * `guard`: there is a transition, but its guard said no. `forbidden`: the state has a transition that only
   * forbids the event. `not-in-this-state`: no active state has a transition for it.
   */
  readonly why: "not-in-this-state" | "forbidden" | "guard";
  /** Names of the guards that said no. */
  readonly guards: readonly string[];
}

/**
 * What a state does with an event, as far as the chart alone tells. `taken`: whatever its payload.
 * `guarded`: if a guard agrees. `parked`: it is kept until a state takes it. `forbidden`: never, though a state around it has a transition. `refused`: never.
 */
export type StateVerdict = "taken" | "guarded" | "parked" | "forbidden" | "refused";

/** What happens to one event in each leaf state, in document order. */
export interface EventVerdicts {
  readonly type: string;
  readonly states: readonly { readonly state: string; readonly verdict: StateVerdict }[];
}

/** Events that no client may send: they tell the chart what the runtime saw. */
function isInternal(eventType: string): boolean {
  return eventType.startsWith("xstate.") && eventType !== ROUTE;
}

// A chart does not change, and it is asked for at every event.
const declared = new WeakMap<Chart, readonly string[]>();

/** The event types that a saga declares, by its schemas or by a transition of its chart; sorted. */
export function declaredEvents(chart: Chart): readonly string[] {
  const known = declared.get(chart) ?? findDeclared(chart);
  declared.set(chart, known);
  return known;
}

function findDeclared(chart: Chart): readonly string[] {
  const types = new Set(Object.keys(chart.saga.events));
  for (const node of stateNodes(chart.machine)) {
    for (const type of eventTypesOf(node)) types.add(type);
  }
  return [...types].filter((type) => !isInternal(type) && !isPattern(type)).toSorted();
}

// A snapshot does not change, and its guards need not be asked twice.
const accepted = new WeakMap<AnyMachineSnapshot, readonly AcceptedEvent[]>();

/** The declared events that the present state takes, with some payload at least; sorted by type. */
export function acceptedEvents(
  chart: Chart,
  snapshot: AnyMachineSnapshot,
): readonly AcceptedEvent[] {
  const known = accepted.get(snapshot) ?? findAccepted(chart, snapshot);
  accepted.set(snapshot, known);
  return known;
}

function findAccepted(chart: Chart, snapshot: AnyMachineSnapshot): readonly AcceptedEvent[] {
  const known = unguardedEvents(chart, snapshot);
  if (known !== null) return known;
  return askEach(chart, snapshot, (guard, event) => askAhead(guard, snapshot, event));
}

/** As `acceptedEvents`, but null where a guard has a say in it: none is asked. */
export function unguardedEvents(
  chart: Chart,
  snapshot: AnyMachineSnapshot,
): readonly AcceptedEvent[] | null {
  if (snapshot.status !== "active") return [];
  const remembered = unguarded.get(chart) ?? new Map<string, readonly AcceptedEvent[] | null>();
  unguarded.set(chart, remembered);
  const state = leavesOf(snapshot)
    .map(({ order }) => order)
    .join();
  const before = remembered.get(state);
  if (before !== undefined) return before;
  if (remembered.size >= REMEMBERED_STATES_MAX) return null;

  let isGuarded = false;
  const events = askEach(chart, snapshot, () => {
    isGuarded = true;
    return "unsure";
  });
  remembered.set(state, isGuarded ? null : events);
  return isGuarded ? null : events;
}

/**
 * What is accepted in states in which no guard has a say, by chart and state, and null for the others: there the state
 * alone tells, and each view of an instance asks for it.
 */
const unguarded = new WeakMap<Chart, Map<string, readonly AcceptedEvent[] | null>>();

/** Regions side by side may make many states of few. */
const REMEMBERED_STATES_MAX = 1_000;

function askEach(
  chart: Chart,
  snapshot: AnyMachineSnapshot,
  answer: (guard: unknown, known: EventObject) => GuardAnswer,
): readonly AcceptedEvent[] {
  const active = activeNodes(snapshot);
  const events: AcceptedEvent[] = [];
  for (const type of declaredEvents(chart)) {
    const possible = knownEvents(chart, type).map((known) => {
      const ask = ({ guard }: Candidate): GuardAnswer => answer(guard, known);
      return verdictsOf(chart.machine.root, { active, type, ask });
    });
    if (!possible.some((verdicts) => verdicts.has("takes"))) continue;
    const isSure = possible.every((verdicts) => verdicts.has("takes") && verdicts.size === 1);
    events.push({ type, guarded: !isSure });
  }
  return events;
}

/** What is known of an event of that type before it comes: of a route, which there are. */
function knownEvents({ machine }: Chart, type: string): readonly EventObject[] {
  return type === ROUTE ? routesOf(machine).map(({ to }) => ({ type, to })) : [{ type }];
}

/** Why the step of this event was none. */
export function refusalOf(chart: Chart, snapshot: AnyMachineSnapshot, event: EventObject): Refusal {
  const guards = new Set<string>();
  const ask = (transition: Candidate): GuardAnswer => {
    const answer = askNow(transition.guard, snapshot, event);
    if (answer === "no" && event.type !== ROUTE && !isForbidding(transition)) {
      guards.add(guardName(transition.guard));
    }
    return answer;
  };
  // Beside the author's own guard of a route there is one of XState's, which only tells where it goes.
  const route = routeOf(chart, event);
  if (route?.guard !== undefined) guards.add(guardName(route.guard));
  const active = activeNodes(snapshot);
  const possible = verdictsOf(chart.machine.root, { active, type: event.type, ask });
  if (guards.size > 0) return { why: "guard", guards: [...guards] };
  return { why: possible.has("forbids") ? "forbidden" : "not-in-this-state", guards: [] };
}

/** The route that an event takes, or null. */
function routeOf({ machine }: Chart, event: EventObject): Route | null {
  if (event.type !== ROUTE) return null;
  const { to } = event as { to?: unknown };
  return routesOf(machine).find((route) => route.to === to) ?? null;
}

/**
 * What happens to each declared event in each leaf state. Of a leaf in a parallel state it tells what that
 * region and the states around it do; another region may still take the event.
 */
export function eventVerdicts(chart: Chart): readonly EventVerdicts[] {
  const leaves = stateNodes(chart.machine).filter(
    ({ type }) => type === "atomic" || type === "final",
  );
  return declaredEvents(chart).map((type) => ({
    type,
    states: leaves.map((leaf) => ({
      state: leaf.path.join(".") || leaf.key,
      verdict: stateVerdict(chart, leaf, type),
    })),
  }));
}

function stateVerdict(chart: Chart, leaf: AnyStateNode, type: string): StateVerdict {
  const { root } = chart.machine;
  // An instance that has ended asks nobody.
  if (leaf.type === "final" && leaf.parent === root && root.type === "compound") return "refused";
  const active = new Set<AnyStateNode>();
  for (let node: AnyStateNode | undefined = leaf; node !== undefined; node = node.parent) {
    active.add(node);
  }
  const possible = verdictsOf(root, { active, type, ask: () => "unsure" });
  if (possible.has("takes")) return possible.size > 1 ? "guarded" : "taken";
  if (chart.saga.parks.includes(type)) return "parked";
  return possible.has("forbids") ? "forbidden" : "refused";
}

/** Whether a transition only forbids its event, as in `{ on: { CANCEL: undefined } }`. */
export function isForbidding(transition: {
  readonly target?: unknown;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
}): boolean {
  return transition.target === undefined && transition.actions.length === 0 && !transition.reenter;
}

type Candidate = AnyStateNode["transitions"] extends Map<string, (infer One)[]> ? One : never;

type Verdict = "takes" | "forbids" | "ignores";

/** Several, where it depends on what a guard will say. */
type Possible = ReadonlySet<Verdict>;

interface Question {
  readonly active: ReadonlySet<AnyStateNode>;
  readonly type: string;
  /** Asked only for transitions with a guard. */
  readonly ask: (transition: Candidate) => GuardAnswer;
}

const IGNORES: Possible = new Set<Verdict>(["ignores"]);

// SCXML, 3.13: inner states are asked first, and the outer ones only if none of them has a transition.
function verdictsOf(node: AnyStateNode, question: Question): Possible {
  const inside = Object.values(node.states)
    .filter((child) => question.active.has(child))
    .map((child) => verdictsOf(child, question))
    .reduce(together, IGNORES);
  if (!inside.has("ignores")) return inside;
  const decided = [...inside].filter((verdict) => verdict !== "ignores");
  return new Set([...decided, ...ownVerdicts(node, question)]);
}

// Regions move side by side: the event is taken if one of them takes it.
function together(a: Possible, b: Possible): Possible {
  const pairs = [...a].flatMap((one) => [...b].map((other) => [one, other]));
  return new Set(
    pairs.map((pair) => precedence.find((verdict) => pair.includes(verdict)) as Verdict),
  );
}

const precedence: readonly Verdict[] = ["takes", "forbids", "ignores"];

function ownVerdicts(node: AnyStateNode, { type, ask }: Question): Possible {
  const possible = new Set<Verdict>();
  for (const transition of candidatesOf(node, type)) {
    const answer = transition.guard === undefined ? "yes" : ask(transition);
    if (answer !== "no") possible.add(isForbidding(transition) ? "forbids" : "takes");
    if (answer === "yes") return possible;
  }
  return possible.add("ignores");
}

function candidatesOf(node: AnyStateNode, type: string): readonly Candidate[] {
  return [...node.transitions.keys()]
    .filter((descriptor) => matches(type, descriptor))
    .toSorted((a, b) => Number(b === type) - Number(a === type) || b.length - a.length)
    .flatMap((key) => node.transitions.get(key) ?? []);
}

function activeNodes(snapshot: AnyMachineSnapshot): ReadonlySet<AnyStateNode> {
  return new Set(snapshot._nodes as AnyStateNode[]);
}

// Without transitions that forbid an event: `{ on: { CANCEL: undefined } }`.
function eventTypesOf(node: AnyStateNode): readonly string[] {
  return node.ownEvents as string[];
}

function isPattern(descriptor: string): boolean {
  return descriptor === "*" || descriptor.endsWith(".*");
}

// SCXML, 3.12.1: a descriptor matches by whole tokens, and "*" stands for any that follow.
function matches(type: string, descriptor: string): boolean {
  if (descriptor === "*" || descriptor === type) return true;
  return descriptor.endsWith(".*") && `${type}.`.startsWith(descriptor.slice(0, -1));
}
