/** The chart of a saga, live over all of its instances: how many stand in each state, and which. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Phase } from "../../src/saga/phase.ts";
import type { Counts } from "../api/answers.ts";
import { throttled, useQuery } from "../api/query.ts";
import { followStream } from "../api/stream.ts";
import { useCommands } from "../app/commands.ts";
import { place, setQuery } from "../app/location.ts";
import type { ScreenProps } from "../app/screens.ts";
import { Chart } from "../chart/chart.tsx";
import { chartKeysHelp } from "../chart/keys.ts";
import { Outline } from "../chart/outline.tsx";
import type { Overlay } from "../chart/overlay.ts";
import { shownStates, useChart } from "../chart/use-chart.ts";
import type { SagaChart } from "../chart/use-chart.ts";
import { ExportDialog } from "../exchange/export-dialog.tsx";
import { InstanceList } from "../live/instance-list.tsx";
import { badgesOf, countsByState, idsByPath } from "../live/standing.ts";
import { Button } from "../ui/button.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";

const RELOAD_MS = 500;

export function Screen({ params }: ScreenProps) {
  const saga = params["saga"] ?? "";
  const { chart, error } = useChart(saga);
  useCommands(chartKeysHelp);
  if (error !== null) return <Failure error={error} />;
  if (chart === null) return <Loading what="the chart" />;
  return <Live saga={saga} chart={chart} />;
}

function Live({ saga, chart }: { saga: string; chart: SagaChart }) {
  const [tick, setTick] = useState(0);
  const [isExporting, setExporting] = useState(false);
  useCommands(
    useMemo(
      () => [{ group: "Chart", name: "Export", keys: ["e"], run: () => setExporting(true) }],
      [],
    ),
  );
  const counts = useQuery<Counts>(`/instances/counts?saga=${encodeURIComponent(saga)}`);
  useEffect(() => {
    const reload = throttled(() => {
      counts.reload();
      setTick((before) => before + 1);
    }, RELOAD_MS);
    const path = `/stream?saga=${encodeURIComponent(saga)}`;
    return followStream(path, { onEntry: reload, onOpen: reload });
  }, [saga, counts.reload]);

  const { whole, drawn, selection, select } = chart;
  const ids = useMemo(() => idsByPath(whole), [whole]);
  const folded = useMemo(() => new Set(drawn.folded), [drawn]);
  const shown = useMemo(() => shownStates(whole, folded), [whole, folded]);
  const filter = (state: string, phase: Phase | null): void => {
    select({ kind: "state", id: state });
    setQuery({ phase });
  };
  const overlay = useMemo((): Overlay => {
    const current = (counts.data.value?.counts ?? []).filter(
      ({ version }) => version === chart.version,
    );
    const byState = countsByState(current, ids, shown);
    return { lit: new Set(byState.keys()), badges: badgesOf(byState, filter) };
  }, [counts.data.value, ids, shown, chart.version]);

  const state = whole.states.find(({ id }) => selection?.kind === "state" && id === selection.id);
  const phase = place.value.query.get("phase");
  return (
    <div class="screen-split">
      <Chart
        drawn={drawn}
        whole={whole}
        label={`Chart of the saga ${saga}`}
        overlay={overlay}
        selection={selection}
        onSelect={select}
        onFold={chart.fold}
        onFoldAll={chart.foldAll}
        onDirection={chart.turn}
      >
        <Button title="The chart as a file (e)" onClick={() => setExporting(true)}>
          Export…
        </Button>
      </Chart>
      {isExporting && <ExportDialog saga={saga} onClose={() => setExporting(false)} />}
      <Panel
        label="About the saga"
        tabs={{
          Instances: () => (
            <InstanceList
              saga={saga}
              tick={tick}
              state={state === undefined || state.parent === null ? null : state.path.join(".")}
              phase={phase}
              onClear={() => {
                select(null);
                setQuery({ phase: null });
              }}
            />
          ),
          Outline: () => (
            <Outline
              model={whole}
              folded={folded}
              overlay={overlay}
              selection={selection}
              onSelect={select}
              onFold={chart.fold}
            />
          ),
        }}
      />
    </div>
  );
}
