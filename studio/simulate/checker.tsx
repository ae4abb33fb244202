/** What the checker finds, each with its witness, which plays on the chart. */
import type { SimulationPath } from "../../src/simulate/path.ts";
import { useQuery } from "../api/query.ts";
import { at } from "../api/request.ts";
import { Button } from "../ui/button.tsx";
import { Failure, Loading } from "../ui/message.tsx";

interface Finding {
  readonly property: string;
  readonly severity: string;
  readonly place: string;
  readonly message: string;
  readonly reason?: string;
  readonly witness: {
    readonly world: string;
    readonly repeating: number;
    readonly path: SimulationPath;
  } | null;
}

interface CheckAnswer {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly waived: readonly Finding[];
  readonly worlds: readonly {
    readonly world: string;
    readonly configurations: number;
    readonly cutOff: readonly string[];
  }[];
  readonly notExplored: readonly string[];
}

export interface CheckerProps {
  readonly saga: string;
  readonly onPlay: (path: SimulationPath) => void;
}

export function Checker({ saga, onPlay }: CheckerProps) {
  const query = useQuery<CheckAnswer>(at`/studio/api/checks/${saga}`);
  const answer = query.data.value;
  const error = query.error.value;
  if (error !== null) return <Failure error={error} onRetry={query.reload} />;
  if (answer === undefined) return <Loading what="all that can happen" />;
  const looked = answer.worlds
    .map(({ configurations }) => configurations)
    .reduce((a, b) => a + b, 0);
  return (
    <div class="coverage">
      <p class={answer.ok ? "checked is-good" : "checked is-bad"}>
        <span aria-hidden="true">{answer.ok ? "✓" : "✕"}</span>
        {answer.ok
          ? "Whatever happens, nothing breaks its promises."
          : "It can break its promises."}
      </p>
      <p class="quiet">
        {looked.toLocaleString("en")} configurations in {answer.worlds.length} worlds:{" "}
        {answer.worlds.map(({ world }) => world).join(", ")}.
      </p>
      {answer.findings.map((finding) => (
        <FindingCard
          key={`${finding.property} ${finding.place}`}
          finding={finding}
          onPlay={onPlay}
        />
      ))}
      {answer.waived.length > 0 && (
        <details>
          <summary>{answer.waived.length} accepted by waivers</summary>
          {answer.waived.map((finding) => (
            <FindingCard
              key={`${finding.property} ${finding.place}`}
              finding={finding}
              onPlay={onPlay}
            />
          ))}
        </details>
      )}
      {answer.notExplored.map((text) => (
        <p key={text} class="quiet">
          Not looked at: {text}.
        </p>
      ))}
    </div>
  );
}

function FindingCard({ finding, onPlay }: { finding: Finding; onPlay: CheckerProps["onPlay"] }) {
  const { property, severity, place, message, witness, reason } = finding;
  return (
    <section class={`next-card is-${severity}`}>
      <div class="next-card-head">
        <b>{property}</b>
        <span class="quiet">{severity}</span>
      </div>
      <p>{message}</p>
      <p class="is-mono quiet">{place}</p>
      {reason !== undefined && <p class="quiet">Accepted: {reason}</p>}
      {witness !== null && (
        <div class="next-buttons">
          <Button onClick={() => onPlay(witness.path)}>
            {`Play its ${witness.path.moves.length} moves`}
          </Button>
          <span class="quiet">
            world {witness.world}
            {witness.repeating > 0 && `, the last ${witness.repeating} for ever`}
          </span>
        </div>
      )}
    </section>
  );
}
