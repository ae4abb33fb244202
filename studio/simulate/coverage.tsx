/** Coverage: what of the chart its path tests go through, and what instances really did. */
import { useEffect } from "preact/hooks";
import type { ChartModel } from "../../src/draw/model.ts";
import type { PathVisits, Visits } from "../../src/simulate/visits.ts";
import { useQuery } from "../api/query.ts";
import { at } from "../api/request.ts";
import type { Selection } from "../chart/overlay.ts";
import { ChoiceField } from "../ui/field.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { countCoverage } from "./shown.ts";

export type CoverageSource = "paths" | "instances";

export interface CoverageProps {
  readonly saga: string;
  readonly whole: ChartModel;
  readonly source: CoverageSource;
  readonly onSource: (source: CoverageSource) => void;
  /** What was counted, for the overlay; null until it is known. */
  readonly onVisits: (visits: Visits | null) => void;
  readonly onSelect: (selection: Selection) => void;
}

export function Coverage(props: CoverageProps) {
  const { saga, source, onVisits } = props;
  const query = useQuery<Visits | PathVisits>(`${at`/studio/api/coverage/${saga}`}/${source}`);
  const visits = query.data.value ?? null;
  useEffect(() => {
    onVisits(visits);
    return () => onVisits(null);
  }, [visits, onVisits]);
  return (
    <div class="coverage">
      <ChoiceField
        label="By what"
        value={source}
        options={[
          { value: "paths", label: "Path tests" },
          { value: "instances", label: "Instances that really ran" },
        ]}
        onInput={(value) => props.onSource(value as CoverageSource)}
      />
      {query.error.value !== null && <Failure error={query.error.value} onRetry={query.reload} />}
      {visits === null && query.error.value === null && <Loading what="what was gone through" />}
      {visits !== null && <Counted visits={visits} {...props} />}
    </div>
  );
}

function Counted({ visits, whole, source, onSelect }: CoverageProps & { visits: Visits }) {
  const count = countCoverage(whole, [visits]);
  const paths = new Map(whole.states.map((state) => [state.id, state.path.join(".") || state.key]));
  const edges = new Map(whole.edges.map((edge) => [edge.id, edge]));
  return (
    <>
      <Bar label="States" {...count.states} />
      <Bar label="Transitions" {...count.edges} />
      <p class="quiet">
        {source === "paths"
          ? `${visits.counted} paths that go through all that the ${(visits as PathVisits).pathCount} paths do.`
          : `${visits.counted} instances, the newest first.`}
      </p>
      {visits.cut.map((text) => (
        <p key={text} class="quiet">
          Left out: {text}.
        </p>
      ))}
      {count.missedStates.length + count.missedEdges.length > 0 && (
        <section class="next-group">
          <h3>Never gone through</h3>
          <ul class="missed">
            {count.missedStates.map((id) => (
              <li key={id}>
                <button type="button" onClick={() => onSelect({ kind: "state", id })}>
                  {paths.get(id)}
                </button>
              </li>
            ))}
            {count.missedEdges.map((id) => (
              <li key={id}>
                <button type="button" onClick={() => onSelect({ kind: "edge", id })}>
                  {edgeText(edges.get(id), paths)}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function edgeText(
  edge: ChartModel["edges"][number] | undefined,
  paths: ReadonlyMap<string, string>,
): string {
  if (edge === undefined) return "";
  const goals = edge.targets.map((id) => paths.get(id) ?? id).join(", ");
  const event = edge.kind === "event" ? edge.event : edge.kind;
  return `${paths.get(edge.source)}: ${event}${goals === "" ? "" : ` → ${goals}`}`;
}

function Bar({ label, covered, total }: { label: string; covered: number; total: number }) {
  return (
    <div class="gauge">
      <span>{label}</span>
      <meter min={0} max={total} value={covered} aria-label={label}>
        {covered} of {total}
      </meter>
      <b>
        {covered} of {total}
      </b>
    </div>
  );
}
