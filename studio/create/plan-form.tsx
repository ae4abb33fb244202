/** The form of a new saga: its name, what it begins with, its stages in order, and where there is no way back. */
import { useEffect, useRef } from "preact/hooks";
import type { PlannedSaga } from "../../src/studio/create-saga.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { neighbourOf, pivotsOf, templates, withEarlier, withNew, without } from "./plan.ts";
import type { Plan, Stage } from "./plan.ts";
import { StageRow } from "./stage-row.tsx";

export interface PlanFormProps {
  readonly plan: Plan;
  readonly set: (plan: Plan) => void;
  readonly planned: PlannedSaga | null;
  readonly problem: string | null;
  readonly create: () => Promise<void>;
}

export function PlanForm({ plan, set, planned, problem, create }: PlanFormProps) {
  const { name, stages, pivot } = plan;
  const pivots = pivotsOf(stages);
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
    change(withNew(stages, kind, at));
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
              neighbour={neighbourOf(stages, at)}
              onChange={(next) => change(stages.with(at, next))}
              onUp={at === 0 ? undefined : () => change(withEarlier(stages, at))}
              onRemove={() => change(without(stages, at))}
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
          value={pivots.includes(pivot) ? pivot : ""}
          options={[
            { value: "", label: "the first step that nothing undoes" },
            ...pivots.map((value) => ({ value, label: value })),
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
