/**
 * Aiming: where a transition leads is chosen on the chart itself, by arrow keys and Enter or by a click. What is
 * selected stays so meanwhile.
 */
import { useRef, useState } from "preact/hooks";
import type { StateModel } from "../../src/draw/model.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { Selection } from "../chart/overlay.ts";
import { refusalOf } from "./aim.ts";
import type { Aimed } from "./edit-overlay.ts";

export interface Aim {
  /** Null: nothing is aimed. */
  readonly aimed: Aimed | null;
  /** Of the state that would be the target. */
  readonly name: string;
  /** What the chart shows as selected while one aims. */
  readonly selection: Selection | null;
  readonly begin: () => void;
  readonly onSelect: (selection: Selection | null) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onClick: () => void;
}

interface Place {
  readonly draft: DraftAnswer;
  /** The transition that is led elsewhere, or the state from which a new one leads. */
  readonly selection: Selection | null;
  readonly focusChart: () => void;
}

export function useAim(
  { draft: { model }, selection, focusChart }: Place,
  onChosen: (path: readonly string[]) => void,
): Aim {
  const [over, setOver] = useState<string | null>(null);
  const isClicked = useRef(false);
  const state = model.states.find(({ id }) => id === over);
  const edge = selection?.kind === "edge" ? selection.id : "";
  const refusal = state === undefined ? null : refusalOf(model, edge, state);
  const take = (chosen: StateModel | undefined): void => {
    if (chosen === undefined || refusalOf(model, edge, chosen) !== null) return;
    setOver(null);
    onChosen(chosen.path);
  };
  return {
    aimed: over === null ? null : { over, refusal },
    name: state?.key ?? "",
    selection: over === null ? null : { kind: "state", id: over },
    begin: () => {
      const source = model.edges.find(({ id }) => id === edge);
      const from = source?.targets[0] ?? source?.source ?? selection?.id ?? null;
      setOver(from);
      focusChart();
    },
    onSelect: (next) => {
      if (next?.kind !== "state") {
        if (isClicked.current) setOver(null);
        return;
      }
      setOver(next.id);
      if (isClicked.current) take(model.states.find(({ id }) => id === next.id));
    },
    onKeyDown: (event) => {
      isClicked.current = false;
      if (over === null) return;
      if (event.key === "Enter") take(state);
      else if (event.key === "Escape") setOver(null);
      else {
        // Another command; those that move over the chart are longer words.
        if (/^[^f1+=\- ]$/.test(event.key)) setOver(null);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    onClick: () => (isClicked.current = true),
  };
}
