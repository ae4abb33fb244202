/** What lies over a chart that is edited. */
import { edgeText } from "../../src/draw/words.ts";
import type { Editability } from "../../src/edit/editability.ts";
import type { DraftTypes } from "../../src/draft/drafts.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { Overlay, StateBadge } from "../chart/overlay.ts";

/** A state that a transition may be led to, by the pointer or by keys. */
export interface Aimed {
  readonly over: string | null;
  /** Why it cannot be. */
  readonly refusal: string | null;
}

/** What cannot be edited is hatched; what registration refuses is marked; a target says whether it can be one. */
export function editOverlay(
  { model, outline, registration }: DraftAnswer,
  types: DraftTypes | null,
  aimed: Aimed | null,
): Overlay {
  const readOnly = readOnlyIn(model, outline);
  const refused = new Map(registration.findings.map(({ state }) => [state, "bad" as const]));
  const tones = new Map<string, "good" | "bad">(
    model.states.flatMap(({ id, path }) =>
      refused.has(path.join(".")) ? [[id, "bad"] as const] : [],
    ),
  );
  const faulty = faultyIn(types);
  for (const id of faulty) tones.set(id, "bad");
  const badge: StateBadge = { text: "✕ type", label: "a type does not fit", tone: "failed" };
  const badges = new Map(faulty.map((id) => [id, [badge]]));
  if (aimed?.over) tones.set(aimed.over, aimed.refusal === null ? "good" : "bad");
  return { readOnly, tones, badges };
}

/** States and edges whose types do not fit. */
function faultyIn(types: DraftTypes | null): readonly string[] {
  return (types?.faults ?? []).flatMap(({ item }) => item ?? []);
}

function readOnlyIn(
  { states, edges }: DraftAnswer["model"],
  outline: DraftAnswer["outline"],
): ReadonlyMap<string, string> {
  return new Map([
    ...states
      .map(({ id }) => ({ id, edit: outline.states[id]?.edit }))
      .flatMap(({ id, edit }) => (isLocked(edit) ? [[id, why(edit)] as const] : [])),
    ...edges
      .filter(({ kind }) => kind !== "initial")
      .map((edge) => ({ edge, edit: outline.edges[edge.id]?.edit }))
      .flatMap(({ edge, edit }) =>
        isLocked(edit) ? [[edge.id, `${edgeText(edge)}: ${why(edit)}`] as const] : [],
      ),
  ]);
}

function why(edit: Editability | undefined): string {
  return edit?.reasons.join("; ") ?? "it is made by code";
}

function isLocked(edit: Editability | undefined): boolean {
  return edit === undefined || edit.level === "readonly";
}
