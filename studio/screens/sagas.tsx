/** All sagas: what each looks like, and how many of its instances are where. */
import { useEffect, useMemo } from "preact/hooks";
import type { Phase } from "../../src/saga/phase.ts";
import { phases } from "../../src/saga/phase.ts";
import type { SagaSummary } from "../../src/studio/summary-routes.ts";
import type { Counts, SagaList } from "../api/answers.ts";
import { throttled, useQuery } from "../api/query.ts";
import { followStream } from "../api/stream.ts";
import { href, paths } from "../app/location.ts";
import { spanText } from "../app/now.ts";
import { MiniChart } from "../chart/mini-chart.tsx";
import { NewSaga } from "../create/new-saga.tsx";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { PhaseMark } from "../ui/phase.tsx";

const RELOAD_MS = 1_000;
interface Summaries {
  readonly sagas: readonly SagaSummary[];
}

/** Medians hardly move, and cost a search for each saga. */
const SUMMARY_MS = 10_000;

export function Screen() {
  const sagas = useQuery<SagaList>("/sagas");
  const counts = useQuery<Counts>("/instances/counts");
  const summaries = useQuery<Summaries>("/studio/api/sagas");
  useEffect(() => {
    const reload = throttled(counts.reload, RELOAD_MS);
    const summarize = throttled(summaries.reload, SUMMARY_MS);
    const all = (): void => {
      reload();
      summarize();
    };
    return followStream(`/stream?everyMs=${RELOAD_MS}`, { onEntry: all, onOpen: reload });
  }, [counts.reload, summaries.reload]);
  const byName = useMemo(() => group(counts.data.value), [counts.data.value]);

  if (sagas.error.value !== null) {
    return <Failure error={sagas.error.value} onRetry={sagas.reload} />;
  }
  const list = sagas.data.value?.sagas;
  if (list === undefined) return <Loading what="sagas" />;
  if (list.length === 0) return <NoSagas />;
  return (
    <div class="sagas">
      <header class="sagas-head">
        <h1>Sagas</h1>
        <a class="button" href={href(paths.import())}>
          Import a chart
        </a>
        <NewSaga />
      </header>
      <ul class="saga-list">
        {list.map(({ name, version, events }) => (
          <li key={name} class="saga-row">
            <a class="saga-link" href={href(paths.saga(name))}>
              <MiniChart saga={name} />
              <div class="saga-words">
                <h2>{name}</h2>
                <p class="quiet">
                  version {version} · {events.length} {events.length === 1 ? "event" : "events"}
                </p>
                <Summary of={summaries.data.value?.sagas.find((one) => one.name === name)} />
              </div>
            </a>
            <PhaseCounts saga={name} counts={byName.get(name)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Summary({ of }: { of: SagaSummary | undefined }) {
  if (of === undefined) return null;
  return (
    <>
      {of.p50Ms !== null && <p class="quiet">half of them end within {spanText(of.p50Ms)}</p>}
      {of.path !== null && <p class="quiet saga-path">{of.path}</p>}
    </>
  );
}

type ByPhase = ReadonlyMap<Phase, number>;

function group(answer: Counts | undefined): ReadonlyMap<string, ByPhase> {
  const bySaga = new Map<string, Map<Phase, number>>();
  for (const { saga, phase, instances } of answer?.counts ?? []) {
    const byPhase = bySaga.get(saga) ?? new Map<Phase, number>();
    bySaga.set(saga, byPhase);
    byPhase.set(phase, (byPhase.get(phase) ?? 0) + instances);
  }
  return bySaga;
}

function PhaseCounts({ saga, counts }: { saga: string; counts: ByPhase | undefined }) {
  const shown = phases.filter((phase) => (counts?.get(phase) ?? 0) > 0);
  if (shown.length === 0) return <p class="phase-counts quiet">no instances yet</p>;
  return (
    <ul class="phase-counts" aria-label={`Instances of ${saga} by phase`}>
      {shown.map((phase) => (
        <li key={phase}>
          <a href={href(`${paths.saga(saga)}?phase=${phase}`)}>
            <PhaseMark phase={phase} count={counts?.get(phase) ?? 0} />
          </a>
        </li>
      ))}
    </ul>
  );
}

function NoSagas() {
  return (
    <Empty title="No saga is registered">
      <NewSaga />
      <p>Write one with the command line, or start the demo of the repository:</p>
      <pre>npx sagachart new order --step reserve:release --step charge:refund</pre>
      <pre>npm start</pre>
    </Empty>
  );
}
