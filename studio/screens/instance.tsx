/**
 * One instance: its chart follows it, with the edges that it took; beside it what it is and what can happen next;
 * below it how it came there. A row of the journal that is chosen brings the whole screen to that moment.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Instance } from "../../src/client/answers.ts";
import { foldable } from "../../src/draw/fold.ts";
import type { RenderedSaga } from "../../src/http/render-saga.ts";
import type { RenderedMoment } from "../../src/studio/trail-routes.ts";
import { useQuery } from "../api/query.ts";
import { at } from "../api/request.ts";
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
import { Facts, isEnd } from "../instance/facts.tsx";
import { LanesView } from "../instance/lanes-view.tsx";
import { Log } from "../instance/log.tsx";
import { MomentCard } from "../instance/moment-card.tsx";
import { InstanceDialogs } from "../instance/dialogs.tsx";
import type { Asked } from "../instance/dialogs.tsx";
import { useInstance } from "../instance/use-instance.ts";
import type { InstanceFeed } from "../instance/use-instance.ts";
import { idsByPath, leavesIn, withAround } from "../live/standing.ts";
import { Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";

export function Screen({ params }: ScreenProps) {
  const { saga = "", id = "" } = params;
  const feed = useInstance(saga, id);
  if (feed.instance === undefined) {
    if (feed.error !== null) return <Failure error={feed.error} onRetry={feed.reload} />;
    return <Loading what="the instance" />;
  }
  return <WithChart feed={feed} instance={feed.instance} />;
}

function WithChart({ feed, instance }: { feed: InstanceFeed; instance: Instance }) {
  const { chart, error, retry } = useChart(instance.saga, instance.version);
  if (error !== null) return <Failure error={error} onRetry={retry} />;
  if (chart === null) return <Loading what="the chart" />;
  return <InstanceView feed={feed} instance={instance} chart={chart} />;
}

interface ViewProps {
  readonly feed: InstanceFeed;
  readonly instance: Instance;
  readonly chart: SagaChart;
}

function InstanceView({ feed, instance, chart }: ViewProps) {
  const { saga, id } = instance;
  const { entries } = feed;
  const { whole, drawn, selection, select } = chart;
  const [asked, setAsked] = useState<Asked | null>(null);
  const about = useQuery<RenderedSaga>(at`/sagas/${saga}`).data.value;
  const undoes = useMemo(
    () => new Set(Object.values(about?.compensations ?? {}).filter((name) => name !== null)),
    [about],
  );

  const revision = useRevision(entries.at(-1)?.revision ?? 0);
  const entry = entries.find((one) => one.revision === revision.chosen);
  const isPast = revision.chosen !== null;
  const moment = useQuery<RenderedMoment>(
    `${at`/studio/api/moments/${saga}/${id}`}/${revision.chosen ?? instance.revision}`,
  ).data.value;

  const state = entry?.stateAfter ?? instance.state;
  const ids = useMemo(() => idsByPath(whole), [whole]);
  const leaves = useMemo(() => leavesIn(state, ids), [state, ids]);
  useFollowingFolds(chart, leaves);
  const overlay = useInstanceOverlay({ feed, chart, leaves, until: revision.chosen });
  const focus = useShownLeaves(chart, leaves);
  const handle = useRef<ChartHandle | null>(null);
  useTravel(feed, chart, handle, isPast);

  useCommands(
    useMemo(() => {
      const step = (by: number): void => {
        const revisions = entries.map((one) => one.revision);
        const here = revision.chosen ?? (revisions.at(-1) ?? 0) + (by < 0 ? 0 : 1);
        const next = revisions.indexOf(here) + by;
        const found = revisions[Math.max(0, next)];
        if (found !== undefined) revision.choose(found);
      };
      return [
        ...chartKeysHelp,
        { group: "Time", name: "One step back", keys: ["["], run: () => step(-1) },
        { group: "Time", name: "One step on", keys: ["]"], run: () => step(1) },
        { group: "Time", name: "Back to live", keys: ["l", "Escape"], run: revision.live },
        {
          group: "Chart",
          name: "To the active state",
          keys: ["g"],
          run: () => handle.current?.viewport.unhand(),
        },
      ];
    }, [entries, revision.chosen, leaves]),
  );

  return (
    <div class="screen-instance">
      <Chart
        {...drawingOf(chart)}
        label={`Chart of ${saga}, as ${id} went through it`}
        overlay={overlay}
        focus={focus}
        onReady={(ready) => (handle.current = ready)}
      >
        {entry !== undefined && (
          <div class="past" role="status">
            Revision {entry.revision} of {instance.revision}
            <button type="button" class="button is-primary" onClick={revision.live}>
              Back to live <kbd>Esc</kbd>
            </button>
          </div>
        )}
      </Chart>
      <Panel
        label={`About ${id}`}
        tabs={{
          Instance: () => (
            <>
              {entry !== undefined && (
                <MomentCard
                  entry={entry}
                  model={whole}
                  onRestart={() => setAsked({ kind: "fork", entry, isRerun: false })}
                  onRerun={() => setAsked({ kind: "fork", entry, isRerun: true })}
                />
              )}
              <Facts
                instance={instance}
                model={whole}
                moment={moment}
                isPast={isPast}
                onSend={(type, schema) => setAsked({ kind: "send", type, schema })}
                onOperate={(name) => setAsked({ kind: "operate", name })}
              />
            </>
          ),
          Outline: () => (
            <Outline
              model={whole}
              folded={new Set(drawn.folded)}
              overlay={overlay}
              selection={selection}
              onSelect={select}
              onFold={chart.fold}
            />
          ),
        }}
      />
      <div class="timeline">
        <Log
          entries={entries}
          model={whole}
          revision={revision.chosen}
          onRevision={revision.choose}
        />
        <LanesView
          entries={entries}
          undoes={undoes}
          isOver={isEnd(instance.phase)}
          revision={revision.chosen}
          onRevision={revision.choose}
        />
      </div>
      {feed.edgesError !== null && (
        <p class="unseen" role="status">
          The edges that were taken cannot be computed for this instance.
        </p>
      )}
      <InstanceDialogs saga={saga} id={id} asked={asked} onClose={() => setAsked(null)} />
    </div>
  );
}

/** Which revision is looked at: `?at=` of the page, so that a link leads to a moment. */
function useRevision(last: number): {
  readonly chosen: number | null;
  readonly choose: (revision: number) => void;
  readonly live: () => void;
} {
  const text = place.value.query.get("at");
  const wanted = text === null ? Number.NaN : Number(text);
  const isThere = Number.isInteger(wanted) && wanted >= 1 && wanted <= last;
  return {
    chosen: isThere ? wanted : null,
    choose: (revision) => setQuery({ at: String(revision) }),
    live: () => setQuery({ at: null }),
  };
}

