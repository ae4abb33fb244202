/** A new saga: of steps and what undoes them, or an empty chart to draw in. What is drawn is what will be written. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { PlannedSaga } from "../../src/studio/create-saga.ts";
import { ask, messageOf } from "../api/request.ts";
import { useQuery } from "../api/query.ts";
import { useDraft } from "../app/draft.ts";
import { go, paths } from "../app/location.ts";
import { Chart } from "../chart/chart.tsx";
import { blankStage, StageRow, templates, toRequest } from "../create/stages.tsx";
import type { Stage } from "../create/stages.tsx";
import { useDrawn } from "../exchange/use-drawn.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { tell } from "../ui/toasts.tsx";
import "../styles/exchange.css";
import "../styles/create.css";

/** After the last key, before the plan is drawn. */
const QUIET_MS = 250;

interface Plan {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** Empty: the first step that nothing undoes. */
  readonly pivot: string;
}

const firstPlan: Plan = { name: "", stages: templates[0].stages, pivot: "" };

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
      const body = { ...bodyOf(plan), name: plan.name.trim(), write: true };
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
          Files: () => <Files planned={planned} />,
        }}
      />
    </div>
  );
}

interface PlanFormProps {
  readonly plan: Plan;
  readonly set: (plan: Plan) => void;
  readonly planned: PlannedSaga | null;
  readonly problem: string | null;
  readonly create: () => Promise<void>;
}

function PlanForm({ plan, set, planned, problem, create }: PlanFormProps) {
  const { name, stages, pivot } = plan;
  const form = useRef<HTMLFormElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const isOfName = problem?.startsWith("the name of the saga") === true;
  const taken =
    planned?.isTaken === true && planned.name === name.trim()
      ? `there is a saga "${planned.name}" already; give another name`
      : null;
  const change = (next: readonly Stage[]): void => set({ ...plan, stages: next });
  const add = (kind: Stage["kind"], at = stages.length): void => {
    change(stages.toSpliced(at, 0, blankStage(kind, stages)));
    setTimeout(() => list.current?.children[at]?.querySelector("input")?.select());
  };
  return (
    <form
      ref={form}
      class="fields import-source"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <TextField
        label="Name of the saga"
        value={name}
        placeholder="order"
        onInput={(value) => set({ ...plan, name: value })}
        isMono
        required
        hint="Lower case letters, digits and hyphens: the name of its folder"
        problem={isOfName ? problem : taken}
      />
      <fieldset class="templates">
        <legend>Begin with</legend>
        {templates.map((template) => (
          <label key={template.name}>
            <input
              type="radio"
              name="template"
              checked={JSON.stringify(template.stages) === JSON.stringify(stages)}
              onChange={() => set({ ...plan, stages: template.stages, pivot: "" })}
            />
            <b>{template.name}</b>
            <span>{template.what}</span>
          </label>
        ))}
      </fieldset>
      <fieldset class="stages">
        <legend>In this order</legend>
        <ol ref={list}>
          {stages.map((stage, at) => (
            <StageRow
              key={at}
              stage={stage}
              onChange={(next) => change(stages.with(at, next))}
              onUp={
                at === 0
                  ? undefined
                  : () => change(stages.toSpliced(at - 1, 2, stage, stages[at - 1] ?? stage))
              }
              onRemove={() => change(stages.toSpliced(at, 1))}
              onNext={() => add("step", at + 1)}
            />
          ))}
        </ol>
        {stages.length === 0 && (
          <p class="hint">
            Nothing yet: the chart has a beginning and an end, and you draw the rest.
          </p>
        )}
        <div class="stages-add">
          <Button onClick={() => add("step")}>Add a step</Button>
          <Button onClick={() => add("wait")}>Wait for an event</Button>
          <Button onClick={() => add("approval")}>Ask a person</Button>
        </div>
      </fieldset>
      {stages.length > 0 && (
        <ChoiceField
          label="It only goes forward after"
          value={pivot}
          options={[
            { value: "", label: "the first step that nothing undoes" },
            ...stages.flatMap((stage) =>
              stage.kind === "step" ? [{ value: stage.name, label: stage.name }] : [],
            ),
          ]}
          onInput={(value) => set({ ...plan, pivot: value })}
        />
      )}
      {problem !== null && !isOfName && (
        <p class="hint is-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="create-end">
        <p class="hint">
          Then you draw on. The saga runs when the server is started anew; sagachart dev does so by
          itself.
        </p>
        <Button type="submit" kind="primary" disabled={taken !== null || problem !== null}>
          Create saga
        </Button>
      </div>
    </form>
  );
}

function Files({ planned }: { planned: PlannedSaga | null }) {
  return (
    <div class="files">
      {planned?.files.map(({ path, text }, index) => (
        <details key={path} open={index === 0}>
          <summary>{path}</summary>
          <pre tabIndex={0} aria-label={path}>
            {text}
          </pre>
        </details>
      ))}
    </div>
  );
}

function bodyOf({ name, stages, pivot }: Plan): object {
  return {
    name: name.trim() || "new-saga",
    stages: stages.map(toRequest),
    ...(pivot !== "" && stages.length > 0 && { pivot }),
  };
}

/** What the server would write. What was drawn last stays while the plan cannot be. */
function usePlanned(plan: Plan): { planned: PlannedSaga | null; problem: string | null } {
  const [planned, setPlanned] = useState<PlannedSaga | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = JSON.stringify(bodyOf(plan));
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
