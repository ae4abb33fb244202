/** Dialogs of the editor: a new state, transition or activity. */
import { useState } from "preact/hooks";
import type { StateModel } from "../../src/draw/model.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { targetsIn } from "./aim.ts";
import { Form } from "./dialog-form.tsx";
import type { DialogsProps } from "./dialog-form.tsx";
import { stateAt } from "./editing.ts";
import { MoveState, RemoveState } from "./leave-dialogs.tsx";
import { PHASES } from "./state-form.tsx";
import { stubFor, stubHint } from "./names.ts";

export function EditDialog(props: DialogsProps) {
  switch (props.name) {
    case "sibling":
    case "child":
      return <AddState {...props} />;
    case "transition":
      return <AddTransition {...props} />;
    case "invoke":
      return <AddInvoke {...props} />;
    case "remove":
      return <RemoveState {...props} />;
    case "move":
      return <MoveState {...props} />;
  }
}

const NO_PHASE = "none of its own";
const STATE_TYPES = ["atomic", "final", "parallel", "history"] as const;

function AddState(props: DialogsProps) {
  const { name, state } = props;
  const [key, setKey] = useState("");
  const [type, setType] = useState<(typeof STATE_TYPES)[number]>("atomic");
  const [phase, setPhase] = useState<string>(
    state.type === "final" ? "forward" : (state.phase ?? "forward"),
  );
  const isChild = name === "child" || state.parent === null;
  const parent = isChild ? [...state.path] : state.path.slice(0, -1);
  const after = isChild ? undefined : state.key;
  return (
    <Form
      {...props}
      title={isChild ? `New state in ${state.key}` : `New state after ${state.key}`}
      verb="Add state"
      step={() => [
        { op: "addState", parent, key: key.trim(), type, ...(after !== undefined && { after }) },
        ...(phase === NO_PHASE || type === "history"
          ? []
          : [{ op: "setTags" as const, path: [...parent, key.trim()], tags: [phase] }]),
      ]}
      then={stateAt([...parent, key.trim()])}
    >
      <TextField label="Name" value={key} onInput={setKey} isMono required autofocus />
      <ChoiceField
        label="Type"
        value={type}
        options={STATE_TYPES.map((value) => ({ value, label: value }))}
        onInput={(value) => setType(value as typeof type)}
      />
      <ChoiceField
        label="Phase"
        value={phase}
        options={[...PHASES, NO_PHASE].map((value) => ({ value, label: value }))}
        onInput={setPhase}
      />
    </Form>
  );
}

const KINDS = [
  { value: "on", label: "on an event" },
  { value: "after", label: "after a delay" },
  { value: "always", label: "at once, if its guard says so" },
  { value: "onDone", label: "when the states inside are done" },
  { value: "invokeDone", label: "when the activity is done" },
  { value: "invokeError", label: "when the activity fails" },
] as const;

const STAYS = "stays";

function AddTransition(props: DialogsProps) {
  const { draft, state } = props;
  const { names } = draft.outline;
  const [kind, setKind] = useState<(typeof KINDS)[number]["value"]>("on");
  const [event, setEvent] = useState("");
  const [guard, setGuard] = useState("");
  const targets = targetsIn(draft.model);
  const [target, setTarget] = useState(
    props.target === null
      ? (siblingOf(draft, state) ?? targets[0]?.value ?? STAYS)
      : JSON.stringify(props.target),
  );
  const hasEvent = kind === "on" || kind === "after";
  return (
    <Form
      {...props}
      title={`New transition from ${state.key}`}
      verb="Add transition"
      step={() => [
        ...stubFor(names, "guards", guard.trim()),
        ...(kind === "after" ? stubFor(names, "delays", event.trim()) : []),
        {
          op: "addTransition",
          source: [...state.path],
          kind,
          event: hasEvent ? event.trim() : "",
          target: target === STAYS ? null : (JSON.parse(target) as string[]),
          ...(guard.trim() !== "" && { guard: guard.trim() }),
        },
      ]}
      then={() => ({ kind: "state", id: state.id })}
    >
      <ChoiceField
        label="It is taken"
        value={kind}
        options={KINDS}
        onInput={(value) => setKind(value as typeof kind)}
      />
      {hasEvent && (
        <TextField
          label={kind === "on" ? "Event" : "Delay: milliseconds, or a name"}
          value={event}
          onInput={setEvent}
          isMono
          required
          list={kind === "after" ? names.delays : eventsIn(draft)}
        />
      )}
      <ChoiceField
        label="Leads to"
        value={target}
        options={[...targets, { value: STAYS, label: "nowhere: it stays" }]}
        onInput={setTarget}
      />
      <TextField
        label="Guard"
        value={guard}
        onInput={setGuard}
        isMono
        list={names.guards}
        placeholder="always"
        hint={stubHint(names, "guards", guard.trim())}
      />
    </Form>
  );
}

function siblingOf({ model }: DraftAnswer, { id, parent }: StateModel): string | null {
  const siblings = model.states.filter((state) => state.parent === parent && state.parent !== null);
  const next = siblings[siblings.findIndex((state) => state.id === id) + 1] ?? siblings[0];
  return next === undefined ? null : JSON.stringify(next.path);
}

function eventsIn({ model }: DraftAnswer): readonly string[] {
  return [...new Set(model.edges.filter(({ kind }) => kind === "event").map(({ event }) => event))];
}

function AddInvoke(props: DialogsProps) {
  const { draft, state } = props;
  const { names } = draft.outline;
  const [src, setSrc] = useState("");
  const targets = [...targetsIn(draft.model), { value: STAYS, label: "nowhere yet" }];
  const [done, setDone] = useState(siblingOf(draft, state) ?? STAYS);
  const [failed, setFailed] = useState(STAYS);
  const pathOf = (value: string): string[] | null =>
    value === STAYS ? null : (JSON.parse(value) as string[]);
  const name = src.trim();
  return (
    <Form
      {...props}
      title={`Activity in ${state.key}`}
      verb="Add activity"
      step={() => [
        ...stubFor(names, "actors", name),
        {
          op: "addInvoke",
          path: [...state.path],
          id: name,
          src: name,
          onDone: pathOf(done),
          onError: pathOf(failed),
        },
      ]}
      then={() => ({ kind: "state", id: state.id })}
    >
      <TextField
        label="Activity"
        value={src}
        onInput={setSrc}
        isMono
        required
        autofocus
        list={names.actors}
        hint={
          stubHint(names, "actors", name) &&
          `${stubHint(names, "actors", name)}; activities.ts needs a function of this name`
        }
      />
      <ChoiceField label="When it is done" value={done} options={targets} onInput={setDone} />
      <ChoiceField label="When it fails" value={failed} options={targets} onInput={setFailed} />
    </Form>
  );
}
