/** An attempt that is being made, and all the ways in which it can end. */
import { useState } from "preact/hooks";
import type { Act } from "../../src/simulate/path.ts";
import type { NextActivity } from "../../src/simulate/simulate.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField } from "../ui/field.tsx";
import { JsonField, useJson } from "./json-field.tsx";

interface AttemptProps {
  readonly activity: NextActivity;
  readonly act: (act: Act) => void;
  readonly isBusy: boolean;
}

const endings = [
  { outcome: "ok", text: "Succeeds", title: "It takes effect, and answers" },
  { outcome: "rejected", text: "Is rejected", title: "It surely has no effect" },
  { outcome: "transient", text: "Fails", title: "It has no effect, and nobody can tell" },
  { outcome: "lostReply", text: "Loses its reply", title: "It takes effect, and nobody can tell" },
] as const;

export function Attempt({ activity, act, isBusy }: AttemptProps) {
  const { activityId, attempt, isHeldBack, input, outputs } = activity;
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="next-card">
      <div class="next-card-head">
        <b class="is-mono">{activityId}</b>
        <span class="quiet">attempt {attempt}</span>
      </div>
      {isHeldBack && <p class="next-note">It waits until the attempt that was left lapses.</p>}
      <div class="next-buttons">
        {endings.map(({ outcome, text, title }) => (
          <Button
            key={outcome}
            kind={outcome === "ok" ? "primary" : "plain"}
            title={title}
            disabled={isBusy}
            onClick={() => act({ kind: "settle", activityId, outcome })}
          >
            {text}
          </Button>
        ))}
        <Button
          title="Time passes until the chart gives it up"
          disabled={isBusy}
          onClick={() => act({ kind: "timeOut", activityId })}
        >
          Times out
        </Button>
        {outputs.slice(1).map((output, index) => (
          <Button
            key={index}
            disabled={isBusy}
            title={JSON.stringify(output)}
            onClick={() => act({ kind: "settle", activityId, outcome: "ok", choice: index + 1 })}
          >
            {`Answer ${index + 2}`}
          </Button>
        ))}
        <button
          type="button"
          class="button is-quiet"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Less" : "More…"}
        </button>
      </div>
      {isOpen && (
        <>
          <ByHand activity={activity} act={act} isBusy={isBusy} />
          <details>
            <summary>Input</summary>
            <pre>{JSON.stringify(input, null, 2)}</pre>
          </details>
        </>
      )}
    </div>
  );
}

type Failure = "rejected" | "transient" | "lostReply";

function ByHand({ activity: { activityId, outputs }, act, isBusy }: AttemptProps) {
  const output = useJson(outputs[0] ?? null);
  const [outcome, setOutcome] = useState<Failure>("transient");
  const [times, setTimes] = useState("3");
  return (
    <div class="fields">
      <JsonField label="Its answer" draft={output} />
      <div class="next-buttons">
        <Button
          disabled={isBusy || output.problem !== null}
          onClick={() => act({ kind: "settle", activityId, outcome: "ok", output: output.value })}
        >
          Answer this
        </Button>
      </div>
      <div class="next-pair">
        <ChoiceField
          label="How it fails"
          value={outcome}
          options={endings.slice(1).map((one) => ({ value: one.outcome, label: one.text }))}
          onInput={(value) => setOutcome(value as Failure)}
        />
        <ChoiceField
          label="How often"
          value={times}
          options={["1", "2", "3", "5", "10"].map((value) => ({ value, label: `${value} ×` }))}
          onInput={setTimes}
        />
      </div>
      <div class="next-buttons">
        <Button
          disabled={isBusy}
          onClick={() => act({ kind: "fail", activityId, outcome, times: Number(times) })}
        >
          {`Fail ${times} times`}
        </Button>
      </div>
    </div>
  );
}
