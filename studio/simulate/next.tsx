/** What can happen next: attempts that end, events that come, timers that fire, and the rest of the world. */
import { useState } from "preact/hooks";
import type { Act } from "../../src/simulate/path.ts";
import type { NextEvent, Now } from "../../src/simulate/simulate.ts";
import { Button } from "../ui/button.tsx";
import { Attempt } from "./attempt.tsx";
import { JsonField, useJson } from "./json-field.tsx";
import { spanText } from "./span.ts";

interface NextProps {
  readonly now: Now;
  readonly act: (act: Act) => void;
  readonly isBusy: boolean;
}

export function Next(props: NextProps) {
  const { now } = props;
  if (now.isOver) return <Over now={now} />;
  const operators = now.events.filter(({ type }) => type.startsWith("saga."));
  const events = now.events.filter(({ type }) => !type.startsWith("saga."));
  return (
    <div class="next">
      {now.activities.length > 0 && (
        <Group
          title={
            now.activities.length === 1 ? "An attempt is being made" : "Attempts are being made"
          }
        >
          {now.activities.map((activity) => (
            <Attempt
              key={`${activity.activityId} ${activity.attempt}`}
              activity={activity}
              {...props}
            />
          ))}
        </Group>
      )}
      {events.length > 0 && (
        <Group title="Events from outside">
          {events.map((event) => (
            <Event key={event.type} event={event} {...props} />
          ))}
        </Group>
      )}
      {now.timers.length > 0 && <Timers {...props} />}
      {now.left.length > 0 && <Left {...props} />}
      {now.children.length > 0 && <Children {...props} />}
      {operators.length > 0 && (
        <Group title="Operators">
          {operators.map((event) => (
            <Event key={event.type} event={event} {...props} />
          ))}
        </Group>
      )}
      {now.parked.length > 0 && (
        <Group title="Kept until a state takes them">
          <p class="next-note">{now.parked.join(", ")}</p>
        </Group>
      )}
      <Group title="The world">
        <Button onClick={() => props.act({ kind: "crash" })}>The process dies</Button>
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="next-group">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Over({ now }: { now: Now }) {
  return (
    <div class="next">
      <Group title="It has ended">
        <p class="next-note">Nothing happens any more. Take a move back, or begin anew.</p>
        {now.output !== undefined && <pre>{JSON.stringify(now.output, null, 2)}</pre>}
        {now.error !== undefined && <pre>{JSON.stringify(now.error, null, 2)}</pre>}
      </Group>
    </div>
  );
}

function Event({ event, act, isBusy }: NextProps & { event: NextEvent }) {
  const { type, guarded, early, payloads } = event;
  const [first] = payloads;
  const [isOpen, setOpen] = useState(false);
  const payload = useJson(first ?? {});
  const send = (given: unknown): void =>
    act({ kind: "send", event: { ...Object(given), type } as { type: string } });
  const note = early ? "too early: it is kept" : guarded ? "a guard may refuse it" : null;
  return (
    <div class="next-card is-event">
      <div class="next-card-head">
        <button
          type="button"
          class="button is-event"
          disabled={isBusy || first === undefined}
          title={JSON.stringify(first ?? {})}
          onClick={() => send(first)}
        >
          {type}
        </button>
        {note !== null && <span class="quiet">{note}</span>}
        <button
          type="button"
          class="button is-quiet"
          aria-expanded={isOpen}
          aria-label={`Payload… of ${type}`}
          onClick={() => setOpen(!isOpen)}
        >
          Payload…
        </button>
      </div>
      {isOpen && (
        <form
          class="fields"
          onSubmit={(submitted) => {
            submitted.preventDefault();
            if (payload.problem === null) send(payload.value);
          }}
        >
          <JsonField label={`Payload of ${type}`} draft={payload} />
          <div class="next-buttons">
            <Button type="submit" disabled={isBusy || payload.problem !== null}>
              {`Send ${type}`}
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}

const waits = [
  ["1 s", 1_000],
  ["1 min", 60_000],
  ["1 h", 3_600_000],
  ["1 d", 86_400_000],
] as const;

function Timers({ now, act, isBusy }: NextProps) {
  return (
    <Group title="Timers, in the order in which they are due">
      <ul class="next-timers">
        {now.timers.map(({ timerId, words, dueInMs }) => (
          <li key={timerId}>
            <span class="next-due">{spanText(dueInMs)}</span>
            <span class="next-timer">{words}</span>
            <button
              type="button"
              class="button"
              disabled={isBusy}
              aria-label={`Fire now: ${words}`}
              onClick={() => act({ kind: "fireTimer", timerId })}
            >
              Fire now
            </button>
          </li>
        ))}
      </ul>
      <div class="next-buttons">
        <span class="quiet">Let pass</span>
        {waits.map(([text, ms]) => (
          <Button key={ms} kind="quiet" disabled={isBusy} onClick={() => act({ kind: "wait", ms })}>
            {text}
          </Button>
        ))}
      </div>
    </Group>
  );
}

function Left({ now, act, isBusy }: NextProps) {
  return (
    <Group title="Left by the chart, and still under way">
      {now.left.map(({ activityId, lapsesInMs }) => (
        <div key={activityId} class="next-card">
          <div class="next-card-head">
            <b class="is-mono">{activityId}</b>
            <span class="quiet">lapses in {spanText(lapsesInMs)}</span>
          </div>
          <div class="next-buttons">
            <Button
              disabled={isBusy}
              onClick={() => act({ kind: "settleLate", activityId, outcome: "ok" })}
            >
              Takes effect late
            </Button>
            <Button
              disabled={isBusy}
              onClick={() => act({ kind: "settleLate", activityId, outcome: "transient" })}
            >
              Gives up
            </Button>
            <Button disabled={isBusy} onClick={() => act({ kind: "lapse", activityId })}>
              Is never heard of again
            </Button>
          </div>
        </div>
      ))}
    </Group>
  );
}

function Children({ now, act, isBusy }: NextProps) {
  return (
    <Group title="Children: they do not run here, you say how they end">
      {now.children.map(({ childId, src, kind }) => (
        <div key={childId} class="next-card">
          <div class="next-card-head">
            <b class="is-mono">{childId}</b>
            <span class="quiet">
              {kind} of {src}
            </span>
          </div>
          <div class="next-buttons">
            <Button
              disabled={isBusy}
              onClick={() => act({ kind: "child", childId, ending: "done" })}
            >
              Is done
            </Button>
            <Button
              disabled={isBusy}
              onClick={() => act({ kind: "child", childId, ending: "error" })}
            >
              Fails
            </Button>
          </div>
        </div>
      ))}
    </Group>
  );
}
