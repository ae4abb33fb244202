/**
 * Rules: what must never happen in a saga, said by its author, and which events must be taken where.
 *
 * @example
 * rules: [
 *   never({ effect: "createShipment" }, { before: { effect: "chargePayment" } }),
 *   never({ state: "shipping" }, { while: { phase: "compensating" } }),
 *   always({ takes: "saga.cancel" }, { in: "chargingPayment" }),
 * ]
 */
import type { Phase } from "../saga/phase.ts";

/** What can be the case. An effect: the activity takes effect. The others: the instance stands there. */
export type Condition =
  | { readonly effect: string }
  | { readonly state: string }
  | { readonly tag: string }
  | { readonly phase: Phase };

/** When it must not be: before the other was ever the case, once it was, or while it is. Default: at no time. */
export type When =
  | { readonly before: Condition }
  | { readonly after: Condition }
  | { readonly while: Condition };

export type Rule =
  | {
      readonly kind: "never";
      readonly what: Condition;
      readonly when: When | null;
      readonly name: string;
    }
  | {
      readonly kind: "takes";
      readonly event: string;
      readonly state: string;
      readonly name: string;
    };

/** `what` never happens, or never at that time. */
export function never(what: Condition, when?: When): Rule {
  const [word, other] = Object.entries(when ?? {})[0] ?? [];
  const name =
    word === undefined
      ? `never ${textOf(what)}`
      : `never ${textOf(what)} ${word} ${textOf(other as Condition)}`;
  return { kind: "never", what, when: when ?? null, name };
}

/** The event is taken wherever the instance stands in this state. */
export function always(what: { readonly takes: string }, where: { readonly in: string }): Rule {
  const { takes: event } = what;
  return { kind: "takes", event, state: where.in, name: `always take ${event} in ${where.in}` };
}

function textOf(condition: Condition): string {
  return Object.entries(condition)
    .map(([kind, name]) => (kind === "effect" ? name : `${kind} ${name}`))
    .join(" ");
}

/** The condition that a rule remembers, if it remembers one. */
export function remembered(rule: Rule): Condition | null {
  if (rule.kind !== "never" || rule.when === null) return null;
  if ("before" in rule.when) return rule.when.before;
  return "after" in rule.when ? rule.when.after : null;
}

/** What a rule names. */
export function namesIn(rule: Rule): {
  readonly effects: readonly string[];
  readonly states: readonly string[];
  readonly events: readonly string[];
} {
  if (rule.kind === "takes") return { effects: [], states: [rule.state], events: [rule.event] };
  const others = Object.values(rule.when ?? {}) as readonly Condition[];
  const conditions = [rule.what, ...others];
  return {
    effects: conditions.flatMap((each) => ("effect" in each ? [each.effect] : [])),
    states: conditions.flatMap((each) => ("state" in each ? [each.state] : [])),
    events: [],
  };
}
