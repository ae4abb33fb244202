/** A saga's chart for a screen: the whole of it, its drawing with the folds of the moment, and what is selected. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { foldable } from "../../src/draw/fold.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import type { WholeChart } from "../api/answers.ts";
import { useQuery } from "../api/query.ts";
import { ask, at } from "../api/request.ts";
import type { Selection } from "./overlay.ts";

export interface SagaChart {
  readonly version: number;
  readonly whole: ChartModel;
  readonly drawn: DrawnChart;
  readonly selection: Selection | null;
  readonly select: (selection: Selection | null) => void;
  readonly fold: (state: string) => void;
  readonly foldAll: (isFolded: boolean) => void;
  /** Folds exactly these. */
  readonly setFolded: (ids: ReadonlySet<string>) => void;
  readonly turn: () => void;
}

/** What a drawing of it is given. */
export function drawingOf({ drawn, whole, selection, select, ...chart }: SagaChart) {
  return {
    drawn,
    whole,
    selection,
    onSelect: select,
    onFold: chart.fold,
    onFoldAll: chart.foldAll,
    onDirection: chart.turn,
  };
}

export interface LoadedChart {
  /** Null while it loads. */
  readonly chart: SagaChart | null;
  readonly error: unknown;
  /** Asks anew for what went wrong. */
  readonly retry: () => void;
}

/** `folded`: how it is folded first; undefined as the server thinks best. */
export function useChart(saga: string, version?: number): LoadedChart {
  const query = version === undefined ? "" : `version=${version}`;
  const whole = useQuery<WholeChart>(`${at`/studio/api/charts/${saga}`}?${query}`);
  const [folded, setFolded] = useState<ReadonlySet<string> | null>(null);
  const [direction, setDirection] = useState<"DOWN" | "RIGHT">("DOWN");
  const [drawn, setDrawn] = useState<DrawnChart | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const [selection, select] = useState<Selection | null>(null);
  const last = useRef(0);

  useEffect(() => {
    last.current += 1;
    const mine = last.current;
    setError(null);
    const parameters = new URLSearchParams(query);
    parameters.set("direction", direction);
    if (folded?.size === 0) parameters.set("folded", "");
    for (const id of folded ?? []) parameters.append("folded", id);
    void ask<DrawnChart>(`${at`/studio/api/layouts/${saga}`}?${String(parameters)}`).then(
      // A slower answer of before is of no use any more.
      (answer) => mine === last.current && setDrawn(answer),
      (reason: unknown) => mine === last.current && setError(reason),
    );
  }, [saga, query, folded, direction, attempt]);

  const model = whole.data.value?.model;
  const chart = useMemo((): SagaChart | null => {
    if (model === undefined || drawn === null) return null;
    const known = folded ?? new Set(drawn.folded);
    return {
      version: whole.data.value?.version ?? 1,
      whole: model,
      drawn,
      selection,
      select,
      setFolded,
      turn: () => setDirection(direction === "DOWN" ? "RIGHT" : "DOWN"),
      foldAll: (isFolded) => setFolded(isFolded ? foldable(model, 1) : new Set()),
      fold: (id) => {
        const next = new Set(known);
        if (!next.delete(id) && isParent(model, id)) next.add(id);
        setFolded(next);
      },
    };
  }, [model, drawn, selection, folded, direction]);
  const retry = (): void => {
    if (error === null) whole.reload();
    else setAttempt(attempt + 1);
  };
  return { chart, error: error ?? whole.error.value, retry };
}

function isParent({ states }: ChartModel, id: string): boolean {
  return states.some(({ parent }) => parent === id);
}

/** For each state of the whole chart the one that is drawn for it: itself, or the outermost fold around it. */
export function shownStates(
  { states }: ChartModel,
  folded: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const shown = new Map<string, string>();
  // A parent stands before its children.
  for (const { id, parent } of states) {
    const around = parent === null ? undefined : shown.get(parent);
    const isInFold = around !== undefined && (around !== parent || folded.has(around));
    shown.set(id, isInFold ? around : id);
  }
  return shown;
}
