/** A chart as small as a stamp: its shapes without words. */
import { useId } from "preact/hooks";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { useQuery } from "../api/query.ts";
import { at } from "../api/request.ts";
import { Drawing } from "./drawing.tsx";

export function MiniChart({ saga }: { saga: string }) {
  const idPrefix = useId().replaceAll(/[^\w-]/g, "");
  const drawn = useQuery<DrawnChart>(`${at`/studio/api/layouts/${saga}`}?direction=RIGHT`).data
    .value;
  if (drawn === undefined) return <div class="mini" />;
  const { model, layout } = drawn;
  return (
    <div class="mini">
      <svg
        class="drawing"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        data-detail="shapes"
        aria-hidden="true"
      >
        <Drawing model={model} layout={layout} idPrefix={idPrefix} />
      </svg>
    </div>
  );
}
