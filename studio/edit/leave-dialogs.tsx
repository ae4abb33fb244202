/** Dialogs about a state that leaves its place: what becomes of what leads to it, and where it moves. */
import { useState } from "preact/hooks";
import type { StateModel } from "../../src/draw/model.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { ChoiceField } from "../ui/field.tsx";
import { targetsIn } from "./aim.ts";
import { Form } from "./dialog-form.tsx";
import type { DialogsProps } from "./dialog-form.tsx";
import { stateAt } from "./editing.ts";

export function RemoveState(props: DialogsProps) {
  const { draft, state } = props;
  const [policy, setPolicy] = useState("remove");
  const inside = draft.model.states.filter(({ path }) => isWithin(path, state.path)).length - 1;
  const leading = draft.model.edges.filter(
    ({ source, targets, kind }) =>
      kind !== "initial" &&
      !isInside(draft, source, state) &&
      targets.some((id) => isInside(draft, id, state)),
  ).length;
  const others = targetsIn(draft.model).filter(
    ({ value }) => !isWithin(JSON.parse(value) as string[], state.path),
  );
  return (
    <Form
      {...props}
      title={`Remove ${state.key}`}
      verb="Remove state"
      isDanger
      step={() => [
        {
          op: "removeState",
          path: [...state.path],
          dangling: policy === "remove" ? "remove" : { retarget: JSON.parse(policy) as string[] },
        },
      ]}
      then={stateAt(state.path.slice(0, -1))}
    >
      {inside > 0 && <p>{inside} states inside go with it.</p>}
      {leading > 0 ? (
        <ChoiceField
          label={`${leading} transitions lead to it. They`}
          value={policy}
          options={[
            { value: "remove", label: "are removed too" },
            ...others.map(({ value, label }) => ({ value, label: `lead to ${label}` })),
          ]}
          onInput={setPolicy}
        />
      ) : (
        <p>Nothing leads to it.</p>
      )}
    </Form>
  );
}

function isWithin(path: readonly string[], around: readonly string[]): boolean {
  return around.every((key, at) => path[at] === key);
}

function isInside({ model }: DraftAnswer, id: string, around: StateModel): boolean {
  const path = model.states.find((state) => state.id === id)?.path;
  return path !== undefined && isWithin(path, around.path);
}

export function MoveState(props: DialogsProps) {
  const { draft, state } = props;
  const parents = draft.model.states
    .filter(
      ({ path, type, id }) =>
        !isWithin(path, state.path) &&
        type !== "final" &&
        type !== "history" &&
        id !== state.parent,
    )
    .map(({ path, key }) => ({
      value: JSON.stringify(path),
      label: path.join(" › ") || `${key} (top)`,
    }));
  const [parent, setParent] = useState(parents[0]?.value ?? "[]");
  const to = JSON.parse(parent) as string[];
  return (
    <Form
      {...props}
      title={`Move ${state.key}`}
      verb="Move state"
      step={() => [{ op: "moveState", path: [...state.path], parent: to }]}
      then={stateAt([...to, state.key])}
    >
      <ChoiceField label="Into" value={parent} options={parents} onInput={setParent} />
      <p class="hint">Its targets, and those that lead to it, keep their meaning.</p>
    </Form>
  );
}
