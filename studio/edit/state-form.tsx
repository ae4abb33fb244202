/** The form of a state: all that its author says of it. */
import type { StateModel } from "../../src/draw/model.ts";
import type { OutlinedState } from "../../src/edit/outline.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { ChoiceField } from "../ui/field.tsx";
import { ActionList } from "./action-list.tsx";
import { CommitField } from "./commit-field.tsx";
import { stateAt } from "./editing.ts";
import type { Editing } from "./editing.ts";
import { stubFor } from "./names.ts";
import type { DialogName } from "./dialog-form.tsx";
import { TransitionList } from "./transition-list.tsx";

export const PHASES = [
  "forward",
  "retrying",
  "compensating",
  "stuck",
  "completed",
  "compensated",
  "failed",
];
const TYPES = ["atomic", "compound", "parallel", "final", "history"] as const;

export interface StateFormProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly state: StateModel;
  readonly onDialog: (name: DialogName) => void;
}

export function StateForm({ editing, draft, state, onDialog }: StateFormProps) {
  const outlined = draft.outline.states[state.id];
  if (outlined === undefined || outlined.edit.level === "readonly") {
    return <ReadOnly title={state.key} outlined={outlined} file={draft.file} />;
  }
  const path = [...state.path];
  const isRoot = state.parent === null;
  const children = draft.model.states.filter(({ parent }) => parent === state.id);
  const { names } = draft.outline;
  return (
    <div class="fields edit-form" key={state.id}>
      <h2>{isRoot ? "The chart" : state.key}</h2>
      <Reasons outlined={outlined} />
      <TypeFaults editing={editing} item={state.id} />
      {!isRoot && (
        <CommitField
          label="Name"
          value={state.key}
          isMono
          onCommit={(to) =>
            void editing.do([{ op: "renameState", path, to }], stateAt([...path.slice(0, -1), to]))
          }
        />
      )}
      <CommitField
        label="Description"
        value={state.description ?? ""}
        isLong
        onCommit={(text) =>
          void editing.do([{ op: "setDescription", path, text: text === "" ? null : text }])
        }
      />
      {!isRoot && (
        <ChoiceField
          label="Type"
          value={state.type}
          options={TYPES.map((value) => ({ value, label: value }))}
          onInput={(type) =>
            void editing.do([{ op: "setType", path, type: type as (typeof TYPES)[number] }])
          }
        />
      )}
      {state.type === "compound" && (
        <ChoiceField
          label="Entered by"
          value={children.find(({ id }) => id === state.initial)?.key ?? ""}
          options={children.map(({ key }) => ({ value: key, label: key }))}
          onInput={(initial) => void editing.do([{ op: "setInitial", path, initial }])}
        />
      )}
      <ChoiceField
        label="Phase"
        value={state.phase ?? ""}
        options={["", ...PHASES].map((value) => ({
          value,
          label: value === "" ? "none of its own" : value,
        }))}
        onInput={(phase) =>
          void editing.do([
            { op: "setTags", path, tags: [phase, ...state.tags].filter((tag) => tag !== "") },
          ])
        }
      />
      <CommitField
        label="Other tags"
        value={state.tags.join(", ")}
        isMono
        placeholder="separated by commas"
        onCommit={(text) =>
          void editing.do([{ op: "setTags", path, tags: tagsOf(state.phase, text) }])
        }
      />
      {(["entry", "exit"] as const).map((when) => (
        <ActionList
          key={when}
          label={when === "entry" ? "On entry" : "On exit"}
          written={outlined[when]}
          names={names}
          lock={null}
          onChange={(actions, added) =>
            void editing.do([
              ...(added === null ? [] : stubFor(names, "actions", added)),
              { op: "setStateActions", path, when, actions },
            ])
          }
        />
      ))}
      <fieldset class="edit-list">
        <legend>Activities</legend>
        <ul>
          {outlined.invokes.map(({ id, src }, invoke) => (
            <li key={id ?? invoke}>
              <code>{src ?? "code"}</code>
              <IconButton
                icon="close"
                label={`Remove ${src ?? "code"}`}
                onClick={() => void editing.do([{ op: "removeInvoke", path, invoke }])}
              />
            </li>
          ))}
        </ul>
        <Button kind="quiet" onClick={() => onDialog("invoke")}>
          Add an activity…
        </Button>
      </fieldset>
      <TransitionList editing={editing} draft={draft} source={state.id} onDialog={onDialog} />
    </div>
  );
}

function tagsOf(phase: string | null, text: string): string[] {
  const others = text.split(",").map((tag) => tag.trim());
  return [phase ?? "", ...others].filter((tag) => tag !== "");
}

function Reasons({ outlined }: { outlined: Pick<OutlinedState, "edit"> }) {
  const { level, reasons } = outlined.edit;
  if (level === "editable") return null;
  return (
    <p class="edit-reason">
      <b>Partly in code:</b> {reasons.join("; ")}
    </p>
  );
}

export function ReadOnly({
  title,
  outlined,
  file,
}: {
  title: string;
  outlined: Pick<OutlinedState, "edit"> | undefined;
  file: string;
}) {
  const reason = outlined?.edit.reasons.join("; ") ?? "it is made by code";
  const line = outlined?.edit.line;
  return (
    <div class="fields edit-form">
      <h2>{title}</h2>
      <p class="edit-reason">
        <b>Read-only:</b> {reason}
      </p>
      <p>
        Edit it at <code>{line === undefined ? file : `${file}:${line}`}</code>
      </p>
    </div>
  );
}

/** What TypeScript says of a state or a transition. */
export function TypeFaults({ editing, item }: { editing: Editing; item: string }) {
  const faults = editing.types.value?.faults.filter((fault) => fault.item === item) ?? [];
  if (faults.length === 0) return null;
  return (
    <div class="edit-reason is-bad" role="status">
      <b>✕ TypeScript:</b>
      {faults.map(({ start, line, message }) => (
        <p key={start}>
          {message.split("\n")[0]}, line {line}
        </p>
      ))}
    </div>
  );
}
