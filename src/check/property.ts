/** Properties: what is claimed of a saga, each with a stable name and a sentence. */

export type Severity = "error" | "warning";

interface PropertyFacts {
  readonly severity: Severity;
  /** What holds if nothing is found. */
  readonly claim: string;
}

/** In the order in which a report lists them. */
export const properties = {
  completed: { severity: "error", claim: "a completed instance has every effect in place" },
  compensated: { severity: "error", claim: "a compensated instance leaves no effect behind" },
  "reverse-order": { severity: "error", claim: "effects are undone in reverse order" },
  doubled: {
    severity: "error",
    claim: "an operation of unknown outcome is not begun under a new key",
  },
  pivot: { severity: "error", claim: "after a pivot the saga only goes forward" },
  "end-reachable": { severity: "error", claim: "an end can be reached from everywhere" },
  "waits-forever": {
    severity: "error",
    claim: "something is always pending, or an event from outside is accepted",
  },
  "attempt-unbounded": { severity: "error", claim: "an attempt that hangs is left" },
  endless: { severity: "error", claim: "nothing goes round for ever by itself" },
  "pending-after-end": { severity: "error", claim: "nothing is pending after the end" },
  fault: { severity: "error", claim: "the chart takes whatever comes without an error" },
  rule: { severity: "error", claim: "the rules given hold" },
  unresolved: {
    severity: "warning",
    claim: "a failed instance leaves no effect that it does not know of",
  },
  "event-early": {
    severity: "warning",
    claim: "an event that may come too early is parked or forbidden",
  },
  "event-dead": { severity: "warning", claim: "each declared event is taken somewhere" },
  "state-unreachable": { severity: "warning", claim: "each state can be reached" },
  "transition-dead": { severity: "warning", claim: "each transition can be taken" },
  "guard-constant": { severity: "warning", claim: "each guard may also refuse" },
} as const satisfies Readonly<Record<string, PropertyFacts>>;

export type PropertyName = keyof typeof properties;

export const propertyNames = Object.keys(properties) as readonly PropertyName[];
