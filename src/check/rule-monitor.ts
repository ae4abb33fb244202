/** What rules remember, and whether a move breaks one. */
import type { Phase } from "../saga/phase.ts";
import { phaseOf } from "../saga/phase.ts";
import { pathOf } from "../saga/finding.ts";
import type { AnyStateNode } from "xstate";
import { inPlaceOf, snapshotOf } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";
import { remembered } from "./rule.ts";
import type { Condition, Rule } from "./rule.ts";
import type { Successor } from "./successors.ts";
import type { Subject } from "./subject.ts";

/** Where a move leads, with what is now remembered. */
export function remember(
  { remembered: conditions }: Subject,
  { to, deed }: Pick<Successor, "to" | "deed">,
): Configuration {
  if (conditions.length === 0) return to;
  const seen = conditions.map(
    (condition, index) => to.seen[index] === true || occurs(condition, to, deed),
  );
  return { ...to, seen };
}

/** The rules that a move breaks. An effect takes place where the instance stood before the move. */
export function brokenBy(
  { rules }: Subject,
  before: Configuration | null,
  { to, deed }: Successor,
): readonly Rule[] {
  const positions = positionsOf(rules);
  return rules.filter((rule) => {
    if (rule.kind !== "never" || !occurs(rule.what, to, deed)) return false;
    if (rule.when === null) return true;
    const position = positions.get(rule) ?? -1;
    const where = "effect" in rule.what && before !== null ? before : to;
    if ("before" in rule.when) return where.seen[position] === false;
    if ("after" in rule.when) return before?.seen[position] === true;
    return holds(rule.when.while, where);
  });
}

/** Whether the instance stands in the state, at any depth. */
export function standsIn(configuration: Configuration, state: string): boolean {
  return (snapshotOf(configuration)._nodes as readonly AnyStateNode[]).some(
    (node) => pathOf(node) === state,
  );
}

// Where each rule finds in `seen` what it remembers.
function positionsOf(rules: readonly Rule[]): ReadonlyMap<Rule, number> {
  const remembering = rules.filter((rule) => remembered(rule) !== null);
  return new Map(remembering.map((rule, index) => [rule, index]));
}

// An effect is the case in the moment in which it takes place.
function occurs(condition: Condition, to: Configuration, deed: Successor["deed"]): boolean {
  return "effect" in condition ? deed?.happened === condition.effect : holds(condition, to);
}

function holds(condition: Condition, to: Configuration): boolean {
  if ("effect" in condition) return inPlaceOf(to).includes(condition.effect);
  if ("state" in condition) return standsIn(to, condition.state);
  if ("tag" in condition) return snapshotOf(to).tags.has(condition.tag);
  return phaseIs(to, condition.phase);
}

function phaseIs(configuration: Configuration, phase: Phase): boolean {
  return phaseOf(snapshotOf(configuration)) === phase;
}
