/** The chart of a saga, live over all of its instances: how many stand in each state, and which. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Phase } from "../../src/saga/phase.ts";
import type { RenderedSaga } from "../../src/http/render-saga.ts";
import type { Counts } from "../api/answers.ts";
import { throttled, useQuery } from "../api/query.ts";
import { at } from "../api/request.ts";
import { followStream } from "../api/stream.ts";
import { useCommands } from "../app/commands.ts";
import { place, setQuery } from "../app/location.ts";
import type { ScreenProps } from "../app/screens.ts";
import { Chart } from "../chart/chart.tsx";
import type { ChartHandle } from "../chart/chart.tsx";
import { chartKeysHelp } from "../chart/keys.ts";
import { Outline } from "../chart/outline.tsx";
import type { Overlay } from "../chart/overlay.ts";
import { travel } from "../chart/travel.ts";
import { drawingOf, shownStates, useChart } from "../chart/use-chart.ts";
import type { SagaChart } from "../chart/use-chart.ts";
import { ExportDialog } from "../exchange/export-dialog.tsx";
import { InstanceList } from "../live/instance-list.tsx";
import { likelyEdges } from "../live/pulse.ts";
import { badgesOf, countsByState, idsByPath } from "../live/standing.ts";
import { StartDialog } from "../live/start-dialog.tsx";
import { StateCard } from "../live/state-card.tsx";
import type { Dwell } from "../live/state-card.tsx";
import { Button } from "../ui/button.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";

const RELOAD_MS = 500;
/** Of what moves: nobody sees more of a thousand instances. */
const FRAME_MS = 100;

export function Screen({ params }: ScreenProps) {
  const saga = params["saga"] ?? "";
  const { chart, error, retry } = useChart(saga);
  useCommands(chartKeysHelp);
  if (error !== null) return <Failure error={error} onRetry={retry} />;
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
  const dwell = useQuery<Dwell>(`/instances/dwell?saga=${encodeURIComponent(saga)}`);
  const about = useQuery<RenderedSaga>(at`/sagas/${saga}`).data.value;
  const [isStarting, setStarting] = useState(false);
  const handle = useRef<ChartHandle | null>(null);
  const latest = useRef<{ chart: SagaChart; ids: ReadonlyMap<string, string> } | null>(null);
  useEffect(() => {
    const reload = throttled(() => {
      counts.reload();
      setTick((before) => before + 1);
    }, RELOAD_MS);
    const path = `/stream?saga=${encodeURIComponent(saga)}&everyMs=${FRAME_MS}`;
    return followStream(path, {
      onEntry: (entry) => {
        reload();
        const { current } = latest;
        if (current === null || handle.current === null) return;
        const edges = likelyEdges(entry, current.chart.whole, current.ids);
        travel(handle.current.ground, current.chart.drawn.layout, edges);
      },
      onOpen: reload,
    });
  }, [saga, counts.reload]);

  const { whole, drawn, selection, select } = chart;
  const ids = useMemo(() => idsByPath(whole), [whole]);
  latest.current = { chart, ids };
  const folded = useMemo(() => new Set(drawn.folded), [drawn]);
  const shown = useMemo(() => shownStates(whole, folded), [whole, folded]);
  const filter = (state: string, phase: Phase | null): void => {
    select({ kind: "state", id: state });
    setQuery({ phase });
  };
  const byState = useMemo(() => {
    const current = (counts.data.value?.counts ?? []).filter(
      ({ version }) => version === chart.version,
    );
    return countsByState(current, ids, shown);
  }, [counts.data.value, ids, shown, chart.version]);
  const overlay = useMemo(
    (): Overlay => ({ lit: new Set(byState.keys()), badges: badgesOf(byState, filter) }),
    [byState],
  );

  const state = whole.states.find(({ id }) => selection?.kind === "state" && id === selection.id);
  const phase = place.value.query.get("phase");
  return (
    <div class="screen-split">
      <Chart
        {...drawingOf(chart)}
        label={`Chart of the saga ${saga}`}
        overlay={overlay}
        onReady={(ready) => (handle.current = ready)}
      />
      {isExporting && <ExportDialog saga={saga} onClose={() => setExporting(false)} />}
      <Panel
        label="About the saga"
        tabs={{
          Instances: () => (
            <>
              {selection !== null && (
                <StateCard
                  model={whole}
                  selection={selection}
                  counts={byState}
                  dwell={(dwell.data.value?.states ?? []).filter(
                    ({ version }) => version === chart.version,
                  )}
                />
              )}
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
            </>
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
      >
        <div class="panel-head">
          <h1>{saga}</h1>
          <Button title="The chart as a file (e)" onClick={() => setExporting(true)}>
            Export…
          </Button>
          {about?.childOf === null && (
            <Button kind="primary" onClick={() => setStarting(true)}>
              Start an instance
            </Button>
          )}
        </div>
      </Panel>
      {isStarting && about !== undefined && (
        <StartDialog saga={saga} schema={about.inputSchema} onClose={() => setStarting(false)} />
      )}
    </div>
  );
}
