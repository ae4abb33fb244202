/** Guards that are forced to an answer, for the whole path. */
import type { ChartModel, EdgeModel } from "../../src/draw/model.ts";
import type { SimulationPath } from "../../src/simulate/path.ts";
import { ChoiceField } from "../ui/field.tsx";

const answers = [
  { value: "", label: "as it is written" },
  { value: "true", label: "yes, always" },
  { value: "false", label: "no, never" },
];

export interface GuardsProps {
  readonly whole: ChartModel;
  readonly path: SimulationPath;
  readonly onPath: (path: SimulationPath) => void;
}

export function Guards({ whole, path, onPath }: GuardsProps) {
  const { guards = {}, ...rest } = path;
  const names = [...new Set(whole.edges.flatMap(({ guard }) => namesIn(guard)))].toSorted();
  if (names.length === 0) return null;
  const count = Object.keys(guards).length;
  const force = (name: string, value: string): void => {
    const { [name]: _, ...others } = guards;
    const next = value === "" ? others : { ...others, [name]: value === "true" };
    onPath({ ...rest, ...(Object.keys(next).length > 0 && { guards: next }) });
  };
  return (
    <details class="fold-out">
      <summary>{count === 0 ? "Force guards" : `Guards, ${count} forced`}</summary>
      <div class="fields">
        {names.map((name) => (
          <ChoiceField
            key={name}
            label={name}
            value={guards[name] === undefined ? "" : String(guards[name])}
            options={answers}
            onInput={(value) => force(name, value)}
          />
        ))}
      </div>
    </details>
  );
}

/** Names in a guard, those that it is put together of among them. */
function namesIn(guard: EdgeModel["guard"]): readonly string[] {
  if (guard === null) return [];
  switch (guard.kind) {
    case "named":
      return [guard.name];
    case "not":
    case "and":
    case "or":
      return guard.guards.flatMap(namesIn);
    case "inline":
    case "in":
      return [];
  }
}
