/** A phase as its colour, its sign and its word: never the colour alone. */
import type { Phase } from "../../src/saga/phase.ts";

/** Whether something goes on, waits for a person, or has ended, and how. */
const phaseSigns: Readonly<Record<Phase, string>> = {
  forward: "▸",
  retrying: "↻",
  compensating: "◂",
  stuck: "!",
  completed: "✓",
  compensated: "↩",
  failed: "✕",
  stopped: "■",
};

export function PhaseMark({ phase, count }: { phase: Phase; count?: number }) {
  return (
    <span class={`phase is-${phase}`}>
      <span class="phase-sign" aria-hidden="true">
        {phaseSigns[phase]}
      </span>
      {count !== undefined && <b>{count.toLocaleString("en")}</b>} {phase}
    </span>
  );
}
