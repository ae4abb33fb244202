/** The drawing of a chart that is no registered saga: its model goes to the server, its layout comes back. */
import { useEffect, useRef, useState } from "preact/hooks";
import { foldable } from "../../src/draw/fold.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { ask } from "../api/request.ts";
import type { Selection } from "../chart/overlay.ts";

export interface Drawn {
  /** Null while it is laid out. */
  readonly drawn: DrawnChart | null;
  readonly error: unknown;
  readonly selection: Selection | null;
  readonly select: (selection: Selection | null) => void;
  readonly fold: (state: string) => void;
  readonly foldAll: (isFolded: boolean) => void;
}

/** `folded`: ids of the states that are folded first; undefined as the server thinks best. */
export function useDrawn(model: ChartModel | null, first?: readonly string[]): Drawn {
  const [drawn, setDrawn] = useState<DrawnChart | null>(null);
  const [folded, setFolded] = useState<readonly string[] | undefined>(first);
  const [error, setError] = useState<unknown>(null);
  const [selection, select] = useState<Selection | null>(null);
  const last = useRef(0);
  useEffect(() => setFolded(first), [model]);
  useEffect(() => {
    if (model === null) return;
    last.current += 1;
    const mine = last.current;
    const known = new Set(model.states.map(({ id }) => id));
    const asked = folded?.filter((id) => known.has(id));
    const body = { model, ...(asked !== undefined && { folded: asked }) };
    void ask<DrawnChart>("/studio/api/layouts", { method: "POST", body }).then(
      (answer) => mine === last.current && (setDrawn(answer), setError(null)),
      (reason: unknown) => mine === last.current && setError(reason),
    );
  }, [model, folded]);
  return {
    drawn: model === null ? null : drawn,
    error,
    selection,
    select,
    fold: (id) => {
      const next = new Set(drawn?.folded);
      const isParent = model?.states.some(({ parent }) => parent === id) === true;
      if (!next.delete(id) && isParent) next.add(id);
      setFolded([...next]);
    },
    foldAll: (isFolded) => setFolded(isFolded && model !== null ? [...foldable(model, 1)] : []),
  };
}
