/** The stages of a saga that is being planned: what can be one, what plans begin with, and a row for each. */
import { IconButton } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";

export interface Stage {
  readonly kind: "step" | "wait" | "approval";
  /** The activity, or the event. */
  readonly name: string;
  /** The activity that undoes it; empty: nothing does. */
  readonly undo: string;
}

const step = (name: string, undo = ""): Stage => ({ kind: "step", name, undo });

export const templates = [
  {
    name: "Steps with an undo",
    what: "each can fail, is tried again, and is undone",
    stages: [
      step("reserveStock", "releaseStock"),
      step("chargePayment", "refundPayment"),
      step("ship"),
    ],
  },
  {
    name: "A person decides",
    what: "reminded, and not waited for for ever",
    stages: [
      step("createAccount", "closeAccount"),
      { kind: "approval", name: "", undo: "" } as Stage,
      step("sendContract"),
    ],
  },
  {
    name: "The world answers",
    what: "waits for an event, with a way out",
    stages: [
      step("reserveStock", "releaseStock"),
      { kind: "wait", name: "PACKED", undo: "" } as Stage,
      step("ship"),
    ],
  },
  { name: "An empty chart", what: "you draw it yourself", stages: [] as readonly Stage[] },
] as const;

/** A stage whose name is none of the others'. */
export function blankStage(kind: Stage["kind"], stages: readonly Stage[]): Stage {
  if (kind === "approval") return { kind, name: "", undo: "" };
  const word = kind === "wait" ? "ARRIVED" : "step";
  const names = new Set(stages.map(({ name }) => name));
  let count = 1;
  while (names.has(`${word}${count}`)) count += 1;
  return { kind, name: `${word}${count}`, undo: kind === "wait" ? "" : `undoStep${count}` };
}

/** As the server takes it. */
export function toRequest({ kind, name, undo }: Stage): object {
  switch (kind) {
    case "step":
      return { kind, step: { name: name.trim(), undo: undo.trim() === "" ? null : undo.trim() } };
    case "wait":
      return { kind, event: name.trim() };
    case "approval":
      return { kind };
  }
}

export interface StageRowProps {
  readonly stage: Stage;
  readonly onChange: (stage: Stage) => void;
  readonly onUp: (() => void) | undefined;
  readonly onRemove: () => void;
  /** Enter: a step after it. */
  readonly onNext: () => void;
}

export function StageRow({ stage, onChange, onUp, onRemove, onNext }: StageRowProps) {
  const { kind, name, undo } = stage;
  const shown = kind === "approval" ? "a person decides" : name;
  return (
    <li
      class={`stage is-${kind}`}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || (event.target as Element).tagName !== "INPUT") return;
        event.preventDefault();
        onNext();
      }}
    >
      <div class="stage-names">
        {kind === "approval" ? (
          <p>A person approves or declines</p>
        ) : (
          <TextField
            label={kind === "wait" ? "Waits for" : "Does"}
            value={name}
            onInput={(value) => onChange({ ...stage, name: value })}
            isMono
          />
        )}
        {kind === "step" && (
          <TextField
            label="Undone by"
            value={undo}
            placeholder="nothing"
            onInput={(value) => onChange({ ...stage, undo: value })}
            isMono
          />
        )}
      </div>
      {onUp !== undefined && <IconButton icon="up" label={`${shown} earlier`} onClick={onUp} />}
      <IconButton icon="close" label={`Remove ${shown}`} onClick={onRemove} />
    </li>
  );
}
