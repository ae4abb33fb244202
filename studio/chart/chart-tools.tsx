/** The tools at the lower edge of a chart. */
import { IconButton } from "../ui/button.tsx";
import type { Viewport } from "./viewport.ts";

export interface ChartToolsProps {
  readonly viewport: Viewport;
  readonly drawn: { readonly folded: readonly string[] };
  readonly onFoldAll: (isFolded: boolean) => void;
  readonly onDirection?: () => void;
}

const ZOOM = 1.25;

export function ChartTools({ viewport, drawn, onFoldAll, onDirection }: ChartToolsProps) {
  const isFolded = drawn.folded.length > 0;
  return (
    <div class="chart-tools" role="toolbar" aria-label="Chart">
      <IconButton icon="minus" label="Smaller" keys="−" onClick={() => viewport.zoom(1 / ZOOM)} />
      <Percent viewport={viewport} />
      <IconButton icon="plus" label="Larger" keys="+" onClick={() => viewport.zoom(ZOOM)} />
      <span class="divider" />
      <IconButton icon="fit" label="Fit" keys="F" onClick={() => viewport.fit()} />
      <IconButton
        icon={isFolded ? "unfold" : "fold"}
        label={isFolded ? "Unfold all" : "Fold all"}
        onClick={() => onFoldAll(!isFolded)}
      />
      {onDirection !== undefined && (
        <IconButton icon="right" label="Turn: down or to the right" onClick={onDirection} />
      )}
    </div>
  );
}

function Percent({ viewport }: { viewport: Viewport }) {
  const percent = Math.round(viewport.view.value.scale * 100);
  return (
    <button type="button" class="percent" title="100 % (1)" onClick={() => viewport.zoomTo(1)}>
      {percent} %
    </button>
  );
}
