/** A new saga: of steps and what undoes them, or an empty chart to draw in. What is drawn is what will be written. */
import { useEffect, useState } from "preact/hooks";
import type { PlannedSaga } from "../../src/studio/create-saga.ts";
import { ask, messageOf } from "../api/request.ts";
import { useQuery } from "../api/query.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { Chart } from "../chart/chart.tsx";
import { PlanForm } from "../create/plan-form.tsx";
import { firstPlan, toRequest } from "../create/plan.ts";
import type { Plan } from "../create/plan.ts";
import { FileList } from "../exchange/file-list.tsx";
import { useDrawn } from "../exchange/use-drawn.ts";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { tell } from "../ui/toasts.tsx";
import "../styles/exchange.css";
import "../styles/create.css";

/** After the last key, before the plan is drawn. */
const QUIET_MS = 250;

export function Screen() {
  const allowed = useQuery<{ readonly mayEdit: boolean }>("/studio/api/editing");
  const { value: answer } = allowed.data;
  if (allowed.error.value !== null) {
    return <Failure error={allowed.error.value} onRetry={allowed.reload} />;
  }
  if (answer === undefined) return <Loading what="the folder of the sagas" />;
  if (answer.mayEdit) return <Create />;
  return (
    <Empty title="Sagas are not created on this server">
      <p>It runs in production, or for others too. Set SAGACHART_STUDIO_EDIT=on to allow it.</p>
    </Empty>
  );
}

function Create() {
  const { value: plan, set, clear } = useDraft<Plan>("new", firstPlan);
  const { planned, problem } = usePlanned(plan);
  const { drawn, selection, select, fold, foldAll } = useDrawn(planned?.model ?? null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => setFailure(null), [plan]);

  const create = async (): Promise<void> => {
    try {
      const body = { ...toRequest(plan), name: plan.name.trim(), write: true };
      const { name, files } = await ask<PlannedSaga>("/studio/api/drafts", {
        method: "POST",
        body,
      });
      clear();
      tell(`${files.length} files are written, the first is ${files[0]?.path ?? ""}.`);
      go(`${paths.saga(name)}/edit`);
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <div class="screen-split">
      <section class="import-main" aria-label="Preview">
        {planned === null || drawn === null ? (
          problem === null ? (
            <Loading what="the chart" />
          ) : null
        ) : (
          <Chart
            drawn={drawn}
            whole={planned.model}
            label={`Chart of ${planned.name}, not written yet`}
            selection={selection}
            onSelect={select}
            onFold={fold}
            onFoldAll={foldAll}
          >
            <p class="over-note">
              {planned.model.states.length - 1} states,{" "}
              {planned.pivot === null
                ? "undone until the end"
                : `forward only after ${planned.pivot}`}
            </p>
          </Chart>
        )}
      </section>
      <Panel
        label="New saga"
        tabs={{
          Plan: () => <PlanForm {...{ plan, set, planned, create }} problem={failure ?? problem} />,
          Files: () => (
            <div class="files">
              <FileList files={planned?.files ?? []} />
            </div>
          ),
        }}
      />
    </div>
  );
}

/** What the server would write. What was drawn last stays while the plan cannot be. */
function usePlanned(plan: Plan): { planned: PlannedSaga | null; problem: string | null } {
  const [planned, setPlanned] = useState<PlannedSaga | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = JSON.stringify(toRequest(plan));
  useEffect(() => {
    const gone = new AbortController();
    const timer = setTimeout(() => {
      const asked = {
        method: "POST",
        body: JSON.parse(key) as object,
        signal: gone.signal,
      } as const;
      ask<PlannedSaga>("/studio/api/drafts", asked).then(
        (found) => (setPlanned(found), setProblem(null)),
        (error: unknown) => gone.signal.aborted || setProblem(messageOf(error)),
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [key]);
  return { planned, problem };
}
