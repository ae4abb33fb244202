/** A context as JSON, with what the last transition changed in it. */
import { diffOf, rowsOf } from "./context.ts";

export interface ContextViewProps {
  readonly value: unknown;
  /** Of the revision before; undefined: not known. */
  readonly before: unknown;
}

export function ContextView({ value, before }: ContextViewProps) {
  const rows = before === undefined ? rowsOf(value) : diffOf(before, value);
  if (rows.length === 0) return <p class="quiet">empty</p>;
  return (
    <div class="context" role="table" aria-label="Context">
      {rows.map(({ path, text, was, change }) => (
        <div key={path} role="row" class={`context-row is-${change}`}>
          <span role="cell" class="context-path">
            {path}
          </span>
          <span role="cell" class="context-value">
            {change === "changed" && <del title="before">{was}</del>}
            {change === "removed" ? <del title="removed">{was}</del> : <span>{text}</span>}
            {change !== "same" && <span class="unseen"> ({change})</span>}
          </span>
        </div>
      ))}
    </div>
  );
}
