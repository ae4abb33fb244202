/** The steps of a path, one below the other; the one that is shown tells what it changed and what it asked for. */
import { useEffect, useRef } from "preact/hooks";
import type { SimulationStep } from "../../src/simulate/step.ts";
import { PhaseMark } from "../ui/phase.tsx";
import { spanText } from "./span.ts";

export interface StepsProps {
  readonly steps: readonly SimulationStep[];
  readonly shown: number;
  readonly onShow: (step: number) => void;
}

export function Steps({ steps, shown, onShow }: StepsProps) {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: "nearest" }), [shown]);
  return (
    <ol class="steps" aria-label="Steps">
      {steps.map((step, index) => (
        <li
          key={index}
          ref={index === shown ? current : null}
          class={`step is-${step.verdict}${index === shown ? " is-shown" : ""}${step.cause === "move" || step.cause === "start" ? "" : " follows"}`}
        >
          <button
            type="button"
            class="step-head"
            aria-current={index === shown ? "step" : undefined}
            onClick={() => onShow(index)}
          >
            <span class="step-at">{spanText(step.atMs)}</span>
            <span class="step-words">{step.words}</span>
            <span class="step-state">
              {step.verdict === "failed" ? "the chart threw" : stateText(step, steps[index - 1])}
            </span>
            <PhaseMark phase={step.phase} />
          </button>
          {index === shown && <Details step={step} />}
        </li>
      ))}
    </ol>
  );
}

function stateText(step: SimulationStep, before: SimulationStep | undefined): string {
  if (before?.state !== step.state) return `→ ${step.state}`;
  return step.verdict === "unhandled" ? "nobody takes it" : `stays in ${step.state}`;
}

function Details({ step }: { step: SimulationStep }) {
  const { changes, effects, inPlace, fault, through } = step;
  return (
    <div class="step-details">
      {fault !== null && <p class="hint is-problem">{fault}</p>}
      {through.length > 0 && <p class="quiet">by way of {through.join(", ")}</p>}
      {changes.length > 0 && (
        <dl class="changes" aria-label="What changed in the context">
          {changes.map(({ path, kind, before, after }) => (
            <div key={path} class={`change is-${kind}`}>
              <dt>{path === "" ? "context" : path}</dt>
              <dd>
                {kind !== "added" && <del>{valueText(before)}</del>}
                {kind !== "removed" && <ins>{valueText(after)}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {effects.length > 0 && (
        <ul class="step-effects" aria-label="What it asked for">
          {effects.map(({ text, isDone }, index) => (
            <li key={index} class={isDone ? "" : "is-told"}>
              {text}
              {!isDone && <span class="tag">not simulated</span>}
            </li>
          ))}
        </ul>
      )}
      {inPlace.length > 0 && <p class="quiet">in place: {inPlace.join(", ")}</p>}
    </div>
  );
}

const SHOWN_LENGTH_MAX = 120;

function valueText(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
