/** The instances of a saga that fit a filter, newest first. */
import { useEffect, useState } from "preact/hooks";
import type { FoundInstance, SearchPage } from "../../src/client/answers.ts";
import { phases } from "../../src/saga/phase.ts";
import { useQuery } from "../api/query.ts";
import { ask } from "../api/request.ts";
import { href, paths, setQuery } from "../app/location.ts";
import { agoText } from "../app/now.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { Failure, Loading } from "../ui/message.tsx";
import { PhaseMark } from "../ui/phase.tsx";
import { tellFailure } from "../ui/toasts.tsx";

export interface InstanceListProps {
  readonly saga: string;
  /** Path of the state in which they stand; null: in any. */
  readonly state: string | null;
  readonly phase: string | null;
  /** Counts up when something has moved. */
  readonly tick: number;
  readonly onClear: () => void;
}

const PAGE = 50;

export function InstanceList({ saga, state, phase, tick, onClear }: InstanceListProps) {
  const [prefix, setPrefix] = useState("");
  const query = new URLSearchParams({ saga, limit: String(PAGE) });
  if (state !== null) query.set("state", state);
  if (phase !== null) query.set("phase", phase);
  if (prefix !== "") query.set("q", prefix);
  const path = `/instances?${String(query)}`;
  const { data, error, reload } = useQuery<SearchPage>(path);
  const [more, setMore] = useState<{
    path: string;
    items: readonly FoundInstance[];
    next: string | null;
  } | null>(null);
  useEffect(() => {
    if (tick > 0) reload();
  }, [tick, reload]);

  const page = data.value;
  const extra = more?.path === path ? more : null;
  const next = extra === null ? (page?.next ?? null) : extra.next;
  const items = [...(page?.items ?? []), ...(extra?.items ?? [])];
  const loadMore = async (cursor: string): Promise<void> => {
    const answer = await ask<SearchPage>(`${path}&cursor=${encodeURIComponent(cursor)}`);
    setMore({ path, items: [...(extra?.items ?? []), ...answer.items], next: answer.next });
  };

  return (
    <div class="instances">
      <div class="instance-filters">
        <TextField label="Id begins with" type="search" value={prefix} onInput={setPrefix} isMono />
        <ChoiceField
          label="Phase"
          value={phase ?? ""}
          options={[
            { value: "", label: "any" },
            ...phases.map((one) => ({ value: one, label: one })),
          ]}
          onInput={(value) => setQuery({ phase: value === "" ? null : value })}
        />
      </div>
      {(state !== null || phase !== null) && (
        <p class="filter-note">
          {state === null ? "anywhere" : <code>{state}</code>}
          {phase !== null && `, ${phase}`}
          <Button kind="quiet" onClick={onClear}>
            Show all
          </Button>
        </p>
      )}
      {error.value !== null && <Failure error={error.value} onRetry={reload} />}
      {page === undefined && error.value === null && <Loading what="instances" />}
      {page !== undefined && items.length === 0 && <p class="quiet pad">No instance fits.</p>}
      <ul class="instance-list">
        {items.map((instance) => (
          <InstanceRow key={instance.id} instance={instance} />
        ))}
      </ul>
      {next !== null && (
        <Button onClick={() => void loadMore(next).catch(tellFailure)}>Show more</Button>
      )}
    </div>
  );
}

function InstanceRow({ instance }: { instance: FoundInstance }) {
  const { saga, id, phase, state, updatedAt, error, suspended } = instance;
  return (
    <li>
      <a class="instance-row" href={href(paths.instance(saga, id))}>
        <span class="instance-id">{id}</span>
        <span class="quiet">{agoText(updatedAt)}</span>
        <span class="instance-state">{state || "waits to begin"}</span>
        <PhaseMark phase={phase} />
        {suspended !== null && <span class="tag">suspended</span>}
        {error !== null && <span class="instance-error">{error}</span>}
      </a>
    </li>
  );
}
