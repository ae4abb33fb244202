/** Compare: two charts side by side, what is different in colour and in words, and where instances would be. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChartDiff, Fate } from "../../src/compare/compare.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { ask } from "../api/request.ts";
import type { ScreenProps } from "../app/screens.ts";
import { Chart } from "../chart/chart.tsx";
import type { ChartHandle } from "../chart/chart.tsx";
import type { Selection } from "../chart/overlay.ts";
import { Differences, Fates, RenameMap } from "../exchange/differences.tsx";
import type { Renames } from "../exchange/differences.tsx";
import { sideOverlay } from "../exchange/side.ts";
import { useDrawn } from "../exchange/use-drawn.ts";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import "../styles/exchange.css";

interface Side {
  readonly label: string;
  readonly model: ChartModel;
}

interface Comparison {
  readonly before: Side;
  readonly after: Side;
  readonly diff: ChartDiff;
  readonly fates: readonly Fate[];
}

const sides = [
  { value: "file", label: "its file as it is now" },
  { value: "text", label: "a pasted chart" },
];

export function Screen({ params }: ScreenProps) {
  const saga = params["saga"] ?? "";
  const [against, setAgainst] = useState("file");
  const [text, setText] = useState("");
  const [renames, setRenames] = useState<Renames>({});
  const { comparison, error } = useComparison(saga, { against, text, renames });
  const [selection, select] = useState<Selection | null>(null);
  return (
    <div class="screen-split">
      <div class="compare">
        {comparison === null ? (
          <Waiting error={error} isAsked={against === "file" || text !== ""} />
        ) : (
          <>
            <SideChart comparison={comparison} which="before" {...{ selection, select }} />
            <SideChart comparison={comparison} which="after" {...{ selection, select }} />
          </>
        )}
      </div>
      <Panel
        label="Comparison"
        tabs={{
          Differences: () => (
            <div class="fields import-source is-comparison">
              <ChoiceField
                label="The running version against"
                value={against}
                options={sides}
                onInput={setAgainst}
              />
              {against === "text" && (
                <TextField
                  label="XState JSON, SCXML, Mermaid or TypeScript"
                  value={text}
                  onInput={setText}
                  isLong
                  isMono
                />
              )}
              {error !== null && comparison !== null && <Failure error={error} />}
              {comparison !== null && <Differences diff={comparison.diff} onSelect={select} />}
            </div>
          ),
          Renames: () =>
            comparison === null ? null : (
              <RenameMap diff={comparison.diff} renames={renames} onRenames={setRenames} />
            ),
          Instances: () => (comparison === null ? null : <Fates fates={comparison.fates} />),
        }}
      />
    </div>
  );
}

function Waiting({ error, isAsked }: { error: unknown; isAsked: boolean }) {
  if (error !== null) return <Failure error={error} />;
  if (isAsked) return <Loading what="both charts" />;
  return <p class="pad quiet">Paste a chart at the right.</p>;
}

interface SideChartProps {
  readonly comparison: Comparison;
  readonly which: "before" | "after";
  readonly selection: Selection | null;
  readonly select: (selection: Selection | null) => void;
}

function SideChart({ comparison, which, selection, select }: SideChartProps) {
  const { label, model } = comparison[which];
  const { diff } = comparison;
  const changed = useMemo(() => openFolds(model, diff, which), [model, diff, which]);
  const { drawn, error, fold, foldAll } = useDrawn(model, changed);
  const overlay = useMemo(() => sideOverlay(diff, which), [diff, which]);
  const handle = useRef<ChartHandle | null>(null);
  const own = useMemo(() => toSide(diff, which, selection), [diff, which, selection]);
  useEffect(() => {
    if (own !== null) handle.current?.reveal(own.id);
  }, [own]);
  if (error !== null) return <Failure error={error} />;
  if (drawn === null) return <Loading what="the chart" />;
  return (
    <section class="compare-side" aria-label={which === "before" ? "Before" : "After"}>
      <h2>{label}</h2>
      <Chart
        drawn={drawn}
        whole={model}
        label={`Chart ${which}: ${label}`}
        overlay={overlay}
        selection={own}
        onSelect={(chosen) => select(chosen === null ? null : fromSide(diff, which, chosen))}
        onFold={fold}
        onFoldAll={foldAll}
        onReady={(ready) => (handle.current = ready)}
      />
    </section>
  );
}

/** All folded but what is different inside. */
function openFolds(
  model: ChartModel,
  diff: ChartDiff,
  which: "before" | "after",
): readonly string[] {
  const parents = new Map(model.states.map(({ id, parent }) => [id, parent]));
  const sources = new Map(model.edges.map(({ id, source }) => [id, source]));
  const open = new Set<string>();
  const mark = (id: string | null | undefined): void => {
    for (let at = id; at; at = parents.get(at)) open.add(at);
  };
  for (const state of diff.states) {
    if (state.kind !== "same") mark(parents.get(state[which]?.id ?? ""));
  }
  for (const edge of diff.edges) {
    if (edge.kind !== "same") mark(parents.get(sources.get(edge[which] ?? "") ?? ""));
  }
  const [root] = model.states;
  const inside = new Set(model.states.map(({ parent }) => parent));
  return model.states.flatMap(({ id, parent }) => {
    const isFoldable = parent === root?.id && inside.has(id);
    return isFoldable && !open.has(id) ? [id] : [];
  });
}

/** A selection names what it is by the chart after, or by the chart before where it is only there. */
function fromSide(diff: ChartDiff, which: "before" | "after", { kind, id }: Selection): Selection {
  if (which === "after") return { kind, id };
  const match =
    kind === "state"
      ? diff.states.find(({ before }) => before?.id === id)?.after?.id
      : diff.edges.find(({ before }) => before === id)?.after;
  return { kind, id: match ?? id };
}

function toSide(
  diff: ChartDiff,
  which: "before" | "after",
  selection: Selection | null,
): Selection | null {
  if (selection === null) return null;
  const { kind, id } = selection;
  const found =
    kind === "state"
      ? diff.states.find(({ before, after }) => (after ?? before)?.id === id)?.[which]?.id
      : diff.edges.find(({ before, after }) => (after ?? before) === id)?.[which];
  return found === null || found === undefined ? null : { kind, id: found };
}

interface Asked {
  readonly against: string;
  readonly text: string;
  readonly renames: Renames;
}

const QUIET_MS = 300;

function useComparison(
  saga: string,
  { against, text, renames }: Asked,
): { readonly comparison: Comparison | null; readonly error: unknown } {
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const gone = new AbortController();
    const after = against === "file" ? { saga, file: true } : { source: text };
    if (against === "text" && text.trim() === "") return setComparison(null);
    const timer = setTimeout(() => {
      const body = { before: { saga }, after, renames };
      const asked = { method: "POST", body, signal: gone.signal } as const;
      void ask<Comparison>("/studio/api/comparisons", asked).then(
        (found) => (setComparison(found), setError(null)),
        (reason: unknown) => !gone.signal.aborted && setError(reason),
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [saga, against, text, renames]);
  return { comparison, error };
}
