/** A comparison in words: what is different, which state is which, and what becomes of instances. */
import type { ChartDiff, Fate } from "../../src/compare/compare.ts";
import type { Phase } from "../../src/saga/phase.ts";
import type { Selection } from "../chart/overlay.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField } from "../ui/field.tsx";
import { PhaseMark } from "../ui/phase.tsx";
import { tell, tellFailure } from "../ui/toasts.tsx";

/** By the path before, the path after; null: the state is gone. */
export type Renames = Readonly<Record<string, string | null>>;

export function Differences({
  diff,
  onSelect,
}: {
  diff: ChartDiff;
  onSelect: (selection: Selection) => void;
}) {
  const states = diff.states.filter(({ kind }) => kind !== "same");
  const edges = diff.edges.filter(({ kind }) => kind !== "same");
  if (states.length + edges.length === 0) {
    return <p class="verdict is-good">Both charts are the same.</p>;
  }
  return (
    <ul class="differences" aria-label="Differences">
      {states.map(({ kind, before, after, what }) => (
        <li key={`${before?.id} ${after?.id}`}>
          <button
            type="button"
            onClick={() => onSelect({ kind: "state", id: (after ?? before)?.id ?? "" })}
          >
            <Mark kind={kind} />
            <span>
              <b>{after?.path ?? before?.path}</b>
              {kind === "renamed" && <span class="quiet"> was {before?.path}</span>}
              {what.map((text) => (
                <span key={text} class="difference">
                  {text}
                </span>
              ))}
            </span>
          </button>
        </li>
      ))}
      {edges.map(({ kind, before, after, words, what }) => (
        <li key={`${before} ${after}`}>
          <button
            type="button"
            onClick={() => onSelect({ kind: "edge", id: after ?? before ?? "" })}
          >
            <Mark kind={kind} />
            <span>
              {words}
              {what.map((text) => (
                <span key={text} class="difference">
                  {text}
                </span>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const signs = { added: "+", removed: "−", changed: "~", renamed: "→", same: "" } as const;

function Mark({ kind }: { kind: keyof typeof signs }) {
  return (
    <span class={`mark is-${kind}`} title={kind}>
      <span aria-hidden="true">{signs[kind]}</span>
      <span class="unseen">{kind}:</span>
    </span>
  );
}

export function RenameMap({
  diff,
  renames,
  onRenames,
}: {
  diff: ChartDiff;
  renames: Renames;
  onRenames: (renames: Renames) => void;
}) {
  const free = diff.states.flatMap(({ kind, after }) =>
    (kind === "added" || kind === "renamed") && after !== null ? [after.path] : [],
  );
  const rows = diff.states.filter(({ kind }) => kind === "renamed" || kind === "removed");
  const map = JSON.stringify(diff.renames, null, 2);
  return (
    <div class="fields import-source">
      <p class="quiet">
        Which state is which is a guess, by what states do and where they lead. Say better where it
        is wrong: instances are moved by this map.
      </p>
      {rows.length === 0 && <p>No state has another name.</p>}
      {rows.map(({ before, after }) => (
        <ChoiceField
          key={before?.id}
          label={before?.path ?? ""}
          value={after?.path ?? ""}
          options={[
            { value: "", label: "is gone" },
            ...[...new Set([...(after === null ? [] : [after.path]), ...free])].map((value) => ({
              value,
              label: value,
            })),
          ]}
          onInput={(value) =>
            onRenames({ ...renames, [before?.path ?? ""]: value === "" ? null : value })
          }
        />
      ))}
      {map !== "{}" && (
        <>
          <pre tabIndex={0} aria-label="The map of renames">
            {map}
          </pre>
          <div class="next-buttons">
            <Button onClick={() => copy(map)}>Copy the map</Button>
          </div>
        </>
      )}
    </div>
  );
}

const fateWords = { stays: "stays", moves: "moves", lost: "has no place" } as const;

export function Fates({ fates }: { fates: readonly Fate[] }) {
  if (fates.length === 0) return <p class="pad quiet">No instance is there.</p>;
  return (
    <ul class="fates" aria-label="Instances by state">
      {fates.map(({ state, phase, instances, fate, to }) => (
        <li key={`${state} ${phase}`} class={`is-${fate}`}>
          <b>{instances.toLocaleString("en")}</b>
          <span class="is-mono">{state}</span>
          <PhaseMark phase={phase as Phase} />
          <span class="fate">
            {fateWords[fate]}
            {fate === "moves" && <span class="is-mono"> → {to}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(() => tell("Copied"), tellFailure);
}
