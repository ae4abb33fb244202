/** The form of a transition: when it is taken, under what guard, where it leads and what it does. */
import { useSignal } from "@preact/signals";
import type { EdgeModel } from "../../src/draw/model.ts";
import { edgeText } from "../../src/draw/words.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField } from "../ui/field.tsx";
import { ActionList } from "./action-list.tsx";
import { targetsIn } from "./aim.ts";
import { CommitField } from "./commit-field.tsx";
import type { Editing, Then } from "./editing.ts";
import { copyOf } from "./handles.tsx";
import { stubFor, stubHint } from "./names.ts";
import { ReadOnly, TypeFaults } from "./state-form.tsx";

export interface EdgeFormProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly edge: EdgeModel;
}

const STAYS = "stays";

export function EdgeForm({ editing, draft, edge }: EdgeFormProps) {
  const typed = useSignal("");
  const outlined = draft.outline.edges[edge.id];
  if (outlined === undefined || outlined.edit.level === "readonly") {
    return <ReadOnly title={edgeText(edge)} outlined={outlined} file={draft.file} />;
  }
  const { ref, locks, guard } = outlined;
  const { names } = draft.outline;
  const transition = copyOf(ref);
  const stay: Then = ({ model }) =>
    model.edges.some(({ id }) => id === edge.id)
      ? { kind: "edge", id: edge.id }
      : { kind: "state", id: edge.source };
  const [target] = edge.targets;
  const path = draft.model.states.find(({ id }) => id === target)?.path;
  return (
    <div class="fields edit-form" key={edge.id}>
      <h2>{edgeText(edge)}</h2>
      <TypeFaults editing={editing} item={edge.id} />
      {locks.target !== null && <p class="edit-reason">Its target is read-only: {locks.target}</p>}
      {(ref.kind === "on" || ref.kind === "after") && (
        <CommitField
          label={ref.kind === "on" ? "Event" : "Delay: milliseconds, or a name"}
          value={ref.event}
          isMono
          list={ref.kind === "on" ? [] : names.delays}
          hint={outlined.branches > 1 ? `${outlined.branches} branches share it` : ""}
          onCommit={(event) =>
            void editing.do([
              ...(ref.kind === "after" ? stubFor(names, "delays", event) : []),
              { op: "changeKey", transition, event },
            ])
          }
        />
      )}
      {locks.target === null && (
        <ChoiceField
          label="Leads to"
          value={path === undefined ? STAYS : JSON.stringify(path)}
          options={[{ value: STAYS, label: "nowhere: it stays" }, ...targetsIn(draft.model)]}
          onInput={(value) =>
            void editing.do(
              [
                {
                  op: "retarget",
                  transition,
                  target: value === STAYS ? null : (JSON.parse(value) as string[]),
                },
              ],
              stay,
            )
          }
        />
      )}
      {locks.guard === null ? (
        <div onInput={(event) => (typed.value = (event.target as HTMLInputElement).value)}>
          <CommitField
            label="Guard"
            value={guard ?? ""}
            isMono
            list={names.guards}
            placeholder="always"
            hint={stubHint(names, "guards", typed.value.trim())}
            onCommit={(name) =>
              void editing.do([
                ...stubFor(names, "guards", name),
                { op: "setGuard", transition, guard: name === "" ? null : name },
              ])
            }
          />
        </div>
      ) : (
        <p class="edit-reason">Its guard is read-only: {locks.guard}</p>
      )}
      <ActionList
        label="Actions"
        written={outlined.actions}
        names={names}
        lock={locks.actions}
        onChange={(actions, added) =>
          void editing.do([
            ...(added === null ? [] : stubFor(names, "actions", added)),
            { op: "setActions", transition, actions },
          ])
        }
      />
      <div>
        <Button
          kind="danger"
          onClick={() =>
            void editing.do([{ op: "removeTransition", transition }], () => ({
              kind: "state",
              id: edge.source,
            }))
          }
        >
          Remove the transition
        </Button>
      </div>
    </div>
  );
}
