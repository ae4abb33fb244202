/** What is known of the state or edge that is selected, over all instances. */
import type { ChartModel } from "../../src/draw/model.ts";
import { edgeText } from "../../src/draw/words.ts";
import { spanText } from "../app/now.ts";
import type { Selection } from "../chart/overlay.ts";
import type { CountsByState } from "./standing.ts";
import { PhaseMark } from "../ui/phase.tsx";

/** `GET /instances/dwell`. */
export interface Dwell {
  readonly states: readonly {
    readonly version: number;
    readonly state: string;
    readonly stays: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
  }[];
}

export interface StateCardProps {
  readonly model: ChartModel;
  readonly selection: Selection;
  readonly counts: CountsByState;
  readonly dwell: Dwell["states"];
}

export function StateCard({ model, selection, counts, dwell }: StateCardProps) {
  if (selection.kind === "edge") {
    const edge = model.edges.find(({ id }) => id === selection.id);
    if (edge === undefined) return null;
    return (
      <section class="moment" aria-label="Selected transition">
        <h2>{edgeText(edge)}</h2>
        <p class="quiet">
          from <code>{edge.source}</code>
          {edge.targets.length > 0 && (
            <>
              {" "}
              to <code>{edge.targets.join(", ")}</code>
            </>
          )}
        </p>
        {edge.description !== null && <p>{edge.description}</p>}
      </section>
    );
  }
  const state = model.states.find(({ id }) => id === selection.id);
  if (state === undefined || state.parent === null) return null;
  const path = state.path.join(".");
  const stays = dwell.filter((one) => one.state === path || one.state.startsWith(`${path}.`));
  const byPhase = [...(counts.get(state.id) ?? [])];
  return (
    <section class="moment" aria-label="Selected state">
      <h2>{state.path.join(" › ")}</h2>
      {state.description !== null && <p>{state.description}</p>}
      {byPhase.length > 0 && (
        <p class="buttons">
          {byPhase.map(([phase, count]) => (
            <PhaseMark key={phase} phase={phase} count={count} />
          ))}
        </p>
      )}
      {stays.length > 0 && (
        <dl class="more">
          {stays.map((one) => (
            <>
              <dt key={one.state}>
                {one.state === path ? "Stay" : one.state.slice(path.length + 1)}
              </dt>
              <dd>
                half within <b>{spanText(one.p50Ms)}</b>, 95 of 100 within {spanText(one.p95Ms)}{" "}
                <span class="quiet">({one.stays})</span>
              </dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}