/** What is drawn for the active states. */
function useShownLeaves({ whole, drawn }: SagaChart, leaves: readonly string[]): readonly string[] {
  return useMemo(() => {
    const shown = shownStates(whole, new Set(drawn.folded));
    return leaves.map((leaf) => shown.get(leaf) ?? leaf);
  }, [leaves, drawn, whole]);
}

/** Unfolds what is around the active states and folds the rest, until somebody folds by hand. */
function useFollowingFolds(chart: SagaChart, leaves: readonly string[]): void {
  const last = useRef("");
  const set = useRef<string | null>(null);
  const { whole, drawn } = chart;
  const key = leaves.join(" ");
  useEffect(() => {
    const folded = [...drawn.folded].toSorted().join(" ");
    const isByHand = set.current !== null && last.current !== "" && set.current !== folded;
    if (isByHand && last.current === key) return;
    last.current = key;
    const around = withAround(leaves, whole);
    const next = new Set([...foldable(whole, 1)].filter((id) => !around.has(id)));
    const text = [...next].toSorted().join(" ");
    if (set.current === text) return;
    set.current = text;
    chart.setFolded(next);
  }, [key, whole]);
}

/** Where it stands, and the edges that it took up to a revision, on what is drawn. */
function useInstanceOverlay(props: {
  readonly feed: InstanceFeed;
  readonly chart: SagaChart;
  readonly leaves: readonly string[];
  readonly until: number | null;
}): Overlay {
  const { feed, chart, leaves, until } = props;
  const { whole, drawn } = chart;
  return useMemo(() => {
    const shown = shownStates(whole, new Set(drawn.folded));
    const active = new Set([...withAround(leaves, whole)].map((id) => shown.get(id) ?? id));
    const taken = new Map<string, number>();
    for (const [revision, edges] of feed.edges) {
      if (until !== null && revision > until) continue;
      for (const edge of edges) taken.set(edge, (taken.get(edge) ?? 0) + 1);
    }
    return { active, lit: active, taken };
  }, [feed.edges, leaves, whole, drawn, until]);
}

/** Sends dots along the edges of what is new. */
function useTravel(
  feed: InstanceFeed,
  { drawn }: SagaChart,
  handle: { readonly current: ChartHandle | null },
  isPast: boolean,
): void {
  const seen = useRef<number | null>(null);
  useEffect(() => {
    const last = Math.max(0, ...feed.edges.keys());
    const from = seen.current;
    // What was there before the page is no news.
    if (last > 0) seen.current = last;
    if (from === null || isPast || handle.current === null) return;
    const fresh = [...feed.edges].filter(([revision]) => revision > from);
    travel(
      handle.current.ground,
      drawn.layout,
      fresh.flatMap(([, edges]) => edges),
    );
  }, [feed.edges]);
}
